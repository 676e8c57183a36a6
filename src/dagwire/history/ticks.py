"""The state that a schedule or sensor leaves for its next tick, in the history."""

import json
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from dagwire.config.files.config_files import from_here
from dagwire.definitions.automation.tick import AnyTick
from dagwire.errors import AlreadyTickingError
from dagwire.history.database import reporting, transaction
from dagwire.history.run_changes import Change


@dataclass(slots=True)
class TickState:
    """The state that a tick leaves for the next."""

    cursor: str | None = None
    ticked_for: str | None = None
    """The latest moment that a schedule was asked for; an earlier one that is given never moves it back."""
    ticked_before: list[str] = field(default_factory=list[str])
    """The moments given by hand that a schedule was asked for: each once."""
    run_keys: list[str] = field(default_factory=list[str])
    """The keys of runs that have ended, well or not: they are not run again."""
    ticked_at: float | None = None
    """When it was asked last, in seconds since 1970, UTC."""

    def has_ticked_for(self, moment: datetime, *, by_hand: bool) -> bool:
        """Whether a schedule was asked for `moment` before; unless that is given by hand, for a later one."""
        if moment.isoformat() in (self.ticked_for, *self.ticked_before):
            return True
        return not by_hand and self.ticked_for is not None and moment < datetime.fromisoformat(self.ticked_for)

    def remember_tick(self, moment: datetime, *, by_hand: bool) -> None:
        """Keep that a schedule was asked for `moment`."""
        if by_hand:
            self.ticked_before.append(moment.isoformat())
        elif self.ticked_for is None or moment > datetime.fromisoformat(self.ticked_for):
            self.ticked_for = moment.isoformat()

    def changes(self, name: str) -> list[Change]:
        """The changes that write the state of the tick `name`."""
        tick = (name, self.cursor, self.ticked_for, json.dumps(self.ticked_before), self.ticked_at)
        keys = [("INSERT OR IGNORE INTO run_keys (tick, key) VALUES (?, ?)", (name, key)) for key in self.run_keys]
        return [("INSERT OR REPLACE INTO ticks VALUES (?, ?, ?, ?, ?)", tick), *keys]


class TickRecord:
    """The state of one schedule or sensor; made by `locked`, which lets one process at a time have it."""

    def __init__(self, connection: sqlite3.Connection, file: Path, name: str) -> None:
        """Read what is there.

        Raises:
            StateFileError: It cannot be read.
        """
        self._connection = connection
        self._file = file
        self._name = name
        with reporting(file):
            keys = connection.execute("SELECT key FROM run_keys WHERE tick = ? ORDER BY position", (name,)).fetchall()
            row = connection.execute(
                "SELECT cursor, ticked_for, ticked_before, ticked_at FROM ticks WHERE name = ?", (name,)
            ).fetchone()
        cursor, ticked_for, ticked_before, ticked_at = row or (None, None, "[]", None)
        self.state: TickState = TickState(
            cursor, ticked_for, json.loads(ticked_before), [key for (key,) in keys], ticked_at
        )

    @classmethod
    @contextmanager
    def locked(cls, connection: sqlite3.Connection, file: Path, tick: AnyTick) -> Generator["TickRecord"]:
        """The state of `tick`, for a block; no other process has it meanwhile.

        Raises:
            AlreadyTickingError: Another process has it.
            StateFileError: It cannot be read.
        """
        name = f"{tick.kind}-{tick.name}"
        lock = FileLock(file.parent / f"{name}.lock")
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise AlreadyTickingError(tick.label, from_here(lock.lock_file)) from None
        with lock:
            yield cls(connection, file, name)

    def save(self) -> None:
        """Write the state, all or nothing."""
        with reporting(self._file), transaction(self._connection):
            for statement, values in self.state.changes(self._name):
                self._connection.execute(statement, values)
