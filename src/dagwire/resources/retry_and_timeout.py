"""Retries and timeouts of opening and closing one resource."""

import threading
from asyncio import timeout
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from contextvars import copy_context
from functools import partial
from inspect import iscoroutine, iscoroutinefunction
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from dagwire.errors import RetryPolicyError
from dagwire.resources.run_without_loop import WaitedError, drive

T = TypeVar("T")


class LifeCyclePolicy(NamedTuple):
    """The retry policy and the timeout of one resource."""

    retry: Callable[..., object] | None = None
    """Calls the function that opens the resource, again if it fails: of stamina, tenacity, or any callable."""
    timeout_s: float | None = None
    """Longest wait for one open or close, in seconds; None waits forever."""


NO_RETRY_NO_TIMEOUT = LifeCyclePolicy()
"""A single attempt, without a timeout."""


async def retried(
    retry: Callable[..., Any], open_once: Callable[[], Coroutine[Any, Any, object]], name: object, *, asynchronous: bool
) -> object:
    """Call `open_once` through `retry`; return what it opened.

    Raises:
        RetryPolicyError: The policy is for coroutines and there is no event loop, or the reverse.
    """
    if not iscoroutinefunction(retry) and not iscoroutinefunction(type(retry).__call__):
        return retry(partial(_driven, open_once, name))
    if not asynchronous:
        raise RetryPolicyError(str(name), "is for coroutines, and no event loop runs here; give one for functions.")

    async def open_in_loop() -> object:  # a policy sees by this that it must wait
        return await open_once()

    return await retry(open_in_loop)


def _driven(open_once: Callable[[], Coroutine[Any, Any, object]], name: object) -> object:
    try:
        return drive(open_once())
    except WaitedError:
        pass
    raise RetryPolicyError(str(name), "is for plain functions, and the resource waits; give one for coroutines.")


class TimeLimited(AbstractAsyncContextManager[Any]):
    """An asynchronous manager whose opening and closing are cancelled when they take too long."""

    def __init__(self, manager: AbstractAsyncContextManager[object], timeout_s: float) -> None:
        """Apply `timeout_s` to each of the two."""
        self._manager = manager
        self._timeout_s = timeout_s

    async def __aenter__(self) -> object:
        """Open.

        Raises:
            TimeoutError: It took too long, and was cancelled.
        """
        async with timeout(self._timeout_s):
            return await self._manager.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close.

        Raises:
            TimeoutError: It took too long, and was cancelled.
        """
        async with timeout(self._timeout_s):
            await self._manager.__aexit__(kind, error, traceback)


def call_with_timeout(call: Callable[[], T], timeout_s: float | None) -> T:
    """Return the result of `call`; with a timeout, call it in a thread of its own.

    Raises:
        TimeoutError: It took too long. A result that comes later is dropped.
    """
    return call() if timeout_s is None else _run_in_thread(timeout_s, call, if_late=_drop)


def enter_with_timeout(manager: AbstractContextManager[object], timeout_s: float | None) -> object:
    """Enter `manager`; with a timeout, in a thread of its own, which alone can be abandoned when it hangs.

    Raises:
        TimeoutError: It took too long. If it opens later, it is closed at once, in that thread.
    """
    if timeout_s is None:
        return manager.__enter__()
    return _run_in_thread(timeout_s, manager.__enter__, if_late=lambda _: manager.__exit__(None, None, None))


def exit_with_timeout(
    manager: AbstractContextManager[Any], details: tuple[Any, Any, Any], timeout_s: float | None
) -> None:
    """Leave `manager`, which gets the body's exception in `details`.

    Raises:
        TimeoutError: It took too long. It continues in its thread, which does not keep the process alive.
    """
    if timeout_s is None:
        manager.__exit__(*details)
    else:
        _run_in_thread(timeout_s, partial(manager.__exit__, *details), if_late=_drop)


def _drop(value: object) -> None:
    """Let go of a late result; a coroutine among them is closed, as nothing awaits it."""
    if iscoroutine(value):
        value.close()


def _run_in_thread(timeout_s: float, function: Callable[[], T], if_late: Callable[[T], object]) -> T:
    outcome: Future[T] = Future()

    def settle() -> None:
        try:
            value = function()
        except BaseException as failure:  # noqa: BLE001  # passed to the thread that waits
            if outcome.set_running_or_notify_cancel():
                outcome.set_exception(failure)
        else:
            if outcome.set_running_or_notify_cancel():
                outcome.set_result(value)
            else:
                if_late(value)

    threading.Thread(target=copy_context().run, args=(settle,), daemon=True).start()
    try:
        return outcome.result(timeout_s)
    except TimeoutError:
        if outcome.cancel():
            raise TimeoutError(f"not done after {timeout_s} s") from None
        return outcome.result()  # it ended at the last moment, or raised a TimeoutError of its own
