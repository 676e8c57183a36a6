"""dishka and wireup, set up to look their best: their containers are compiled beforehand, and each call enters a scope.

Both name what is provided by its type, so each link of the chain has a class of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import dishka
import wireup

from benchmarks.journal import CHAIN, CHAIN_DONE, Journal
from benchmarks.measuring import Timed


def chain_by_dishka() -> Timed:
    """A scope of a container that lives as long as the process, asked for the last of five."""
    journal = Journal()
    links, functions = linked_functions(journal)
    container = dishka.make_container(dishka_provider(functions))
    return in_scopes(journal, container, lambda scope: scope.get(links[-1]))


def asynchronous_chain_by_dishka(runner: asyncio.Runner, runs: int) -> Timed:
    """Open the chain in an event loop."""
    journal = Journal()
    links, functions = linked_functions(journal, asynchronous=True)
    container = dishka.make_async_container(dishka_provider(functions))
    return in_asynchronous_scopes(runner, runs, journal, container, lambda scope: scope.get(links[-1]))


def chain_by_wireup() -> Timed:
    """A scope of a container that lives as long as the process, asked for the last of five."""
    journal = Journal()
    links, functions = linked_functions(journal)
    container = wireup.create_sync_container(injectables=wireup_injectables(functions))
    return in_scopes(journal, container.enter_scope, lambda scope: scope.get(links[-1]))


def asynchronous_chain_by_wireup(runner: asyncio.Runner, runs: int) -> Timed:
    """Open the chain in an event loop."""
    journal = Journal()
    links, functions = linked_functions(journal, asynchronous=True)
    container = wireup.create_async_container(injectables=wireup_injectables(functions))
    return in_asynchronous_scopes(runner, runs, journal, container.enter_scope, lambda scope: scope.get(links[-1]))


def in_scopes(journal: Journal, enter: Callable[[], AbstractContextManager[Any]], ask: Callable[[Any], Any]) -> Timed:
    """Time calls that each enter a scope and ask it."""

    def call() -> object:
        with enter() as scope:
            ask(scope)
        return journal.read()

    return Timed(call, CHAIN_DONE)


def in_asynchronous_scopes(
    runner: asyncio.Runner, runs: int, journal: Journal, enter: Callable[[], Any], ask: Callable[[Any], Any]
) -> Timed:
    """Time calls that each enter and ask several scopes, in one task."""

    async def call() -> object:
        for _ in range(runs):
            async with enter() as scope:
                await ask(scope)
        return journal.read()

    return Timed(lambda: runner.run(call()), CHAIN_DONE * runs, parts=runs)


def linked_functions(journal: Journal, *, asynchronous: bool = False) -> tuple[list[type], list[Callable[..., Any]]]:
    """Five classes, and for each a generator that takes an instance of the one before."""
    links = [type(name, (), {}) for name in CHAIN]
    make, kind = (asynchronous_link, AsyncIterator) if asynchronous else (link, Iterator)
    functions: list[Callable[..., Any]] = []
    for before, made in zip((None, *links), links, strict=False):
        function = make(journal, made, takes_another=before is not None)
        function.__annotations__ = {"return": kind[made]} | ({"before": before} if before else {})
        function.__name__ = function.__qualname__ = f"open_{made.__name__}"
        functions.append(function)
    return links, functions


def link(journal: Journal, made: type, *, takes_another: bool) -> Callable[..., Any]:
    """A generator that makes one link."""

    def first() -> Iterator[object]:
        journal.append(f"open {made.__name__}")
        yield made()
        journal.append(f"close {made.__name__}")

    def later(before: object) -> Iterator[object]:  # noqa: ARG001  # it is needed, not used
        journal.append(f"open {made.__name__}")
        yield made()
        journal.append(f"close {made.__name__}")

    return later if takes_another else first


def asynchronous_link(journal: Journal, made: type, *, takes_another: bool) -> Callable[..., Any]:
    """Make an asynchronous function that opens and closes one link of the chain."""

    async def first() -> AsyncIterator[object]:
        journal.append(f"open {made.__name__}")
        yield made()
        journal.append(f"close {made.__name__}")

    async def later(before: object) -> AsyncIterator[object]:  # noqa: ARG001  # it is needed, not used
        journal.append(f"open {made.__name__}")
        yield made()
        journal.append(f"close {made.__name__}")

    return later if takes_another else first


def dishka_provider(functions: list[Callable[..., Any]]) -> dishka.Provider:
    """A dishka provider of `functions`, for one of its containers."""
    provider = dishka.Provider(scope=dishka.Scope.REQUEST)
    for function in functions:
        provider.provide(function)
    return provider


def wireup_injectables(functions: list[Callable[..., Any]]) -> list[Any]:
    """The wireup injectables of `functions`, for one of its containers."""
    return [wireup.injectable(lifetime="scoped")(function) for function in functions]
