"""Standard output as one JSON document: whatever else is printed meanwhile goes to standard error."""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import TextIO

_document: ContextVar[AbstractContextManager[TextIO] | None] = ContextVar("dagwire_document", default=None)


def reserve_for_document(wanted: bool) -> bool:  # the callback of an option is called so
    """Keep standard output for the document of `--json`, if that is wanted; return whether it is.

    A program that a body starts, and a library in C, print to the file number 1. It leads to standard error from here
    on, for as long as the process lives: something may print even while it ends.
    """
    if wanted:
        _document.set(_moved_away())
        sys.stdout = sys.stderr
    return wanted


def write_document(text: str) -> None:
    """Write the document to the standard output of the process, which takes nothing more then.

    Raises:
        OSError: Its reader has gone, or its disk is full.
    """
    with _document.get() or nullcontext(sys.stdout) as document:
        document.write(text)
        document.flush()


def _moved_away() -> AbstractContextManager[TextIO]:
    """Standard output under another file number, closed by the block that writes it."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return nullcontext(sys.stdout)  # in memory, as a test has it
    document = os.fdopen(os.dup(number), "w", encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    os.dup2(sys.stderr.fileno(), number)
    return document
