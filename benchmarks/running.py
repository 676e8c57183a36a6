"""Runs: one asset with its resource, and many assets that do nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.dagster_side import SILENT, kept_instance
from benchmarks.hamilton_side import (
    execution_of,
    execution_with_input,
    first_execution_of,
    first_execution_with_input,
)
from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, First, Side, Timed
from benchmarks.opening import tracked_class

SLOW_COUNT = 1_000
"""So many assets take Dagster a quarter of a minute, and Hamilton half a second to declare: they run no more."""


@contextmanager
def one_asset() -> Iterator[Benchmark]:
    """With one resource, opened and closed around it; Hamilton has none to open."""
    with kept_instance() as instance:
        yield Benchmark(
            "a run of one asset with one resource",
            {
                Side.DAGWIRE: one_run(dagwire),
                Side.DAGSTER_KEPT: one_run(dagster, instance=instance, run_config=SILENT),
                Side.DAGSTER: one_run(dagster, run_config=SILENT),
                Side.HAMILTON: execution_with_input(),
                Side.BARE: one_call(),
            },
            bare="the function called",
        )


@contextmanager
def one_asset_first() -> Iterator[Benchmark]:
    """An asset and a resource that no run has had before."""
    with kept_instance() as instance:
        yield Benchmark(
            "its first run",
            {
                Side.DAGWIRE: one_first_run(dagwire),
                Side.DAGSTER_KEPT: one_first_run(dagster, instance=instance, run_config=SILENT),
                Side.HAMILTON: first_execution_with_input(),
            },
            rounds=5,
        )


def one_run(library: ModuleType, **options: Any) -> Timed:
    """Time one `materialize`, written as for Dagster."""
    return Timed(run_with_resource(library, **options), _OPENED_AND_CLOSED)


def one_first_run(library: ModuleType, **options: Any) -> First:
    """Time the first `materialize` of an asset."""
    return First(lambda: run_with_resource(library, **options), _OPENED_AND_CLOSED)


_OPENED_AND_CLOSED = (True, ("open db", "db", "close db"))


def run_with_resource(library: ModuleType, **options: Any) -> Callable[[], object]:
    """Declare an asset with a resource; return what runs it."""
    journal = Journal()
    tracked = tracked_class(library, journal)
    given = {"db": tracked(name="db")}

    @library.asset
    def trips(db: tracked) -> None:
        journal.append(db.name)

    def call() -> object:
        return library.materialize([trips], resources=given, **options).success, journal.read()

    return call


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


@contextmanager
def many_assets_with_context(count: int) -> Iterator[Benchmark]:
    """Assets that do nothing, each with a context parameter."""
    samplers: dict[Side, Timed] = {Side.DAGWIRE: run_of(count, dagwire, takes_context=True)}
    if count <= SLOW_COUNT:
        samplers[Side.HAMILTON] = execution_of(count)
    yield Benchmark(f"a run of {count:,} of them that take their context, each", samplers, rounds=3)


@contextmanager
def many_assets_first(count: int) -> Iterator[Benchmark]:
    """Assets that do nothing, in their first run; Hamilton's driver is built in it."""
    samplers: dict[Side, First] = {Side.DAGWIRE: first_run_of(count)}
    if count <= SLOW_COUNT:
        samplers[Side.HAMILTON] = first_execution_of(count)
    yield Benchmark(f"the first run of {count:,} of them, each", samplers, rounds=3)


@contextmanager
def run_with_three_of(count: int) -> Iterator[Benchmark]:
    """An asset that needs three of many providers, run as a job of its definitions."""
    container = containers.DynamicContainer()
    for number in range(count):
        container.set_provider(f"value_{number}", providers.Object(number))

    @dagwire.asset
    def total(
        value_0: dagwire.ResourceParam[int], value_1: dagwire.ResourceParam[int], value_2: dagwire.ResourceParam[int]
    ) -> int:
        return value_0 + value_1 + value_2

    job = dagwire.Definitions([total], resources=container).resolve_implicit_global_asset_job_def()
    yield Benchmark(
        f"a job's run that needs three of {count:,} providers",
        {
            Side.DAGWIRE: Timed(lambda: job.execute_in_process().asset_value("total"), 3),
            Side.HAMILTON: execution_with_input(),
        },
        rounds=5,
    )


def run_of(count: int, library: ModuleType, *, takes_context: bool = False, **options: Any) -> Timed:
    """Time one `materialize` of `count` assets."""
    return Timed(run_of_many(count, library, takes_context=takes_context, **options), (True, count), parts=count)


def first_run_of(count: int) -> First:
    """Time the first `materialize` of `count` assets, which are declared beforehand."""
    return First(lambda: run_of_many(count, dagwire), (True, count), parts=count)


def run_of_many(
    count: int, library: ModuleType, *, takes_context: bool = False, **options: Any
) -> Callable[[], object]:
    """Declare `count` assets; return what runs them."""
    journal = Journal()
    declared = bodies_with_context(count, journal) if takes_context else bodies(count, journal)
    assets = [library.asset(name=f"asset_{number}")(body) for number, body in enumerate(declared)]
    return lambda: (library.materialize(assets, **options).success, len(journal.read()))


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


def bodies_with_context(count: int, journal: Journal) -> Sequence[Callable[[Any], None]]:
    """`count` functions that take a context, and write one letter each."""

    def made() -> Callable[[Any], None]:
        def body(context: Any) -> None:
            journal.append("x" if context else "")

        return body

    return [made() for _ in range(count)]
