"""The end of a command: its message and its exit code.

0 if all is well. 1 if the program, its settings or the machine failed. 2 if the command line names something that does
not exist, would have no effect, or cannot be done: whatever is read from the command line is looked up inside
`refuse_misuse`, before anything starts.
"""

import errno
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from traceback import format_exception
from typing import NoReturn

import typer

from dagwire.cli.signals import Interrupts, noticing_interrupts
from dagwire.errors import DagwireError, UnknownNameError

FAILED = 1
MISUSED = 2


@contextmanager
def report_errors(*, traceback: bool = False) -> Generator[Interrupts]:
    """End the command with one message and an exit code if something is raised; with `traceback`, let it through."""
    with noticing_interrupts() as interrupts:
        try:
            yield interrupts
            sys.stdout.flush()
        except (KeyboardInterrupt, BaseExceptionGroup) as error:
            if not interrupts.received:
                raise
            typer.echo(_interrupted(error), err=True)
            raise typer.Exit(interrupts.exit_code) from None
        except DagwireError as error:
            _end(error, FAILED, traceback=traceback)
        except OSError as error:
            _end_if_output_is_lost(error)
            raise


@contextmanager
def refuse_misuse(kind: type[DagwireError] = DagwireError, *, traceback: bool = False) -> Generator[None]:
    """End the command with exit code 2 if an error of `kind` is raised: it is about the command line."""
    try:
        yield
    except kind as error:
        _end(error, MISUSED, traceback=traceback)


def refuse_unknown(kind: str, name: str, known: Iterable[str], *, traceback: bool = False) -> None:
    """End the command with exit code 2 if a name on the command line is not one of those `known`."""
    names = list(known)
    if name not in names:
        with refuse_misuse(traceback=traceback):
            raise UnknownNameError(kind, name, names)


def _end(error: DagwireError, exit_code: int, *, traceback: bool) -> NoReturn:
    """End the command with the error in words, or with its traceback."""
    typer.echo("".join(format_exception(error)).rstrip() if traceback else _message(error), err=True)
    raise typer.Exit(exit_code) from None


def _message(error: DagwireError) -> str:
    """The error in words. A line that repeats more of the input than a screen holds is cut."""
    lines = f"{type(error).__name__}: {error}".split("\n")
    return "\n".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}... (cut)" for line in lines)


_LONGEST = 2_000
"""In characters: the width of a screen some twenty times."""


def _interrupted(error: BaseException) -> str:
    """The last message of a run that a signal ended; a resource whose own close was interrupted is named."""
    left = [note for one in _members(error) for note in getattr(one, "__notes__", ())]
    return "\n".join(
        ["Interrupted; everything that was open is closed.", *left] if not left else ["Interrupted.", *left]
    )


def _members(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        members: tuple[BaseException, ...] = error.args[1]
        for member in members:
            yield from _members(member)
    else:
        yield error


def _end_if_output_is_lost(error: OSError) -> None:
    """End the command if standard output takes nothing more: its reader has gone, or its disk is full."""
    if error.filename is not None or error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO):
        return
    # Python writes what is left when it ends, and would complain then.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if error.errno != errno.EPIPE:  # nobody wants to read that `head` has read enough
        typer.echo(f"Standard output cannot be written: {error.strerror}.", err=True)
    raise typer.Exit(FAILED) from None
