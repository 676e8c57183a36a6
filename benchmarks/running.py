"""Runs: one asset with its resource, and many assets that do nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import dagster

import dagwire

from benchmarks.dagster_side import SILENT, kept_instance
from benchmarks.hamilton_side import execution_of
from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed
from benchmarks.opening import tracked_class

SLOW_COUNT = 1_000
"""So many assets take Dagster a quarter of a minute, and Hamilton half a second to declare: they run no more."""


@contextmanager
def one_asset() -> Iterator[Benchmark]:
    """With one resource, opened and closed around it."""
    with kept_instance() as instance:
        yield Benchmark(
            "a run of one asset with one resource",
            {
                Side.DAGWIRE: one_run(dagwire),
                Side.DAGSTER_KEPT: one_run(dagster, instance=instance, run_config=SILENT),
                Side.DAGSTER: one_run(dagster, run_config=SILENT),
                Side.BARE: one_call(),
            },
            bare="the function called",
        )


def one_run(library: ModuleType, **options: Any) -> Timed:
    """Time one `materialize`, written as for Dagster."""
    journal = Journal()
    tracked = tracked_class(library, journal)
    given = {"db": tracked(name="db")}

    @library.asset
    def trips(db: tracked) -> None:
        journal.append(db.name)

    def call() -> object:
        return library.materialize([trips], resources=given, **options).success, journal.read()

    return Timed(call, (True, ("open db", "db", "close db")))


def one_call() -> Timed:
    """The body alone, its resource open already."""
    journal = Journal()
    db = tracked_class(dagwire, journal)(name="db")

    def trips(db: Any) -> None:
        journal.append(db.name)

    def call() -> object:
        trips(db)
        return journal.read()

    return Timed(call, ("db",))


@contextmanager
def many_assets(count: int) -> Iterator[Benchmark]:
    """Assets that do nothing but count; the figure is for one of them."""
    samplers = {Side.DAGWIRE: run_of(count, dagwire), Side.BARE: loop_of(count)}
    with kept_instance() as instance:
        if count <= SLOW_COUNT:
            samplers[Side.HAMILTON] = execution_of(count)
            samplers[Side.DAGSTER_KEPT] = run_of(count, dagster, instance=instance, run_config=SILENT)
        yield Benchmark(
            f"a run of {count:,} assets that do nothing, each",
            samplers,
            bare="the functions called in a loop",
            rounds=5 if count < SLOW_COUNT else 3,
        )


def run_of(count: int, library: ModuleType, **options: Any) -> Timed:
    """Time one `materialize` of `count` assets."""
    journal = Journal()
    assets = [library.asset(name=f"asset_{number}")(body) for number, body in enumerate(bodies(count, journal))]

    def call() -> object:
        return library.materialize(assets, **options).success, len(journal.read())

    return Timed(call, (True, count), parts=count)


def loop_of(count: int) -> Timed:
    """Call `count` bodies of equal work in a loop."""
    journal = Journal()
    functions = bodies(count, journal)

    def call() -> object:
        for function in functions:
            function()
        return len(journal.read())

    return Timed(call, count, parts=count)


def bodies(count: int, journal: Journal) -> Sequence[Callable[[], None]]:
    """`count` functions that write one letter each."""

    def made() -> Callable[[], None]:
        def body() -> None:
            journal.append("x")

        return body

    return [made() for _ in range(count)]
