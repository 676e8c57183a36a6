"""Generators as resources: run to their `yield` to open, and to their end to close, by contextlib's rules.

contextlib's own managers do the rare part, when a body failed. Driving the generator directly costs a third of one.
"""

from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any

BodyError = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
"""The exception of a scope's body as `__exit__` takes it; three times None if there was none."""

_ENDED: Any = object()


def open_generator(generator: Generator[Any, Any, Any]) -> object:
    """Run `generator` to its `yield`; return what it yields.

    Raises:
        RuntimeError: It yields nothing.
    """
    value = next(generator, _ENDED)
    if value is _ENDED:
        raise RuntimeError("generator didn't yield")
    return value


def close_generator(generator: Generator[Any, Any, Any], error: BodyError) -> None:
    """Run `generator` to its end; the body's `error` is raised at its `yield`.

    Raises:
        RuntimeError: It yields again.
    """
    if error[0] is not None:
        contextmanager(lambda: generator)().__exit__(*error)
    elif next(generator, _ENDED) is not _ENDED:
        generator.close()
        raise RuntimeError("generator didn't stop")


async def open_async_generator(generator: AsyncGenerator[Any, Any]) -> object:
    """Run `generator` to its `yield`; return what it yields.

    Raises:
        RuntimeError: It yields nothing.
    """
    try:
        return await anext(generator)
    except StopAsyncIteration:
        raise RuntimeError("generator didn't yield") from None


async def close_async_generator(generator: AsyncGenerator[Any, Any], error: BodyError) -> None:
    """Run `generator` to its end; the body's `error` is raised at its `yield`.

    Raises:
        RuntimeError: It yields again.
    """
    if error[0] is not None:
        await asynccontextmanager(lambda: generator)().__aexit__(*error)
        return
    try:
        await anext(generator)
    except StopAsyncIteration:
        return
    await generator.aclose()
    raise RuntimeError("generator didn't stop")
