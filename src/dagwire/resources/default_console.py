"""The console of programs that have not set up `logging`: what bodies log is not lost. Outside the tree of loggers."""

import io
import logging
import os
import sys
from typing import TextIO

LINE: logging.Formatter = logging.Formatter(
    "%(asctime)s - %(name)s - %(levelname)s - %(message)s", "%Y-%m-%d %H:%M:%S %z"
)


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to `sys.stderr` as it is when a record arrives: a test may have replaced it since."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(LINE)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # the standard library's is an attribute, which would be kept
        return sys.stderr


console: logging.Logger = logging.Logger("dagwire", logging.DEBUG)  # noqa: LOG001  # outside the tree: no setting of a program reaches it
"""Writes lines of all levels to standard error."""
console.addHandler(_StandardError())


def is_shown(logger: logging.Logger) -> bool:
    """Whether the records of `logger` reach a handler that shows or keeps them."""
    at: logging.Logger | None = logger
    while at is not None:
        if any(map(_shows, at.handlers)):
            return True
        at = at.parent if at.propagate else None
    return False


def _shows(handler: logging.Handler) -> bool:
    # Text that is collected in memory is shown to nobody: pytest does that in each of its tests.
    stream = getattr(handler, "stream", None)
    is_lost = isinstance(stream, io.StringIO) or getattr(stream, "name", None) == os.devnull
    return not (is_lost or isinstance(handler, _NOT_SHOWN))


class SilentHandler(logging.Handler):
    """A handler that itself shows nothing of what it gets."""


_NOT_SHOWN = (logging.NullHandler, SilentHandler)
