"""`Recorder`: writes a run to the history while it happens."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.definitions.specs.check_results import AssetCheckEvaluation
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.history.metadata_json import metadata_to_json
from dagwire.history.redaction import Redactor
from dagwire.history.run_changes import Change, end_of_run, status_change
from dagwire.history.stored_instance import OBSERVATION, event_row
from dagwire.history.writer import Writer
from dagwire.resources.dagster_run import DagsterRunStatus
from dagwire.resources.event_log_entry import EventLogEntry

_Status = DagsterRunStatus
_Type = DagsterEventType
_STATUS_BY_END = {
    _Type.RUN_SUCCESS: _Status.SUCCESS,
    _Type.RUN_FAILURE: _Status.FAILURE,
    _Type.RUN_CANCELED: _Status.CANCELED,
}
_INSERT_RUN = (
    "INSERT INTO runs (id, job, status, started, partition, tags, launch, parent, root) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_STEP = "INSERT INTO steps (run, name, position, status, outputs, source) VALUES (?, ?, ?, ?, ?, ?)"
_START_STEP = (  # a mapped step is known when it starts
    "INSERT INTO steps (run, name, position, status, started) VALUES (?1, ?2, ?3, 'running', ?4) "
    "ON CONFLICT DO UPDATE SET status = 'running', started = ?4"
)
_INSERT_CHECK = (
    "INSERT INTO checks (run, step, asset, name, partition, passed, severity, description, metadata, time) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_END_STEP = "UPDATE steps SET status = ?, ended = ?, failure = ?, outputs = ? WHERE run = ? AND name = ?"


@dataclass(frozen=True, slots=True)
class RunToRecord:
    """The facts of a run that its events do not have."""

    run_id: str
    job: str
    steps: Sequence[str]
    """All steps of the job, in order."""
    partition: str | None = None
    """The partition, or the range of them, as people write it."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    launch: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The facts by which the run is started again."""
    parent: str | None = None
    root: str | None = None
    source_by_step: Mapping[str, tuple[str, Collection[str]]] = field(
        default_factory=dict[str, tuple[str, Collection[str]]]
    )
    """`{step: (run, outputs)}` of the steps whose values come from earlier runs."""


class Recorder:
    """Listens to one run; lives as long as it. Everything is written by the writer's thread."""

    def __init__(self, writer: Writer, run: RunToRecord, redactor: Redactor) -> None:
        """Nothing is written before the run starts."""
        self._writer = writer
        self._run = run
        self._redactor = redactor
        self._outputs_by_step: dict[str, list[str]] = {}
        self._write_by_type: Mapping[DagsterEventType, Callable[[DagsterEvent], Iterable[Change]]] = {
            _Type.RUN_START: self._run_started,
            _Type.STEP_START: self._started,
            _Type.STEP_RESTARTED: self._restarted,
            _Type.STEP_SUCCESS: self._ended("done"),
            _Type.STEP_FAILURE: self._ended("failed"),
            _Type.STEP_SKIPPED: self._ended("skipped"),
            _Type.STEP_OUTPUT: self._gave,
            _Type.ASSET_CHECK_EVALUATION: self._checked,
            _Type.ASSET_OBSERVATION: self._observed,
            **dict.fromkeys(_STATUS_BY_END, self._run_ended),
        }

    def __call__(self, event: DagsterEvent) -> None:
        """Take in an event of the run."""
        write = self._write_by_type.get(event.event_type)
        if write is not None:
            self._writer.put(lambda: write(event))

    def _run_started(self, event: DagsterEvent) -> Iterable[Change]:
        run, now, status = self._run, event.timestamp, _Status.STARTED.value
        launch, tags = self._redactor.json(run.launch), self._redactor.json(run.tags)
        yield (
            _INSERT_RUN,
            (run.run_id, run.job, status, now, run.partition, tags, launch, run.parent, run.root),
        )
        yield status_change(run.run_id, status, now)
        for position, name in enumerate(run.steps):
            source, outputs = run.source_by_step.get(name, (None, ()))
            state = "waiting" if source is None else "done"
            yield (
                _INSERT_STEP,
                (
                    run.run_id,
                    name,
                    position,
                    state,
                    json.dumps(list(outputs)),
                    source,
                ),
            )

    def _started(self, event: DagsterEvent) -> Iterable[Change]:
        yield _START_STEP, (self._run.run_id, event.step_key, len(self._run.steps), event.timestamp)

    def _restarted(self, event: DagsterEvent) -> Iterable[Change]:
        yield (
            "UPDATE steps SET retries = retries + 1 WHERE run = ? AND name = ?",
            (self._run.run_id, event.step_key),
        )

    def _gave(self, event: DagsterEvent) -> Iterable[Change]:
        output = event.data if isinstance(event.data, str) else event.data[0]
        self._outputs_by_step.setdefault(str(event.step_key), []).append(output)
        return ()

    def _ended(self, state: str) -> Callable[[DagsterEvent], Iterable[Change]]:
        def write(event: DagsterEvent) -> Iterable[Change]:
            outputs = json.dumps(self._outputs_by_step.get(str(event.step_key), []))
            failure = self._message(event.error)
            yield _END_STEP, (state, event.timestamp, failure, outputs, self._run.run_id, event.step_key)

        return write

    def _checked(self, event: DagsterEvent) -> Iterable[Change]:
        found: AssetCheckEvaluation = event.asset_check_evaluation_data
        yield (
            _INSERT_CHECK,
            (
                self._run.run_id,
                event.step_key,
                found.asset_key.to_string(),
                found.check_name,
                found.partition,
                found.passed,
                found.severity.value,
                self._redactor.text(found.description),
                self._redactor.json(metadata_to_json(found.metadata)),
                event.timestamp,
            ),
        )

    def _observed(self, event: DagsterEvent) -> Iterable[Change]:
        run = self._run
        entry = EventLogEntry(event.data, run.run_id, run.job, event.step_key, event.timestamp)
        yield event_row(OBSERVATION, entry, self._redactor)

    def _run_ended(self, event: DagsterEvent) -> Iterable[Change]:
        status = _STATUS_BY_END[event.event_type].value
        yield from end_of_run(self._run.run_id, status, event.timestamp, self._message(event.error))

    def _message(self, error: BaseException | None) -> str | None:
        return None if error is None else self._redactor.text(f"{type(error).__name__}: {error}")
