"""Small runs on large containers: the cost should be that of what is needed, not of what is there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.dagster_side import SILENT, kept_instance
from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed

NEEDED = ("r0", "r1", "r2")
VALUES = ("value 0", "value 1", "value 2")


@contextmanager
def three_of(size: int) -> Iterator[Benchmark]:
    """A run of one asset that needs three resources of a container that has `size`."""
    value_by_key = {f"r{number}": f"value {number}" for number in range(size)}
    with kept_instance() as instance:
        yield Benchmark(
            f"a run that needs three of {size:,} providers",
            {
                Side.DAGWIRE: one_run(dagwire, container_of(value_by_key)()),
                Side.DAGSTER_KEPT: one_run(dagster, value_by_key, instance=instance, run_config=SILENT),
                Side.BARE: a_copy(container_of(value_by_key)),
            },
            bare="dependency-injector's own private copy: the container instantiated, three providers called",
            rounds=5,
        )


@contextmanager
def scope_of_three_of(size: int) -> Iterator[Benchmark]:
    """A scope, without any run, that needs three of `size` Singletons."""
    application = container_of({f"r{number}": f"value {number}" for number in range(size)})
    own = application()
    yield Benchmark(
        f"a scope that needs three of {size:,} providers",
        {Side.DAGWIRE: one_scope(own), Side.BARE: three_calls(own)},
        bare="the three providers called, without a scope",
    )


def one_scope(application: Any) -> Timed:
    """Time one scope."""

    def call() -> object:
        with dagwire.build_resources(application, required_resource_keys=NEEDED) as resources:
            return resources.r0, resources.r1, resources.r2

    return Timed(call, VALUES)


def three_calls(application: Any) -> Timed:
    """Time the three calls alone."""

    def call() -> object:
        return application.r0(), application.r1(), application.r2()

    return Timed(call, VALUES)


def container_of(value_by_key: Mapping[str, str]) -> type[containers.DeclarativeContainer]:
    """A container of Singletons."""
    by_key = {key: providers.Singleton(str, value) for key, value in value_by_key.items()}
    return type("Application", (containers.DeclarativeContainer,), by_key)


def one_run(library: ModuleType, resources: Any, **options: Any) -> Timed:
    """Time one `materialize`."""
    journal = Journal()

    @library.asset(required_resource_keys=set(NEEDED))
    def needy(context) -> None:  # noqa: ANN001  # each library has its own context
        journal.extend(getattr(context.resources, key) for key in NEEDED)

    def call() -> object:
        return library.materialize([needy], resources=resources, **options).success, journal.read()

    return Timed(call, (True, VALUES))


def a_copy(application: type[containers.DeclarativeContainer]) -> Timed:
    """Time one instance of the container, which copies every provider."""

    def call() -> object:
        own = application()
        return own.r0(), own.r1(), own.r2()

    return Timed(call, VALUES)
