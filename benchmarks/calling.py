"""Calling an asset directly, as a test does."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import dagster

import dagwire

from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed
from benchmarks.opening import tracked_class


@contextmanager
def with_plain_object() -> Iterator[Benchmark]:
    """The resource is a plain object, such as a fake."""
    yield Benchmark(
        "an asset called with a plain object",
        {
            Side.DAGWIRE: call_with_plain_object(dagwire),
            Side.DAGSTER: call_with_plain_object(dagster),
            Side.BARE: plain_call(),
        },
        bare="the function called",
    )


@contextmanager
def with_resource() -> Iterator[Benchmark]:
    """The resource has a life cycle: it is open for the call, and closed after it."""
    yield Benchmark(
        "an asset called with a resource to open and close",
        {
            Side.DAGWIRE: call_with_resource(dagwire),
            Side.DAGSTER: call_with_resource(dagster),
            Side.BARE: plain_call(),
        },
        bare="the function called",
    )


def call_with_plain_object(library: ModuleType) -> Timed:
    """Call an asset directly, with a plain object by keyword."""

    @library.asset
    def greeting(name: library.ResourceParam[str], number: int) -> str:
        return f"{name} {number}"

    return Timed(lambda: greeting(name="Ann", number=1), "Ann 1")


def call_with_resource(library: ModuleType) -> Timed:
    """Call an asset directly, with a resource by keyword."""
    journal = Journal()
    tracked = tracked_class(library, journal)
    resource = tracked(name="Ann")

    @library.asset
    def greeting(name: tracked, number: int) -> str:
        return f"{name.name} {number}"

    def call() -> object:
        return greeting(name=resource, number=1), journal.read()

    return Timed(call, ("Ann 1", ("open Ann", "close Ann")))


def plain_call() -> Timed:
    """The function itself."""

    def greeting(name: Any, number: int) -> str:
        return f"{name} {number}"

    return Timed(lambda: greeting(name="Ann", number=1), "Ann 1")
