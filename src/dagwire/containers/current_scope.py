"""The scopes that are open in this context: the innermost is the current one."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Protocol

from dagwire.containers.keys import Container
from dagwire.containers.provider_types import AnyProvider
from dagwire.errors import InvalidInvocationError


class OpenScope(Protocol):
    """A scope of which resources can be asked by whoever runs inside it."""

    @property
    def container(self) -> Container:
        """The container whose resources it opens."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        ...

    @property
    def opened(self) -> Mapping[str, Any]:
        """`{key: resource}` of all that was asked for so far."""
        ...

    def keeps(self, key: str) -> bool:
        """Whether the scope may keep the resource under `key`: a process scope keeps nothing of a run."""
        ...

    def get(self, key: str) -> Any:
        """The resource under `key`, opened now if it has not been."""
        ...

    async def aget(self, key: str) -> Any:
        """`get` for an event loop, where an asynchronous resource can be opened."""
        ...

    def live(self, provider: AnyProvider) -> tuple[Any] | None:
        """The resource of a provider of the container, alone in a tuple, opened now if need be; None if it has none."""
        ...


_process_scopes: dict[int, tuple[object, OpenScope]] = {}
"""`{id(container): (the container, its process scope)}`, for the threads of the process."""


def begin_process_scope(container: object, scope: OpenScope) -> None:
    """Have the scopes of `container` join `scope`, in whatever thread they are opened.

    Raises:
        InvalidInvocationError: It has a process scope already.
    """
    if _process_scopes.setdefault(id(container), (container, scope))[1] is not scope:
        raise InvalidInvocationError("process_scope", "is open for this container already; runs join that one.")


def end_process_scope(container: object) -> None:
    """Have no scope of `container` join a process scope any more."""
    _process_scopes.pop(id(container), None)


def process_scope_of_class(kind: object) -> OpenScope | None:
    """The process scope of an instance of a container's class; None if there is none, or if there are several."""
    known = list(_process_scopes.values())
    found = [scope for container, scope in known if getattr(container, "declarative_parent", container) is kind]
    return found[0] if len(found) == 1 else None


def process_scope_of(container: object) -> OpenScope | None:
    """The process scope of `container`, or None."""
    known = _process_scopes.get(id(container)) if _process_scopes else None
    return None if known is None else known[1]


class OpenStep(Protocol):
    """The attempt of a step that runs in this context, as scopes of its run see it."""

    async def open(self, outer: Any, keys: Iterable[str], asker: str = "") -> None:
        """Open those of `keys` that live for a step, inside the scope `outer` of the run."""
        ...

    def inside(self, outer: Any) -> Any:
        """The step's scope inside `outer`, or None."""
        ...


CURRENT_STEP: ContextVar[OpenStep | None] = ContextVar("dagwire_step", default=None)

_open: ContextVar[tuple[OpenScope, ...]] = ContextVar("dagwire_open_scopes", default=())


def enter_scope(scope: OpenScope) -> None:
    """Make `scope` the current one in this context, and in the tasks and threads that begin with a copy of it."""
    _open.set((*_open.get(), scope))


def leave_scope(scope: OpenScope) -> None:
    """Take `scope` away from this context; without effect if it is not there."""
    # By identity, not by token: an asynchronous scope may be closed in another context than it was opened in.
    scopes = _open.get()
    innermost = scopes and scopes[-1] is scope
    _open.set(scopes[:-1] if innermost else tuple([kept for kept in scopes if kept is not scope]))


def forget_process_scopes() -> None:
    """Have a forked process join no process scope of the one it came from: both would read one connection."""
    inherited = {id(scope) for _, scope in _process_scopes.values()}
    _process_scopes.clear()
    _open.set(tuple(kept for kept in _open.get() if id(kept) not in inherited))


os.register_at_fork(after_in_child=forget_process_scopes)


def current_scope() -> OpenScope | None:
    """The innermost scope that is open in this context, or None outside any.

    Runs and `build_resources` open one, and so does `process_scope`. Tasks see it, and so do threads that begin with a
    copy of the context, as those of a run's executor do.

    Example:
        >>> from dagwire import build_resources, current_scope
        >>> with build_resources({"answer": 42}):
        ...     current_scope().get("answer")
        42
    """
    for scope in reversed(_open.get()):
        if scope.is_open:
            return scope
    return None


def open_scopes() -> Iterator[OpenScope]:
    """All open scopes of this context, the innermost first; one may have been closed in another context."""
    return (scope for scope in reversed(_open.get()) if scope.is_open)
