"""SIGTERM ends a run as Ctrl-C does: everything that was opened is closed, then the command ends."""

import signal
from collections.abc import Generator
from contextlib import contextmanager


class Terminated(KeyboardInterrupt):  # it is no error, as its base is none
    """The process was asked to end by SIGTERM."""


@contextmanager
def sigterm_interrupts() -> Generator[None]:
    """Turn SIGTERM into `Terminated`, raised in the main thread, for a block."""

    def interrupt(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """What shells expect of a command that a signal ended: 128 and the signal's number."""
    return 128 + (signal.SIGTERM if isinstance(interrupt, Terminated) else signal.SIGINT)
