"""Hamilton: its driver built beforehand, or built and executed for the first time."""

import logging
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from hamilton import ad_hoc_utils, driver

from benchmarks.journal import Journal
from benchmarks.measuring import First, Timed

logging.getLogger("hamilton").setLevel(logging.CRITICAL)


def execution_of(count: int) -> Timed:
    """Time one `execute` of `count` functions that only count; the driver is built beforehand."""
    journal, names = Journal(), _names(count)
    built = driver.Builder().with_modules(_module(names, journal)).build()

    def call() -> object:
        return len(built.execute(names)), len(journal.read())

    return Timed(call, (count, count), parts=count)


def first_execution_of(count: int) -> First:
    """Time the build of a driver for `count` functions that only count, and its first `execute`."""
    names = _names(count)

    def make() -> Callable[[], object]:
        journal = Journal()
        module = _module(names, journal)

        def call() -> object:
            built = driver.Builder().with_modules(module).build()
            return len(built.execute(names)), len(journal.read())

        return call

    return First(make, (count, count), parts=count)


def execution_with_input() -> Timed:
    """Time one `execute` of a function that takes an open thing."""
    journal = Journal()
    built = driver.Builder().with_modules(_module_with_input(journal)).build()

    def call() -> object:
        built.execute(["trips"], inputs={"db": "db"})
        return journal.read()

    return Timed(call, ("db",))


def first_execution_with_input() -> First:
    """Time the build of a driver for a function that takes an open thing, and its first `execute`."""

    def make() -> Callable[[], object]:
        journal = Journal()
        module = _module_with_input(journal)

        def call() -> object:
            built = driver.Builder().with_modules(module).build()
            built.execute(["trips"], inputs={"db": "db"})
            return journal.read()

        return call

    return First(make, ("db",))


def _names(count: int) -> Sequence[str]:
    return [f"asset_{number}" for number in range(count)]


def _module(names: Sequence[str], journal: Journal) -> ModuleType:
    return ad_hoc_utils.create_temporary_module(*(_named(name, journal) for name in names))


def _module_with_input(journal: Journal) -> ModuleType:
    def trips(db: str) -> int:
        journal.append(db)
        return 1

    return ad_hoc_utils.create_temporary_module(trips)


def _named(name: str, journal: Journal) -> Callable[[], Any]:
    """A function by which Hamilton knows a node: a name, and an annotation."""

    def body() -> int:
        journal.append("x")
        return 1

    body.__name__ = body.__qualname__ = name
    return body
