"""Step 1: a resource is an object with fields, opened before it is used and closed after it."""

import sqlite3

from pydantic import PrivateAttr

from dagwire import ConfigurableResource, InitResourceContext, build_resources


class Ledger(ConfigurableResource):
    """A SQLite file with the takings of a shop."""

    path: str = ":memory:"
    _connection: sqlite3.Connection = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Connect, and make sure that the table is there."""
        self._connection = sqlite3.connect(self.path)
        self._connection.execute("create table if not exists takings (product text, cents integer)")

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Disconnect."""
        self._connection.close()

    def add(self, product: str, cents: int) -> None:
        """Note one sale; `keep` or `forget` ends what was noted since the last of them."""
        self._connection.execute("insert into takings values (?, ?)", (product, cents))

    def keep(self) -> None:
        """Make what was noted permanent."""
        self._connection.commit()

    def forget(self) -> None:
        """Take back what was noted."""
        self._connection.rollback()

    def total(self) -> int:
        """The takings in cents."""
        (total,) = self._connection.execute("select coalesce(sum(cents), 0) from takings").fetchone()
        return int(total)


def main() -> int:
    """Open the resource for a block of code; whatever happens in the block, it is closed."""
    with build_resources({"ledger": Ledger()}) as resources:
        ledger: Ledger = resources.ledger
        ledger.add("bread", 420)
        ledger.add("milk", 180)
        return ledger.total()


if __name__ == "__main__":
    print(main())
