"""`Journal`: what the measured bodies and resources say they did, for the benchmark to check."""

CHAIN = "abcde"
CHAIN_DONE = tuple([f"open {name}" for name in CHAIN] + [f"close {name}" for name in reversed(CHAIN)])
"""What is done where five resources, each needing the one before, are opened and closed."""


class Journal(list[str]):
    """What was done since it was last read."""

    def read(self) -> tuple[str, ...]:
        """All of it, and start anew."""
        entries = tuple(self)
        self.clear()
        return entries
