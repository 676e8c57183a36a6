"""Look for leaks: `python -m benchmarks.leaks --minutes 10` works for ten minutes and asserts that nothing has grown.

Requests over loopback that succeed, fail and override; injected functions outside any scope; process scopes that begin
and end; runs of an asset. Memory, descriptors and threads of the process are sampled all along. The last fifth of the
time must do with what the second fifth needed.
"""

import argparse
import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from statistics import median
from time import monotonic
from typing import Annotated, NamedTuple

import psutil
from dependency_injector import containers, providers
from fastapi import FastAPI, HTTPException

import dagwire
from dagwire.integrations.fastapi import Inject, install

from benchmarks.web_load import Connection
from benchmarks.web_server import serving

SAMPLES = 100
ALLOWED_BYTES = 2**20
"""The growth that is the allocator's own: memory that was freed is given back in parts."""
CONNECTIONS = 4
REQUESTS = 20
"""Over each connection, in one round."""


class Sample(NamedTuple):
    """The holdings of the process at one moment."""

    rss_bytes: float
    descriptors: float
    threads: float


class Grown(NamedTuple):
    """The medians of two fifths of the time, and the number of rounds in between."""

    early: Sample
    late: Sample
    rounds: int

    def faults(self) -> list[str]:
        """The figures that have grown, in words."""
        limits = Sample(ALLOWED_BYTES, 0, 0)
        return [
            f"{name} grew from {before:,.0f} to {after:,.0f}"
            for name, before, after, limit in zip(Sample._fields, self.early, self.late, limits, strict=True)
            if after - before > limit
        ]


# -- the work ----------------------------------------------------------------------------------------------------------


async def pool() -> AsyncIterator[object]:
    """Open what lives for the process."""
    yield object()


def session(tenant: str) -> Iterator[list[str]]:
    """Open what lives for a run."""
    yield [tenant]


def made() -> containers.DynamicContainer:
    """A container of a lasting resource, one of a run, and a value to override."""
    application = containers.DynamicContainer()
    application.tenant = providers.Object("nobody")
    application.pool = dagwire.ResourceProvider(pool).set_lifetime("process")
    application.session = dagwire.ResourceProvider(session, application.tenant)
    return application


APPLICATION = made()


@dagwire.inject(resources=APPLICATION)
def injected(session: dagwire.ResourceParam[list[str]]) -> str:
    """Take a resource that is opened for the call."""
    return session[0]


@dagwire.asset
def report(session: dagwire.ResourceParam[list[str]]) -> str:
    """Take a resource of a run."""
    return session[0]


def service() -> FastAPI:
    """A service whose requests succeed and fail."""
    app = FastAPI()
    install(app, made())

    @app.get("/")
    async def root(session: Annotated[list[str], Inject("session")], pool: Annotated[object, Inject("pool")]) -> str:
        assert pool is not None
        return session[0]

    @app.get("/missing")
    async def missing(session: Annotated[list[str], Inject("session")]) -> None:
        raise HTTPException(404, session[0])

    return app


async def over_one_connection(port: int) -> None:
    """Send requests that succeed and fail over a connection of their own."""
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    for _ in range(REQUESTS):
        assert await connection.get("/", "ann") == b'"nobody"'
        await connection.get("/missing", "ann", status=404)
    connection.writer.close()
    await connection.writer.wait_closed()


def one_round(port: int) -> None:
    """All kinds of work, once."""

    async def requests() -> None:
        await asyncio.gather(*(over_one_connection(port) for _ in range(CONNECTIONS)))

    asyncio.run(requests())
    with dagwire.override(APPLICATION, tenant="fake"):
        assert injected() == "fake"
    with dagwire.process_scope(APPLICATION):
        thread = threading.Thread(target=injected)
        thread.start()
        thread.join()
        assert dagwire.materialize([report], resources=APPLICATION).success


# -- the measuring -----------------------------------------------------------------------------------------------------


def watched(duration_s: float) -> Grown:
    """Work for `duration_s` seconds, and compare what the process held early and late."""
    process = psutil.Process()
    samples: list[Sample] = []
    rounds = 0
    with serving(service()) as port:
        started = monotonic()
        while (passed := monotonic() - started) < duration_s:
            one_round(port)
            rounds += 1
            if passed >= len(samples) * duration_s / SAMPLES:
                gc.collect()
                samples.append(Sample(process.memory_info().rss, process.num_fds(), process.num_threads()))
    fifth = max(1, len(samples) // 5)
    return Grown(_median(samples[fifth : 2 * fifth] or samples), _median(samples[-fifth:]), rounds)


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(*(median(values) for values in zip(*samples, strict=True)))


def main() -> None:
    """Print what was held, and fail if anything has grown."""
    parser = argparse.ArgumentParser(description="Look for leaks of memory, descriptors and threads.")
    parser.add_argument("--minutes", type=float, default=10)
    minutes: float = parser.parse_args().minutes
    grown = watched(minutes * 60)
    print(f"{grown.rounds:,} rounds, {grown.rounds * 2 * CONNECTIONS * REQUESTS:,} requests in {minutes:g} minutes")
    for name, early, late in zip(Sample._fields, grown.early, grown.late, strict=True):
        print(f"{name:12} {early:14,.0f} early {late:14,.0f} late")
    assert not grown.faults(), "; ".join(grown.faults())


if __name__ == "__main__":
    main()
