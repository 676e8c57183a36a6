"""Running coroutines that never wait, without an event loop."""

from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class WaitedError(RuntimeError):
    """A coroutine that was to be driven without an event loop waited for one."""


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits to its end, without an event loop.

    Raises:
        WaitedError: It waited after all.
    """
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # StopIteration is not generic
    work.close()
    msg = "a synchronous run waited for an event loop"
    raise WaitedError(msg)
