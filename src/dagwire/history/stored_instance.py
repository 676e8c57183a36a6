"""`StoredInstance`: an instance whose memory is the file of the history."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import DagwireError, StateFileError
from dagwire.history.database import reporting
from dagwire.history.metadata_json import metadata_from_json, metadata_to_json
from dagwire.history.redaction import Redactor
from dagwire.history.writer import Change, Writer
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance

MATERIALIZATION = "materialization"
OBSERVATION = "observation"
INSERT_EVENT = (
    "INSERT INTO asset_events (kind, asset, partition, run, job, step, time, description, metadata, tags) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COLUMNS = "number, asset, partition, run, job, step, time, description, metadata, tags"


class StoredInstance(DagsterInstance):
    """An instance that reads what earlier processes left and writes what this one adds; lives as long as a command.

    Reads see what this process wrote.
    """

    def __init__(self, connection: sqlite3.Connection, writer: Writer, file: Path, redactor: Redactor) -> None:
        """Read the keys of dynamic partitions; all else is read when it is asked for."""
        self._connection = connection
        self._reading = threading.Lock()
        self._writer = writer
        self._file = file
        self._redactor = redactor
        keys: dict[str, list[str]] = {}
        for name, key in self._rows("SELECT name, key FROM dynamic_partitions ORDER BY position"):
            keys.setdefault(name, []).append(key)
        super().__init__(keys, folder=str(file.parent))

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._reading, reporting(self._file):
            return self._connection.execute(statement, values).fetchall()

    # -- dynamic partitions --------------------------------------------------------------------------------------------

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to a set of dynamic partitions, in order; a key that is there already keeps its place."""
        super().add_dynamic_partitions(partitions_def_name, partition_keys)
        rows = [(partitions_def_name, key) for key in partition_keys]
        insert = "INSERT OR IGNORE INTO dynamic_partitions (name, key) VALUES (?, ?)"
        self._writer.put(lambda: [(insert, row) for row in rows])

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Delete a key from a set of dynamic partitions, if it is there."""
        super().delete_dynamic_partition(partitions_def_name, partition_key)
        delete = "DELETE FROM dynamic_partitions WHERE name = ? AND key = ?"
        self._writer.execute(delete, partitions_def_name, partition_key)

    # -- materializations ----------------------------------------------------------------------------------------------

    def remember(self, entry: EventLogEntry) -> None:
        """Keep `entry` as the latest event of its asset."""
        self._writer.put(lambda: [event_row(MATERIALIZATION, entry, self._redactor)])

    def get_latest_materialization_event(self, asset_key: object) -> EventLogEntry | None:
        """The event of the latest run that made an asset; None if there is none."""
        return self.latest_two_materializations(asset_key)[0]

    def latest_two_materializations(self, asset_key: object) -> tuple[EventLogEntry | None, EventLogEntry | None]:
        """Return the latest materialization of an asset, and the one before it; None for each that there is not."""
        found = self.materializations_of(asset_key, 0, limit=2, newest_first=True)
        return (*found, None, None)[:2]  # type: ignore[return-value]  # two of them, which mypy does not count

    def materializations_of(
        self, asset_key: object, after: int, *, limit: int = -1, newest_first: bool = False
    ) -> list[EventLogEntry]:
        """The materializations of an asset with numbers above `after`; a negative limit is none."""
        self._writer.flush()
        order = "DESC" if newest_first else "ASC"
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM asset_events WHERE asset = ? AND kind = ? AND number > ? "  # noqa: S608  # names of ours
            f"ORDER BY number {order} LIMIT ?",
            AssetKey.from_coercible(asset_key).to_string(),
            MATERIALIZATION,
            after,
            limit,
        )
        return [_entry(row, self._file) for row in rows]

    @property
    def latest_materializations(self) -> list[EventLogEntry]:
        """The latest of each asset."""
        found = (self.get_latest_materialization_event(key) for key in self.get_asset_keys())
        return [entry for entry in found if entry is not None]

    def kept_materializations(self) -> list[EventLogEntry]:
        """The materializations of all runs, the oldest first."""
        self._writer.flush()
        rows = self._rows(f"SELECT {_COLUMNS} FROM asset_events WHERE kind = ? ORDER BY number", MATERIALIZATION)  # noqa: S608  # names of ours
        return [_entry(row, self._file) for row in rows]

    def wipe_assets(self, asset_keys: Iterable[Any]) -> None:
        """Forget that assets were made."""
        for key in asset_keys:
            wiped = AssetKey.from_coercible(key).to_string()
            self._writer.execute("DELETE FROM asset_events WHERE asset = ?", wiped)

    def get_asset_keys(self) -> list[Any]:
        """Return the keys of the assets that were made."""
        self._writer.flush()
        rows = self._rows(
            "SELECT asset FROM asset_events WHERE kind = ? GROUP BY asset ORDER BY min(number)", MATERIALIZATION
        )
        return [asset_key_of(asset) for (asset,) in rows]

    def has_asset_key(self, asset_key: object) -> bool:
        """Return whether an asset was made."""
        return self.get_latest_materialization_event(asset_key) is not None


def asset_key_of(text: str) -> AssetKey:
    """The key that `AssetKey.to_string` has written."""
    key = AssetKey.from_db_string(text)
    if key is None:
        raise ValueError(text)
    return key


def event_row(kind: str, entry: EventLogEntry, redactor: Redactor) -> Change:
    """The change that writes a materialization or an observation, without secrets."""
    made: Any = entry.asset_materialization
    return INSERT_EVENT, (
        kind,
        made.asset_key.to_string(),
        entry.partition,
        entry.run_id,
        entry.job_name,
        entry.step_key,
        entry.timestamp,
        redactor.text(made.description),
        redactor.json(metadata_to_json(made.metadata)),
        redactor.json(dict(made.tags or {})),
    )


def _entry(row: Any, file: Path) -> EventLogEntry:
    number, asset, partition, run, job, step, time, description, metadata, tags = row
    try:
        made = AssetMaterialization(
            asset_key_of(asset), description, metadata_from_json(metadata), partition, json.loads(tags)
        )
    except (DagwireError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise StateFileError(str(file), f"is damaged: event {number} cannot be read.") from error
    return EventLogEntry(made, run, job, step, time, number)
