"""Opening a chain of five resources, each of which needs the one before, and closing it again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import ModuleType
from typing import Any

import dagster
from dependency_injector import containers, providers

import dagwire

from benchmarks.compiled_sides import (
    asynchronous_chain_by_dishka,
    asynchronous_chain_by_wireup,
    chain_by_dishka,
    chain_by_wireup,
)
from benchmarks.dagster_side import kept_instance
from benchmarks.journal import CHAIN, CHAIN_DONE, Journal
from benchmarks.measuring import Benchmark, Side, Timed
from benchmarks.opening import tracked_function

RUNS_IN_A_LOOP = 20
BY_DEPENDENCY_INJECTOR = "`providers.Resource`, closed one by one, as `shutdown_resources` keeps no order"


@contextmanager
def chain_of_five() -> Iterator[Benchmark]:
    """Open and close five resources, given in a dict; each needs the one before it."""
    with kept_instance() as instance:
        yield Benchmark(
            "opening and closing five, each needing the one before, given in a dict",
            {
                Side.DAGWIRE: chain(dagwire),
                Side.DAGSTER_KEPT: chain(dagster, instance=instance),
                Side.BARE: chain_by_dependency_injector(),
            },
            bare=BY_DEPENDENCY_INJECTOR,
        )


@contextmanager
def chain_declared() -> Iterator[Benchmark]:
    """Open and close five resources, declared in a container; each takes the one before it as an argument."""
    yield Benchmark(
        "opening and closing five, each needing the one before, declared in a container",
        {
            Side.DAGWIRE: chain_in_container(),
            Side.DISHKA: chain_by_dishka(),
            Side.WIREUP: chain_by_wireup(),
            Side.BARE: chain_by_dependency_injector(),
        },
        bare=BY_DEPENDENCY_INJECTOR,
    )


@contextmanager
def asynchronous_chain_of_five() -> Iterator[Benchmark]:
    """Open the chain in an event loop, which Dagster's resources cannot do."""
    with asyncio.Runner() as runner:
        yield Benchmark(
            "the same in an event loop",
            {
                Side.DAGWIRE: asynchronous_chain(runner),
                Side.DISHKA: asynchronous_chain_by_dishka(runner, RUNS_IN_A_LOOP),
                Side.WIREUP: asynchronous_chain_by_wireup(runner, RUNS_IN_A_LOOP),
                Side.BARE: asynchronous_stack(runner),
            },
            bare="five asynchronous context managers in an `AsyncExitStack`",
        )


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


def chain_in_container() -> Timed:
    """Five providers in a container."""
    journal = Journal()
    application = chain_of(tracked_function(journal))

    def call() -> object:
        with dagwire.build_resources(application):
            pass
        return journal.read()

    return Timed(call, CHAIN_DONE)


def chain_of(function: Callable[..., object]) -> containers.DynamicContainer:
    """A container of five resources that `function` opens, each taking the one before."""
    application = containers.DynamicContainer()
    before: list[Any] = []
    for name in CHAIN:
        before = [dagwire.ResourceProvider(function, name, *before)]
        application.set_provider(name, before[0])
    return application


def asynchronous_chain(runner: asyncio.Runner) -> Timed:
    """Five providers in a container, opened and closed in one task."""
    journal = Journal()
    application = chain_of(asynchronous_link(journal))

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
