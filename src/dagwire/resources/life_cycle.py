"""The one life cycle: open, then register; close in exact reverse; run every close; lose no failure.

Everything here is written once, as coroutines. A synchronous entry point drives them by hand (`drive`), which costs no
event loop. They never wait, because a synchronous `LifeCycle` passes its asynchronous parts to a portal: a loop in a
thread of its own, which starts with the first of them.
"""

import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from inspect import isawaitable, iscoroutine
from types import AsyncGeneratorType, GeneratorType
from typing import Any, Protocol, TypeAlias, TypeVar

from dagwire.errors import MissingExtraError, ResourceTeardownError
from dagwire.resources.generators import (
    BodyError,
    close_async_generator,
    close_generator,
    open_async_generator,
    open_generator,
)
from dagwire.resources.life_cycle_methods import Manager, is_asynchronous
from dagwire.resources.log_manager import CURRENT_RESOURCE
from dagwire.resources.portals import IdleLoop, InPortal, Portal, wait, wait_in
from dagwire.resources.retry_and_timeout import TimeLimited, enter_with_timeout, exit_with_timeout

T = TypeVar("T")

Opened: TypeAlias = "Manager | GeneratorType[Any, Any, Any] | AsyncGeneratorType[Any, Any]"
"""An object that is entered and left: a manager, or a generator that was called and has not begun."""


class Listener(Protocol):
    """Hears of all that one life cycle opens and closes; lives as long as it."""

    def opening(self, name: object) -> AbstractContextManager[None]:
        """The block in which `name` is opened."""
        ...

    def scope_is_open(self, scope: object, names: Iterable[str]) -> None:
        """A scope has opened all it needs; `names` were called, plain values too."""
        ...

    def closed(self) -> None:
        """Every close was tried."""
        ...


