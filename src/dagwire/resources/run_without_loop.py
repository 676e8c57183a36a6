"""Run coroutines that never wait, without an event loop."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class WaitedError(RuntimeError):
    """A coroutine waited for an event loop, and none runs here."""


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, without an event loop; return its result.

    Raises:
        WaitedError: It waited. It was closed.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # StopIteration is not generic
    work.close()
    msg = "a synchronous run waited for an event loop"
    raise WaitedError(msg)
