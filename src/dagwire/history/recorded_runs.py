"""Recorded runs as rows: their steps, checks and materializations, read from the history."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.errors import UnknownNameError
from dagwire.history.database import reporting
from dagwire.resources.dagster_run import DagsterRunStatus

_COLUMNS = "number, id, job, status, started, ended, partition, tags, launch, parent, root, failure"
STATE_BY_STATUS: Mapping[str, str] = {
    DagsterRunStatus.STARTED.value: "running",
    DagsterRunStatus.SUCCESS.value: "done",
    DagsterRunStatus.FAILURE.value: "failed",
    DagsterRunStatus.CANCELED.value: "interrupted",
}


TEXT_MARK = "dagwire/text"
"""Marks text of the command line in a run's config, which is read as the field's type asks for."""


def _without_marks(config: Any) -> Any:
    if is_mapping(config):
        if set(config) == {TEXT_MARK}:
            return config[TEXT_MARK]
        return {name: _without_marks(value) for name, value in config.items()}
    return [_without_marks(item) for item in config] if is_sequence(config) else config


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One run."""

    number: int
    run_id: str
    job: str
    status: str
    """The name of a `DagsterRunStatus`."""
    started: float
    """Seconds since 1970, UTC."""
    ended: float | None
    partition: str | None
    tags: Mapping[str, str]
    launch: Mapping[str, Any]
    parent: str | None
    root: str | None
    failure: str | None

    @property
    def shown_config(self) -> dict[str, Any]:
        """The config of the run, for people."""
        shown: dict[str, Any] = _without_marks(self.launch["config"])
        return shown

    @property
    def state(self) -> str:
        """The status in a word."""
        return STATE_BY_STATUS[self.status]


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """One step of a run."""

    step: str
    state: str
    """waiting, running, done, failed, skipped or interrupted."""
    started: float | None
    ended: float | None
    retries: int
    failure: str | None
    outputs: Sequence[str]
    """The outputs that it gave."""
    source: str | None
    """The earlier run whose values were used in place of doing the step again."""


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """One evaluation of an asset check."""

    step: str
    asset: str
    check: str
    partition: str | None
    passed: bool
    severity: str
    description: str | None
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedMaterialization:
    """One materialization of an asset."""

    asset: str
    """Its key, as `AssetKey.to_string` writes it."""
    partition: str | None
    step: str | None
    time: float
    metadata: Mapping[str, Any]


class RecordedChange(NamedTuple):
    """One change of a run's status."""

    number: int
    status: str
    time: float
    run: RecordedRun


