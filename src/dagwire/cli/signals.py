"""SIGTERM and SIGHUP end a run as Ctrl-C does: everything that was opened is closed, then the command ends."""

import signal
from collections.abc import Generator
from contextlib import contextmanager

_NUMBERS = [number for number in signal.Signals if number.name in {"SIGTERM", "SIGINT", "SIGHUP"}]
"""Windows has no SIGHUP."""


class Interrupts:
    """The signal that asked the command to end; lives as long as the command."""

    def __init__(self) -> None:
        """Begin without a signal."""
        self.received: signal.Signals | None = None

    @property
    def exit_code(self) -> int:
        """The exit code of a command that a signal ended, as shells expect it: 128 and the signal's number."""
        return 128 + (self.received or signal.SIGINT)

    def interrupt(self, number: int, _frame: object) -> None:
        """Remember the signal, and raise in the main thread as Ctrl-C does.

        Remembered, because not every library lets the exception through: DuckDB makes a RuntimeError of it. A second
        signal interrupts a close that hangs.
        """
        self.received = signal.Signals(number)
        raise KeyboardInterrupt


def _is_for_nohup(number: signal.Signals) -> bool:
    return number.name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def noticing_interrupts() -> Generator[Interrupts]:
    """Let SIGTERM, SIGHUP and SIGINT interrupt a block, and remember which it was.

    A SIGHUP that the process was started to ignore stays ignored, as `nohup` wants it.
    """
    interrupts = Interrupts()
    numbers = [number for number in _NUMBERS if not _is_for_nohup(number)]
    before = {number: signal.signal(number, interrupts.interrupt) for number in numbers}
    try:
        yield interrupts
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
