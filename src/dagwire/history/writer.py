"""`Writer`: writes to the history in a thread of its own, so that no step waits for the disk."""

import sqlite3
import threading
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from queue import Empty, SimpleQueue

from dagwire.errors import StateFileError
from dagwire.history.database import reporting, transaction
from dagwire.history.run_changes import Change

Work = Callable[[], Iterable[Change]]
"""Makes the changes, in the writer's thread."""


class Writer:
    """Writes changes in order, many in one transaction; lives as long as a command, which closes it.

    A change is on the disk a moment after `put`, whether the process lives on or is killed: a transaction is all there
    or not at all.
    """

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        """Start the thread, which alone uses `connection` to `file` from now on."""
        self._connection = connection
        self._file = file
        self._queue: SimpleQueue[Work | threading.Event | None] = SimpleQueue()
        self._failure: StateFileError | None = None
        self._thread = threading.Thread(target=self._write, name="dagwire-history", daemon=True)
        self._thread.start()

    def put(self, work: Work) -> None:
        """Have the changes written that `work` makes."""
        self._queue.put(work)

    def execute(self, statement: str, *values: object) -> None:
        """Have one change written."""
        self._queue.put(lambda: [(statement, values)])

    def flush(self) -> None:
        """Wait until all is written that was put so far.

        Raises:
            StateFileError: Something could not be written. Nothing is written from then on.
        """
        written = threading.Event()
        self._queue.put(written)
        written.wait()
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Write what is left, and end the thread. The connection is closed."""
        self._queue.put(None)
        self._thread.join()
        self._connection.close()

    def _write(self) -> None:
        is_open = True
        while is_open:
            taken = self._taken()
            is_open = None not in taken
            work = [one for one in taken if callable(one)]
            if work and self._failure is None:
                self._write_all(work)
            for one in taken:
                if isinstance(one, threading.Event):
                    one.set()

    def _taken(self) -> list[Work | threading.Event | None]:
        """Everything that waits, at least one."""
        taken = [self._queue.get()]
        try:
            while True:
                taken.append(self._queue.get_nowait())
        except Empty:
            return taken

    def _write_all(self, work: Iterable[Work]) -> None:
        try:
            with reporting(self._file), transaction(self._connection):
                changes = (change for one in work for change in one())
                for statement, rows in groupby(changes, itemgetter(0)):
                    self._connection.executemany(statement, [values for _, values in rows])
        except StateFileError as failure:
            self._failure = failure
