"""Hamilton, set up to look its best: its driver is built beforehand, and each call executes it."""

import logging
from collections.abc import Callable

from hamilton import ad_hoc_utils, driver

from benchmarks.journal import Journal
from benchmarks.measuring import Timed

logging.getLogger("hamilton").setLevel(logging.CRITICAL)


def execution_of(count: int) -> Timed:
    """Time one `execute` of `count` functions that only count."""
    journal = Journal()
    names = [f"asset_{number}" for number in range(count)]
    module = ad_hoc_utils.create_temporary_module(*(_named(name, journal) for name in names))
    built = driver.Builder().with_modules(module).build()

    def call() -> object:
        return len(built.execute(names)), len(journal.read())

    return Timed(call, (count, count), parts=count)


def _named(name: str, journal: Journal) -> Callable[[], int]:
    """A function by which Hamilton knows a node: a name, and an annotation."""

    def body() -> int:
        journal.append("x")
        return 1

    body.__name__ = body.__qualname__ = name
    return body
