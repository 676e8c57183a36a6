"""How patiently a resource is opened and closed: tried again, and given up after a time."""

import threading
from asyncio import timeout
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from contextvars import copy_context
from functools import partial
from inspect import iscoroutinefunction
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from dagwire.errors import RetryPolicyError
from dagwire.resources.run_without_loop import WaitedError, drive

T = TypeVar("T")


class LifeCyclePolicy(NamedTuple):
    """How patiently one resource is opened and closed."""

    retry: Callable[..., Any] | None = None
    """Calls what opens the resource, again where that fails: of stamina, tenacity, or any callable of a function."""
    timeout_s: float | None = None
    """After how many seconds an open or a close has failed; None waits for ever."""


PATIENT = LifeCyclePolicy()
"""One try, without a limit."""


async def retried(
    retry: Callable[..., Any], open_once: Callable[[], Coroutine[Any, Any, object]], name: object, *, asynchronous: bool
) -> object:
    """What `open_once` opened, at the first or a later try.

    Raises:
        RetryPolicyError: The policy is for coroutines and there is no event loop, or the other way round.
    """
    if not iscoroutinefunction(retry) and not iscoroutinefunction(type(retry).__call__):
        return retry(partial(_driven, open_once, name))
    if not asynchronous:
        raise RetryPolicyError(str(name), "is for coroutines, and no event loop runs here; give one for functions.")

    async def open_in_loop() -> object:  # policies tell by this that they must wait
        return await open_once()

    return await retry(open_in_loop)


def _driven(open_once: Callable[[], Coroutine[Any, Any, object]], name: object) -> object:
    try:
        return drive(open_once())
    except WaitedError:
        pass
    raise RetryPolicyError(str(name), "is for plain functions, and the resource waits; give one for coroutines.")


class Limited(AbstractAsyncContextManager[Any]):
    """An asynchronous manager whose opening and closing are cancelled when they take too long."""

    def __init__(self, manager: AbstractAsyncContextManager[Any], timeout_s: float) -> None:
        """`timeout_s` holds for each of the two."""
        self._manager = manager
        self._timeout_s = timeout_s

    async def __aenter__(self) -> Any:
        """Open.

        Raises:
            TimeoutError: It took too long, and was cancelled.
        """
        async with timeout(self._timeout_s):
            return await self._manager.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close; raises as above."""
        async with timeout(self._timeout_s):
            await self._manager.__aexit__(kind, error, traceback)


def called(call: Callable[[], T], timeout_s: float | None) -> T:
    """The result of `call`; with a limit, in a thread of its own, as below.

    Raises:
        TimeoutError: It took too long. What it returns after all is let go of.
    """
    return call() if timeout_s is None else _within(timeout_s, call, if_late=lambda: None)


def entered(manager: AbstractContextManager[Any], timeout_s: float | None) -> Any:
    """Enter `manager`; with a limit, in a thread of its own, as nothing else can be left behind when it is stuck.

    Raises:
        TimeoutError: It took too long. Should it open after all, it is closed at once, in that thread.
    """
    if timeout_s is None:
        return manager.__enter__()
    return _within(timeout_s, manager.__enter__, if_late=lambda: manager.__exit__(None, None, None))


def left(manager: AbstractContextManager[Any], details: tuple[Any, Any, Any], timeout_s: float | None) -> None:
    """Leave `manager`, telling it of the body's exception.

    Raises:
        TimeoutError: It took too long. It goes on in its thread, which does not keep the process alive.
    """
    if timeout_s is None:
        manager.__exit__(*details)
    else:
        _within(timeout_s, partial(manager.__exit__, *details), if_late=lambda: None)


def _within(timeout_s: float, function: Callable[[], T], if_late: Callable[[], Any]) -> T:
    outcome: Future[T] = Future()

    def settle() -> None:
        try:
            value = function()
        except BaseException as failure:  # noqa: BLE001  # handed to the thread that waits
            if outcome.set_running_or_notify_cancel():
                outcome.set_exception(failure)
        else:
            if outcome.set_running_or_notify_cancel():
                outcome.set_result(value)
            else:
                if_late()

    threading.Thread(target=copy_context().run, args=(settle,), daemon=True).start()
    try:
        return outcome.result(timeout_s)
    except TimeoutError:
        if outcome.cancel():
            raise TimeoutError(f"not done after {timeout_s} s") from None
        return outcome.result()  # it was done at the last moment, or raised a TimeoutError of its own
