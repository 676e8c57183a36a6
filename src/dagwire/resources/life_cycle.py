"""The one life cycle: open, then register; close in exact reverse; run every close; lose no failure.

Everything here is written once, as coroutines. A synchronous entry point drives them by hand (`drive`), which costs no
event loop. They never wait, because a synchronous `LifeCycle` passes its asynchronous parts to a portal: a loop in a
thread of its own, which starts with the first of them.
"""

import threading
from asyncio import AbstractEventLoop
from collections.abc import Awaitable, Callable, Iterable
from contextlib import ExitStack
from inspect import isawaitable, iscoroutine
from typing import TypeVar

from dagwire.errors import MissingExtraError, ResourceTeardownError
from dagwire.resources.life_cycle_methods import Manager, is_asynchronous
from dagwire.resources.log_manager import CURRENT_RESOURCE
from dagwire.resources.portals import IdleLoop, InPortal, Portal, wait, wait_in
from dagwire.resources.retry_and_timeout import TimeLimited, enter_with_timeout, exit_with_timeout

T = TypeVar("T")


class LifeCycle:
    """The open managers, in the order they were opened; lives as long as one run scope.

    The scope that makes it closes it. If `asynchronous` is true, asynchronous resources open and close in the task that
    runs the scope; if not, in one task of the portal's loop.
    """

    __slots__ = ("_loop_owner", "_managers", "_opening_portal", "_portal", "_portal_exit", "asynchronous")

    def __init__(self, *, asynchronous: bool) -> None:
        """`asynchronous` is whether the caller drives this from an event loop."""
        self.asynchronous: bool = asynchronous
        self._managers: list[tuple[object, Manager, float | None]] = []
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

    async def enter(self, name: object, manager: Manager, timeout_s: float | None = None) -> object:
        """Open `manager` and register its close under `name`; return what it yields.

        A manager that fails to open is not registered: it has cleaned up after itself, by the protocol.

        Raises:
            TimeoutError: It took longer than `timeout_s`, which limits the close too.
        """
        if is_asynchronous(manager):
            if timeout_s is not None:
                manager, timeout_s = TimeLimited(manager, timeout_s), None
            if self.asynchronous:
                value = await manager.__aenter__()
                self._managers.append((name, manager, None))
                return value
            manager = InPortal(self._open_portal(), manager)
        value = enter_with_timeout(manager, timeout_s)
        self._managers.append((name, manager, timeout_s))
        return value

    def scope_is_open(self, names: Callable[[], Iterable[str]]) -> None:
        """Note that a scope has opened all it needs, `names()`. The pytest plugin overrides this to record them."""

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
        details = (type(error), error, error.__traceback__) if error is not None else (None, None, None)
        token = CURRENT_RESOURCE.set(None)
        while self._managers:
            name, manager, timeout_s = self._managers.pop()
            CURRENT_RESOURCE.set(name)
            try:
                if is_asynchronous(manager):
                    await manager.__aexit__(*details)
                else:
                    exit_with_timeout(manager, details, timeout_s)
            except BaseException as failure:  # noqa: BLE001  # even an interrupt must not keep the others open
                if failure is not error:
                    failures.append(_as_teardown_error(name, failure))
        CURRENT_RESOURCE.reset(token)
        if self._portal_exit is not None:
            self._portal_exit.close()
            self._portal = self._portal_exit = None
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


LifeCycleKind = Callable[..., LifeCycle]
_kind: LifeCycleKind = LifeCycle


def new_life_cycle(*, asynchronous: bool) -> LifeCycle:
    """Make a life cycle of the kind in use."""
    return _kind(asynchronous=asynchronous)


def use_life_cycles(kind: LifeCycleKind) -> None:
    """Make all life cycles by `kind` from now on; the pytest plugin has one that keeps a record."""
    global _kind  # noqa: PLW0603  # one process has one kind, and production the one above
    _kind = kind


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
