"""Opening resources and closing them again: one, and a chain of five."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import ModuleType
from typing import Any

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.dagster_side import kept_instance
from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed

CHAIN = "abcde"
CHAIN_DONE = tuple([f"open {name}" for name in CHAIN] + [f"close {name}" for name in reversed(CHAIN)])
RUNS_IN_A_LOOP = 20


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
            bare="`init` and `shutdown` of dependency-injector's `providers.Resource`",
        )


@contextmanager
def one_declared() -> Iterator[Benchmark]:
    """Declared in a container, as dagwire has it."""
    yield Benchmark(
        "opening and closing one resource, declared in a container",
        {Side.DAGWIRE: one_in_container(), Side.BARE: one_by_dependency_injector()},
        bare="`init` and `shutdown` of dependency-injector's `providers.Resource`",
    )


@contextmanager
def chain_of_five() -> Iterator[Benchmark]:
    """Each needs the one before it."""
    with kept_instance() as instance:
        yield Benchmark(
            "the same of five resources, each needing the one before",
            {
                Side.DAGWIRE: chain(dagwire),
                Side.DAGSTER_KEPT: chain(dagster, instance=instance),
                Side.BARE: chain_by_dependency_injector(),
            },
            bare="`providers.Resource`, closed one by one: `shutdown_resources` keeps no order",
        )


@contextmanager
def asynchronous_chain_of_five() -> Iterator[Benchmark]:
    """The same in an event loop, which Dagster's resources cannot do."""
    with asyncio.Runner() as runner:
        yield Benchmark(
            "the same of five in an event loop, declared in a container",
            {Side.DAGWIRE: asynchronous_chain(runner), Side.BARE: asynchronous_stack(runner)},
            bare="five asynchronous context managers in an `AsyncExitStack`",
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
    """The same as a generator, which takes what it depends on."""

    def opened(name: str, _before: object = None) -> Iterator[str]:
        journal.append(f"open {name}")
        yield name
        journal.append(f"close {name}")

    return opened


def one_in_dict(library: ModuleType, **instance: Any) -> Timed:
    """One call of `build_resources`, in Dagster's words."""
    journal = Journal()
    given = {"db": tracked_class(library, journal)(name="db")}

    def call() -> object:
        with library.build_resources(given, **instance) as resources:
            journal.append(resources.db.name)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_in_container() -> Timed:
    """One call of `build_resources` on a container that is there already."""
    journal = Journal()
    application = containers.DynamicContainer()
    application.db = dagwire.ResourceProvider(tracked_class(dagwire, journal), name="db")

    def call() -> object:
        with dagwire.build_resources(application) as resources:
            journal.append(resources.db.name)
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def one_by_dependency_injector() -> Timed:
    """What dagwire stands on, alone."""
    journal = Journal()
    provider = providers.Resource(tracked_function(journal), "db")

    def call() -> object:
        journal.append(provider.init())
        provider.shutdown()
        return journal.read()

    return Timed(call, ("open db", "db", "close db"))


def chain(library: ModuleType, **instance: Any) -> Timed:
    """Five definitions that name one another by key."""
    journal = Journal()

    def link(name: str, before: str | None) -> Any:
        @library.resource(required_resource_keys={before} if before else set())
        def opened(_context: Any) -> Iterator[str]:
            journal.append(f"open {name}")
            yield name
            journal.append(f"close {name}")

        return opened

    given = {name: link(name, before) for before, name in zip((None, *CHAIN), CHAIN, strict=False)}

    def call() -> object:
        with library.build_resources(given, **instance):
            pass
        return journal.read()

    return Timed(call, CHAIN_DONE)


def chain_by_dependency_injector() -> Timed:
    """Five providers, the last of which opens all; closed in the right order by hand."""
    journal = Journal()
    linked: list[providers.Resource[str]] = []
    for name in CHAIN:
        linked.append(providers.Resource(tracked_function(journal), name, *linked[-1:]))

    def call() -> object:
        linked[-1]()
        for provider in reversed(linked):
            provider.shutdown()
        return journal.read()

    return Timed(call, CHAIN_DONE)


def asynchronous_link(journal: Journal) -> Callable[..., AsyncIterator[str]]:
    """An asynchronous generator, which takes what it depends on."""

    async def opened(name: str, _before: object = None) -> AsyncIterator[str]:
        journal.append(f"open {name}")
        yield name
        journal.append(f"close {name}")

    return opened


def asynchronous_chain(runner: asyncio.Runner) -> Timed:
    """Five providers in a container, opened and closed in one task."""
    journal = Journal()
    application = containers.DynamicContainer()
    before: list[Any] = []
    for name in CHAIN:
        before = [dagwire.ResourceProvider(asynchronous_link(journal), name, *before)]
        application.set_provider(name, before[0])

    async def call() -> object:
        for _ in range(RUNS_IN_A_LOOP):
            async with dagwire.abuild_resources(application):
                pass
        return journal.read()

    return Timed(lambda: runner.run(call()), CHAIN_DONE * RUNS_IN_A_LOOP, parts=RUNS_IN_A_LOOP)


def asynchronous_stack(runner: asyncio.Runner) -> Timed:
    """The least that keeps the order."""
    journal = Journal()
    manager = asynccontextmanager(asynchronous_link(journal))

    async def call() -> object:
        for _ in range(RUNS_IN_A_LOOP):
            async with AsyncExitStack() as stack:
                for name in CHAIN:
                    await stack.enter_async_context(manager(name))
        return journal.read()

    return Timed(lambda: runner.run(call()), CHAIN_DONE * RUNS_IN_A_LOOP, parts=RUNS_IN_A_LOOP)