class LifeCycle:
    """The open managers, in the order they were opened; lives as long as one run scope.

    The scope that makes it closes it. If `asynchronous` is true, asynchronous resources open and close in the task that
    runs the scope; if not, in one task of the portal's loop.
    """

    __slots__ = ("_loop_owner", "_opening_portal", "_portal", "_portal_exit", "asynchronous", "entered", "listener")

    def __init__(self, *, asynchronous: bool) -> None:
        """`asynchronous` is whether the caller drives this from an event loop."""
        self.asynchronous: bool = asynchronous
        self.entered: list[tuple[object, Opened, float | None]] = []
        """`(name, what is left, timeout)` of all that is open, in the order it was opened."""
        self.listener: Listener | None = _new_listener()
        self._portal: Portal | None = None
        self._portal_exit: ExitStack | None = None
        self._opening_portal = threading.Lock()
        self._loop_owner: LifeCycle | None = None

    def use_event_loop(self, loop: AbstractEventLoop) -> None:
        """Enter, await and leave asynchronous parts in `loop`, which is idle; the caller closes it."""
        self._portal = IdleLoop(loop)

    def share_loop_of(self, owner: "LifeCycle") -> None:
        """Enter, await and leave asynchronous parts in the loop of `owner`, which is closed later than this."""
        self._loop_owner = owner

    async def enter(self, name: object, opened: Opened, timeout_s: float | None = None) -> object:
        """Open a manager or a generator, and register its close under `name`; return what it yields.

        One that fails to open is not registered: it has cleaned up after itself, by the protocol.

        Raises:
            TimeoutError: It took longer than `timeout_s`, which limits the close too.
        """
        if self.listener is None:
            return await self._enter(name, opened, timeout_s)
        with self.listener.opening(name):
            return await self._enter(name, opened, timeout_s)

    async def _enter(self, name: object, opened: Opened, timeout_s: float | None) -> object:
        if isinstance(opened, GeneratorType):
            value = open_generator(opened)
        elif isinstance(opened, AsyncGeneratorType):
            value = await open_async_generator(opened)
        elif is_asynchronous(opened):
            if timeout_s is not None:
                opened, timeout_s = TimeLimited(opened, timeout_s), None
            if self.asynchronous:
                value = await opened.__aenter__()
            else:
                opened = InPortal(self._open_portal(), opened)
                value = opened.__enter__()
        else:
            value = enter_with_timeout(opened, timeout_s)
        self.entered.append((name, opened, timeout_s))
        return value

    async def wait_for(self, awaitable: Awaitable[T], timeout_s: float | None = None) -> T:
        """Wait for `awaitable` in the caller's loop or in the portal's, and return its result.

        Raises:
            TimeoutError: It took longer than `timeout_s`.
        """
        if self.asynchronous:
            return await wait(awaitable, timeout_s)
        try:
            portal = self._open_portal()
        except MissingExtraError:
            if iscoroutine(awaitable):
                awaitable.close()
            raise
        return wait_in(portal, awaitable, timeout_s)

    def call_in_loop(self, call: Callable[[], object]) -> object:
        """The result of `call`, which needs a running loop and may give an awaitable; for synchronous code."""
        return wait_in(self._open_portal(), _called_and_awaited(call), None)

    async def close(self, error: BaseException | None) -> None:
        """Close everything in reverse order; each close gets `error`, the body's exception or None.

        Nothing is shielded from anyio's cancel scopes here: a resource may hold a task group, and scopes must nest. By
        anyio's own rule a close that awaits shields itself.

        Raises:
            ResourceTeardownError: One close failed after a body that did not.
            BaseExceptionGroup: Several failed; the body's exception, if there is one, is the group's first member.
                In both cases every close has run.
        """
        failures: list[BaseException] = []
        # A manager's return value is ignored: a resource may see the body's exception, not hide it.
        details: BodyError = (None, None, None) if error is None else (type(error), error, error.__traceback__)
        token = CURRENT_RESOURCE.set(None)
        while self.entered:
            name, opened, timeout_s = self.entered.pop()
            CURRENT_RESOURCE.set(name)
            try:
                if isinstance(opened, GeneratorType):
                    close_generator(opened, details)
                elif isinstance(opened, AsyncGeneratorType):
                    await close_async_generator(opened, details)
                elif is_asynchronous(opened):
                    await opened.__aexit__(*details)
                else:
                    exit_with_timeout(opened, details, timeout_s)
            except BaseException as failure:  # noqa: BLE001  # even an interrupt must not keep the others open
                if failure is not error:
                    failures.append(_as_teardown_error(name, failure))
        CURRENT_RESOURCE.reset(token)
        if self._portal_exit is not None:
            self._portal_exit.close()
            self._portal = self._portal_exit = None
        if self.listener is not None:
            self.listener.closed()
        if failures:
            raise _one_or_group(failures, error)

    def _open_portal(self) -> Portal:
        if self._loop_owner is not None:
            return self._loop_owner._open_portal()
        with self._opening_portal:  # steps may run side by side in threads
            if self._portal is None:
                try:
                    from anyio.from_thread import start_blocking_portal  # noqa: PLC0415  # only they need it
                except ImportError as missing:
                    raise MissingExtraError(
                        "An asynchronous resource or body in synchronous code", "async"
                    ) from missing

                self._portal_exit = ExitStack()
                self._portal = self._portal_exit.enter_context(start_blocking_portal())
            return self._portal


def _nobody() -> None:
    """No listener."""


_new_listener: Callable[[], Listener | None] = _nobody


def listen_by(new_listener: Callable[[], Listener | None]) -> None:
    """Give each life cycle that begins from now on what `new_listener` makes; the pytest plugin keeps a record."""
    global _new_listener  # noqa: PLW0603  # one process has one, and production none
    _new_listener = new_listener


async def _called_and_awaited(call: Callable[[], object]) -> object:
    value = call()
    return await value if isawaitable(value) else value


def _as_teardown_error(name: object, failure: BaseException) -> BaseException:
    if not isinstance(failure, (Exception, SystemExit)):
        failure.add_note(f"Resource '{name}' was interrupted while closing; it may still be open.")
        return failure
    error = ResourceTeardownError(str(name), failure)
    error.__cause__ = failure
    return error


def _one_or_group(failures: list[BaseException], error: BaseException | None) -> BaseException:
    members = failures if error is None else [error, *failures]
    if len(members) == 1:
        return members[0]
    return BaseExceptionGroup("resources failed while closing", members)
