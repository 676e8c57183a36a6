"""Opening one resource and closing it again."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.dagster_side import kept_instance
from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed

BY_DEPENDENCY_INJECTOR = "`init` and `shutdown` of dependency-injector's `providers.Resource`"


@contextmanager
def one_resource() -> Iterator[Benchmark]:
    """Given as a dict, as Dagster has it."""
    with kept_instance() as instance:
        yield Benchmark(
            "opening and closing one resource, given in a dict",
            {
                Side.DAGWIRE: one_in_dict(dagwire),
                Side.DAGSTER_KEPT: one_in_dict(dagster, instance=instance),
                Side.DAGSTER: one_in_dict(dagster),
                Side.BARE: one_by_dependency_injector(),
            },
            bare=BY_DEPENDENCY_INJECTOR,
        )


@contextmanager
def one_declared() -> Iterator[Benchmark]:
    """Declared in a container, as dagwire has it."""
    yield Benchmark(
        "opening and closing one resource, declared in a container",
        {Side.DAGWIRE: one_in_container(), Side.BARE: one_by_dependency_injector()},
        bare=BY_DEPENDENCY_INJECTOR,
    )


@contextmanager
def one_instance() -> Iterator[Benchmark]:
    """An instance declared in a container, beside a copy of it made by hand."""
    yield Benchmark(
        "opening and closing one instance, declared in a container",
        {Side.DAGWIRE: one_instance_in_container(), Side.BARE: one_copy_by_hand()},
        bare="pydantic's `model_copy`, and the two methods called",
    )


@contextmanager
def one_generator() -> Iterator[Benchmark]:
    """A generator function declared in a container."""
    yield Benchmark(
        "opening and closing one generator function, declared in a container",
        {Side.DAGWIRE: one_generator_in_container(), Side.BARE: one_by_dependency_injector()},
        bare=BY_DEPENDENCY_INJECTOR,
    )


def tracked_class(library: ModuleType, journal: Journal) -> Any:
    """A resource class of `library` that writes down when it opens and closes."""

    class Tracked(library.ConfigurableResource):
        name: str

        def setup_for_execution(self, context: Any) -> None:
            journal.append(f"open {self.name}")

        def teardown_after_execution(self, context: Any) -> None:
            journal.append(f"close {self.name}")

    return Tracked


def tracked_function(journal: Journal) -> Callable[..., Iterator[str]]:
    """A resource as a generator, which takes the resource that it depends on."""

    def opened(name: str, _before: object = None) -> Iterator[str]:
        journal.append(f"open {name}")
        yield name
        journal.append(f"close {name}")

    return opened


def one_in_dict(library: ModuleType, **instance: Any) -> Timed:
    """Time one call of `build_resources`, written as for Dagster."""
    journal = Journal()
    given = {"db": tracked_class(library, journal)(name="db")}

    def call() -> object:
        with library.build_resources(given, **instance) as resources:
            journal.append(resources.db.name)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_in_container() -> Timed:
    """Time one call of `build_resources` on an existing container."""
    journal = Journal()
    application = containers.DynamicContainer()
    application.db = dagwire.ResourceProvider(tracked_class(dagwire, journal), name="db")

    def call() -> object:
        with dagwire.build_resources(application) as resources:
            journal.append(resources.db.name)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_instance_in_container() -> Timed:
    """Time one call of `build_resources` on a container that holds an instance."""
    journal = Journal()
    application = containers.DynamicContainer()
    application.db = dagwire.ResourceProvider(tracked_class(dagwire, journal)(name="db"))

    def call() -> object:
        with dagwire.build_resources(application) as resources:
            journal.append(resources.db.name)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_copy_by_hand() -> Timed:
    """Time a copy of the instance, and the calls of its methods."""
    journal = Journal()
    recipe = tracked_class(dagwire, journal)(name="db")

    def call() -> object:
        copied = recipe.model_copy()
        copied.setup_for_execution(None)
        try:
            journal.append(copied.name)
        finally:
            copied.teardown_after_execution(None)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_generator_in_container() -> Timed:
    """Time one call of `build_resources` on a container that holds a generator function."""
    journal = Journal()
    application = containers.DynamicContainer()
    application.db = dagwire.ResourceProvider(tracked_function(journal), "db")

    def call() -> object:
        with dagwire.build_resources(application) as resources:
            journal.append(resources.db)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_by_dependency_injector() -> Timed:
    """Time dependency-injector's own resource, without dagwire."""
    journal = Journal()
    provider = providers.Resource(tracked_function(journal), "db")

    def call() -> object:
        journal.append(provider.init())
        provider.shutdown()
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))
