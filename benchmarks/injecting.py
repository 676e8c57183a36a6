"""Calling a function that is given what the open scope has, beside wireup's and an argument passed by hand."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Annotated, Any

import wireup
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide

import dagwire

from benchmarks.measuring import Benchmark, Side, Timed

CALLS = 200
"""In one sample of a loop, so that starting the loop adds nothing."""


class Db:
    """The injected object."""


DB = Db()


class Application(containers.DeclarativeContainer):
    """The one provider of the functions below."""

    db = providers.Object(DB)


def provided() -> Db:
    """Wireup's source of the object."""
    return DB


@contextmanager
def injected_function() -> Iterator[Benchmark]:
    """Call a function inside an open scope."""

    @dagwire.inject
    def by_dagwire(number: int, db: Annotated[Db, Provide[Application.db]]) -> object:
        return number, db

    container = wireup.create_sync_container(injectables=[_scoped()])
    scopes: list[Any] = []

    @wireup.inject_from_container(container, lambda: scopes[0])
    def by_wireup(number: int, db: wireup.Injected[Db]) -> object:
        return number, db

    def bare(number: int, db: Db) -> object:
        return number, db

    calls: dict[Side, Callable[[], object]] = {
        Side.DAGWIRE: lambda: by_dagwire(1),
        Side.WIREUP: lambda: by_wireup(1),  # type: ignore[call-arg]  # wireup's own types show the injected parameter
        Side.BARE: lambda: bare(1, DB),
    }
    with dagwire.build_resources(Application()), container.enter_scope() as scope:
        scopes.append(scope)
        yield Benchmark(
            "calling an injected function in an open scope",
            {side: Timed(call, (1, DB)) for side, call in calls.items()},
            bare="the argument passed by hand",
        )


@contextmanager
def injected_coroutine_function() -> Iterator[Benchmark]:
    """Await a coroutine function inside an open scope of an event loop."""

    @dagwire.inject
    async def by_dagwire(number: int, db: Annotated[Db, Provide[Application.db]]) -> object:
        return number, db

    container = wireup.create_async_container(injectables=[_scoped()])
    scopes: list[Any] = []

    @wireup.inject_from_container(container, lambda: scopes[0])
    async def by_wireup(number: int, db: wireup.Injected[Db]) -> object:
        return number, db

    async def bare(number: int, db: Db) -> object:
        return number, db

    calls: dict[Side, Callable[[], Any]] = {
        Side.DAGWIRE: lambda: by_dagwire(1),
        Side.WIREUP: lambda: by_wireup(1),  # type: ignore[call-arg]  # wireup's own types show the injected parameter
        Side.BARE: lambda: bare(1, DB),
    }
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def enter() -> None:
            await stack.enter_async_context(dagwire.abuild_resources(Application()))
            scopes.append(await stack.enter_async_context(container.enter_scope()))

        runner.run(enter())
        yield Benchmark(
            "the same of a coroutine function",
            {side: _in_loop(runner, call) for side, call in calls.items()},
            bare="the argument passed by hand",
        )
        runner.run(stack.aclose())


def _in_loop(runner: asyncio.Runner, call: Callable[[], Any]) -> Timed:
    async def calls() -> object:
        for _ in range(CALLS - 1):
            await call()
        return await call()

    return Timed(lambda: runner.run(calls()), (1, DB), parts=CALLS)


def _scoped() -> Any:
    return wireup.injectable(lifetime="scoped")(provided)
