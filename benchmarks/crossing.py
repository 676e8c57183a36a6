"""Count crossed fakes: 200 tasks in four threads override one key, each by its own fake, and read it 20,000 times.

`python -m benchmarks.crossing` prints the count for dagwire and for dependency-injector alone, whose `override` changes
the provider that all share. Its count depends on the machine; a test holds that dagwire's is zero.
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from dependency_injector import containers, providers

import dagwire

THREADS = 4
TASKS = 50
"""In each thread, interleaved in one event loop."""
READS = 100
"""By each task."""

Override = Callable[[int], AbstractContextManager[object]]
Read = Callable[[], object]


def crossings(override: Override, read: Read) -> int:
    """The number of reads that found a fake other than the reader's own."""
    ready = threading.Barrier(THREADS)

    def in_thread(first: int) -> int:
        ready.wait()
        return asyncio.run(_in_loop(range(first, first + TASKS), override, read))

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(in_thread, range(0, THREADS * TASKS, TASKS)))


async def _in_loop(fakes: range, override: Override, read: Read) -> int:
    return sum(await asyncio.gather(*(_in_task(fake, override, read) for fake in fakes)))


async def _in_task(fake: int, override: Override, read: Read) -> int:
    crossed = 0
    with override(fake):
        for _ in range(READS):
            await asyncio.sleep(0)
            crossed += read() != fake
    return crossed


def with_dagwire() -> int:
    """Count crossings where tasks override by `dagwire.override` and open the resource for each read."""
    application = _application()

    def read() -> object:
        with dagwire.build_resources(application) as resources:
            return resources.db

    return crossings(lambda fake: dagwire.override(application, db=fake), read)


def with_dependency_injector() -> int:
    """Count crossings where tasks override by `Provider.override` and call the provider for each read."""
    application = _application()
    return crossings(lambda fake: application.db.override(providers.Object(fake)), application.db)


def _application() -> containers.DynamicContainer:
    application = containers.DynamicContainer()
    application.db = providers.Object(-1)
    return application


def main() -> None:
    """Print both."""
    reads = THREADS * TASKS * READS
    print(f"dagwire:             {with_dagwire():>6,} of {reads:,} reads saw another task's fake")
    print(f"dependency-injector: {with_dependency_injector():>6,} of {reads:,}")


if __name__ == "__main__":
    main()
