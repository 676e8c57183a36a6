"""The job or graph whose body is running: a step that is called in it takes a place there instead of running."""

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Protocol


class Placing(Protocol):
    """A job or graph that is being defined."""

    def place_step(self, definition: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Give the step of an asset a place; return the handle of its output, or a named tuple of several."""
        ...


PLACING: ContextVar[Placing | None] = ContextVar("dagwire_placing", default=None)
"""The job or graph whose body is running, or None."""
