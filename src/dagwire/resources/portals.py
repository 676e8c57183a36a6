"""Portals: the loops in which the asynchronous parts of a synchronous run are entered, awaited and left."""

from asyncio import AbstractEventLoop, CancelledError, timeout
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


def _ends_loop(failure: BaseException) -> bool:
    """Whether a loop would end by `failure`, and cancel all else in it, in no order.

    asyncio lets SystemExit and KeyboardInterrupt out of the loop itself; the task group of anyio's portal is cancelled
    by all that are not an Exception.
    """
    return not isinstance(failure, (Exception, CancelledError))


class Portal(Protocol):
    """A loop that synchronous code can use: anyio's `BlockingPortal`, or an `IdleLoop`."""

    def call(self, func: Any, /, *args: Any) -> Any:
        """Return the result of a coroutine function."""
        ...

    def wrap_async_context_manager(self, cm: AbstractAsyncContextManager[Any]) -> AbstractContextManager[Any]:
        """Return a manager that enters and leaves `cm` in one task of the loop."""
        ...


def wait_in(portal: Portal, awaitable: Awaitable[T], timeout_s: float | None) -> T:
    """Wait for `awaitable` in the portal's loop, and return its result."""
    outcome: T | _Escaped = portal.call(_contained, awaitable, timeout_s)
    if isinstance(outcome, _Escaped):
        raise outcome.failure
    return outcome


async def wait(awaitable: Awaitable[T], timeout_s: float | None) -> T:
    """Return the result of `awaitable`.

    Raises:
        TimeoutError: It took longer than `timeout_s`.
    """
    async with timeout(timeout_s):
        return await awaitable


@dataclass(frozen=True, slots=True)
class _Escaped:
    """An exception that would have ended the loop, for the thread that waits."""

    failure: BaseException


async def _contained(awaitable: Awaitable[T], timeout_s: float | None) -> T | _Escaped:
    try:
        return await wait(awaitable, timeout_s)
    except BaseException as failure:
        if _ends_loop(failure):
            return _Escaped(failure)
        raise


class InPortal(AbstractContextManager[Any]):
    """Enters and leaves an asynchronous manager in a portal's loop, which no exception of the manager can end."""

    def __init__(self, portal: Portal, manager: AbstractAsyncContextManager[object]) -> None:
        """Enter nothing yet."""
        self._contained = _Contained(manager)
        self._inside = portal.wrap_async_context_manager(self._contained)

    def __enter__(self) -> Any:
        """Enter the manager, and return its value."""
        value = self._inside.__enter__()
        if self._contained.escaped is not None:
            self._inside.__exit__(None, None, None)
        self._raise_escaped()
        return value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the manager, which gets the body's exception."""
        self._inside.__exit__(kind, error, traceback)
        self._raise_escaped()

    def _raise_escaped(self) -> None:
        if self._contained.escaped is not None:
            raise self._contained.escaped


class _Contained(AbstractAsyncContextManager[Any]):
    """Keeps an exception that would end the loop, for the thread that waits."""

    def __init__(self, manager: AbstractAsyncContextManager[object]) -> None:
        self._manager = manager
        self._is_open = False
        self.escaped: BaseException | None = None

    async def __aenter__(self) -> object:
        try:
            value = await self._manager.__aenter__()
        except BaseException as failure:
            if not _ends_loop(failure):
                raise
            self.escaped = failure
            return None
        self._is_open = True
        return value

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if not self._is_open:
            return
        try:
            await self._manager.__aexit__(kind, error, traceback)
        except BaseException as failure:
            if not _ends_loop(failure):
                raise
            if failure is not error:
                self.escaped = failure


class IdleLoop:
    """The caller's event loop, which runs only while something asynchronous is waited for."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        """The caller closes `loop`."""
        self._loop = loop

    def call(self, func: Callable[..., Awaitable[T]], /, *args: object) -> T:
        """Return the result of a coroutine function."""
        return self._loop.run_until_complete(func(*args))

    def wrap_async_context_manager(self, cm: AbstractAsyncContextManager[T]) -> AbstractContextManager[T]:
        """Return a manager that enters and leaves `cm` in one task of the loop."""
        return _InOneTask(self._loop, cm)


class _InOneTask(AbstractContextManager[Any]):
    """Enters and leaves an asynchronous manager in one task, as a cancel scope of anyio must be."""

    def __init__(self, loop: AbstractEventLoop, manager: AbstractAsyncContextManager[object]) -> None:
        self._loop = loop
        self._manager = manager
        self._opened = loop.create_future()
        self._leaving = loop.create_future()

    def __enter__(self) -> Any:
        self._task = self._loop.create_task(self._hold())
        return self._loop.run_until_complete(self._opened)

    async def _hold(self) -> None:
        try:
            value = await self._manager.__aenter__()
        except Exception as failure:  # noqa: BLE001  # raised by `__enter__`, in the thread that waits
            self._opened.set_exception(failure)
            return
        self._opened.set_result(value)
        await self._manager.__aexit__(*await self._leaving)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._leaving.set_result((kind, error, traceback))
        self._loop.run_until_complete(self._task)
