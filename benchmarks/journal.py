"""`Journal`: what the measured bodies and resources say they did, for the benchmark to check."""


class Journal(list[str]):
    """What was done since it was last read."""

    def read(self) -> tuple[str, ...]:
        """All of it, and start anew."""
        entries = tuple(self)
        self.clear()
        return entries
