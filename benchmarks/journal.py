"""`Journal`: what the measured bodies and resources say they did, for the benchmark to check."""

CHAIN = "abcde"
CHAIN_DONE = tuple([f"open {name}" for name in CHAIN] + [f"close {name}" for name in reversed(CHAIN)])
"""The entries of a journal after five resources, each needing the one before, were opened and closed."""


class Journal(list[str]):
    """A list of the events since it was last read."""

    def read(self) -> tuple[str, ...]:
        """Return all entries, and forget them."""
        entries = tuple(self)
        self.clear()
        return entries
