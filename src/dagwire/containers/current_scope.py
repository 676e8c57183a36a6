"""The scopes that are open in this context: the innermost is the current one."""

from contextvars import ContextVar
from typing import Any, Protocol

from dagwire.containers.provider_types import AnyProvider


class OpenScope(Protocol):
    """A scope of which resources can be asked by whoever runs inside it."""

    def get(self, key: str) -> Any:
        """The resource under `key`, opened now if it has not been."""
        ...

    def live(self, provider: AnyProvider) -> tuple[Any] | None:
        """The open resource of a provider of the container, alone in a tuple; None if the scope has none."""
        ...


_open: ContextVar[tuple[OpenScope, ...]] = ContextVar("dagwire_open_scopes", default=())


def enter_scope(scope: OpenScope) -> None:
    """Make `scope` the current one in this context, and in the tasks and threads that begin with a copy of it."""
    _open.set((*_open.get(), scope))


def leave_scope(scope: OpenScope) -> None:
    """Take `scope` away from this context; without effect if it is not there."""
    # By identity, not by token: an asynchronous scope may be closed in another context than it was opened in.
    _open.set(tuple(kept for kept in _open.get() if kept is not scope))


def innermost_scope() -> OpenScope | None:
    """The current scope, or None outside any."""
    scopes = _open.get()
    return scopes[-1] if scopes else None


def open_scopes() -> tuple[OpenScope, ...]:
    """All open scopes of this context, the innermost last."""
    return _open.get()
