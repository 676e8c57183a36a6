"""`StoredInstance`: an instance whose memory is the file of the history."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from dagwire.config.files.config_files import from_here
from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import DagwireError, StateFileError
from dagwire.history.database import reporting
from dagwire.history.metadata_json import metadata_from_json, metadata_to_json
from dagwire.history.recorded_events import dagster_run, end_event, failed_steps
from dagwire.history.recorded_runs import RecordedChange, RecordedRuns
from dagwire.history.redaction import Redactor
from dagwire.history.run_changes import Change
from dagwire.history.stored_keys import asset_key_of
from dagwire.history.writer import Writer
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.record_filters import RunsFilter
from dagwire.resources.run_changes import StatusChange

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

    def remember_run(self, run: DagsterRun, event: Any, status: DagsterRunStatus | None) -> None:
        """Do nothing: a recorder writes the run, if the command wants it."""

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

    # -- runs ----------------------------------------------------------------------------------------------------------

    def _recorded(self) -> RecordedRuns:
        self._writer.flush()
        return RecordedRuns(self._connection, self._file)

    def status_changes_after(self, number: int, status: DagsterRunStatus) -> Iterable[StatusChange]:
        """The changes of runs to a status with numbers above `number`, in order."""
        runs = self._recorded()
        for change in runs.changes_after(number, status.value):
            yield _status_change(change, runs)

    def last_status_change(self, status: DagsterRunStatus) -> StatusChange | None:
        """The latest change of a run to a status; None if there is none."""
        runs = self._recorded()
        latest = runs.latest_change(status.value)
        return None if latest is None else _status_change(latest, runs)

    def step_failure_events(self, run_id: str) -> list[Any]:
        """The events of the steps of a run that failed, in order."""
        runs = self._recorded()
        return [event for run in runs.with_ids([run_id]) for event in failed_steps(run, runs.steps(run_id))]

    def get_runs(
        self,
        filters: RunsFilter | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        *,
        ascending: bool = False,
    ) -> list[DagsterRun]:
        """Return the recorded runs, the latest first; see `DagsterInstance.get_runs`."""
        runs = [dagster_run(run) for run in self._recorded().latest(-1)]
        ordered = runs[::-1] if ascending else runs
        ids = [run.run_id for run in ordered]
        begin = ids.index(cursor) + 1 if cursor in ids else 0
        return [run for run in ordered[begin:] if filters is None or filters.matches(run)][:limit]

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        """Return the recorded run of that id; None if there is none."""
        return next(iter(self.get_runs(RunsFilter([run_id]))), None)

    def has_run(self, run_id: str) -> bool:
        """Return whether a run is recorded."""
        return self.get_run_by_id(run_id) is not None


def _status_change(change: RecordedChange, runs: RecordedRuns) -> StatusChange:
    steps = [step.step for step in runs.steps(change.run.run_id) if step.state == "failed"]
    return StatusChange(change.number, change.time, dagster_run(change.run), end_event(change, steps))


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
        raise StateFileError(from_here(str(file)), f"is damaged: event {number} cannot be read.") from error
    return EventLogEntry(made, run, job, step, time, number)
