"""SIGTERM ends a run as Ctrl-C does: everything that was opened is closed, then the command ends."""

import signal
from collections.abc import Generator
from contextlib import contextmanager


class Interrupts:
    """The signal that asked the command to end; lives as long as the command."""

    def __init__(self) -> None:
        """None came yet."""
        self.received: signal.Signals | None = None

    @property
    def exit_code(self) -> int:
        """What shells expect of a command that a signal ended: 128 and the signal's number."""
        return 128 + (self.received or signal.SIGINT)

    def interrupt(self, number: int, _frame: object) -> None:
        """Remember the signal, and raise in the main thread as Ctrl-C does.

        Remembered, because not every library lets the exception through: DuckDB makes a RuntimeError of it.
        """
        self.received = signal.Signals(number)
        raise KeyboardInterrupt


@contextmanager
def noticing_interrupts() -> Generator[Interrupts]:
    """Let SIGTERM and SIGINT interrupt a block, and remember which it was."""
    interrupts = Interrupts()
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, interrupts.interrupt) for number in numbers}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