class RecordedRuns:
    """Reads the runs of one history."""

    def __init__(self, connection: sqlite3.Connection, file: Path) -> None:
        """`connection` is to `file`, and stays open."""
        self._connection = connection
        self._file = file

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with reporting(self._file):
            return self._connection.execute(statement, values).fetchall()

    def latest(self, limit: int, job: str | None = None, status: str | None = None) -> list[RecordedRun]:
        """The latest runs, the newest first; those of one job and of one status, if they are given."""
        statement = (
            f"SELECT {_COLUMNS} FROM runs WHERE (?1 IS NULL OR job = ?1) AND (?2 IS NULL OR status = ?2) "  # noqa: S608  # names of ours
            f"ORDER BY number DESC LIMIT ?3"
        )
        return [_run(row) for row in self._rows(statement, job, status, limit)]

    def find(self, run_id: str) -> RecordedRun:
        """The run whose id begins with `run_id`.

        Raises:
            UnknownNameError: No run's id does, or several do.
        """
        pattern = run_id.replace("%", "").replace("_", "") + "%"
        statement = f"SELECT {_COLUMNS} FROM runs WHERE id LIKE ? ORDER BY number DESC LIMIT 3"  # noqa: S608  # names of ours
        found = self._rows(statement, pattern)
        if len(found) != 1:
            known = [row[1] for row in found] or [run.run_id for run in self.latest(3)]
            raise UnknownNameError("run" if not found else "only run", run_id, known)
        return _run(found[0])

    def with_ids(self, run_ids: Sequence[str]) -> list[RecordedRun]:
        """The runs of these ids that are known, in the order of the ids."""
        statement = f"SELECT {_COLUMNS} FROM runs WHERE id = ?"  # noqa: S608  # names of ours
        return [_run(row) for run_id in run_ids for row in self._rows(statement, run_id)]

    def steps(self, run_id: str) -> list[RecordedStep]:
        """The steps of a run, in their order."""
        rows = self._rows(
            "SELECT name, status, started, ended, retries, failure, outputs, source FROM steps WHERE run = ? "
            "ORDER BY position, started",
            run_id,
        )
        return [
            RecordedStep(name, state, started, ended, retries, failure, json.loads(outputs or "[]"), source)
            for name, state, started, ended, retries, failure, outputs, source in rows
        ]

    def checks(self, run_id: str) -> list[RecordedCheck]:
        """The checks of a run, in their order."""
        rows = self._rows(
            "SELECT step, asset, name, partition, passed, severity, description, metadata FROM checks WHERE run = ? "
            "ORDER BY rowid",
            run_id,
        )
        return [
            RecordedCheck(step, asset, name, partition, bool(passed), severity, description, _values(metadata))
            for step, asset, name, partition, passed, severity, description, metadata in rows
        ]

    def materializations(self, run_id: str) -> list[RecordedMaterialization]:
        """The materializations of a run, in their order."""
        rows = self._rows(
            "SELECT asset, partition, step, time, metadata FROM asset_events "
            "WHERE run = ? AND kind = 'materialization' ORDER BY number",
            run_id,
        )
        return [
            RecordedMaterialization(asset, partition, step, moment, _values(metadata))
            for asset, partition, step, moment, metadata in rows
        ]

    def made_partitions(self, asset: str) -> dict[str | None, float]:
        """`{partition: time}` of the latest materialization of each partition of an asset; None is the whole asset."""
        rows = self._rows(
            "SELECT partition, max(time) FROM asset_events WHERE asset = ? AND kind = 'materialization' "
            "GROUP BY partition",
            asset,
        )
        return dict(rows)

    def latest_run_of(self, asset: str) -> tuple[str | None, float] | None:
        """The run that made an asset last, and when; None if no run has."""
        rows = self._rows(
            "SELECT run, time FROM asset_events WHERE asset = ? AND kind = 'materialization' "
            "ORDER BY number DESC LIMIT 1",
            asset,
        )
        return next(iter(rows), None)

    def dynamic_partitions(self) -> dict[str, list[str]]:
        """`{name: keys}` of all dynamic partitions."""
        found: dict[str, list[str]] = {}
        for name, key in self._rows("SELECT name, key FROM dynamic_partitions ORDER BY position"):
            found.setdefault(name, []).append(key)
        return found

    def changes_after(self, number: int, status: str) -> list[RecordedChange]:
        """Each change of a run to `status` after the change `number`, in order."""
        return self._changes("number > ? AND status = ? ORDER BY number", number, status)

    def latest_change(self, status: str) -> RecordedChange | None:
        """The latest change of a run to `status`; None if there is none."""
        return next(iter(self._changes("status = ? ORDER BY number DESC LIMIT 1", status)), None)

    def _changes(self, condition: str, *values: object) -> list[RecordedChange]:
        rows = self._rows(f"SELECT number, run, status, time FROM status_changes WHERE {condition}", *values)  # noqa: S608  # ours
        return [
            RecordedChange(number, status, moment, run)
            for number, run_id, status, moment in rows
            for run in self.with_ids([run_id])
        ]


def _run(row: Sequence[Any]) -> RecordedRun:
    number, run_id, job, status, started, ended, partition, tags, launch, parent, root, failure = row
    facts: tuple[Mapping[str, str], Mapping[str, Any]] = (json.loads(tags), json.loads(launch))
    return RecordedRun(number, run_id, job, status, started, ended, partition, *facts, parent, root, failure)


def _values(metadata: str) -> dict[str, Any]:
    return {name: value for name, (_, value) in json.loads(metadata).items()}
