"""The environment in force: `local`, `test`, `production`; one switch picks it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

SWITCH = "DAGWIRE_ENV"
"""The variable that picks the environment of the process."""

_chosen: ContextVar[str | None] = ContextVar("dagwire_environment", default=None)


@contextmanager
def environment(name: str) -> Generator[None]:
    """Pick the environment inside this block, in this thread or task; the process keeps its own.

    Settings are read anew for it, and the overrides of its profile hold. What was read or built for another environment
    stays as it is, so two tests can run in two environments side by side.

    Args:
        name: One of those that the `Profiles` of the settings know; an unknown one is refused when settings are read.

    Example:
        >>> from dagwire import environment
        >>> with environment("test"):
        ...     chosen_environment()
        'test'
    """
    token = _chosen.set(name)
    try:
        yield
    finally:
        _chosen.reset(token)


def chosen_environment() -> str | None:
    """The one that a block around this call has picked, or None."""
    return _chosen.get()
