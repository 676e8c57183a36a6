"""`Recorder`: writes a run to the history while it happens."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
_END_STEP = (  # a mapped step that has ended already was not written when it started
    "INSERT INTO steps (run, name, position, status, started, ended, failure, outputs) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
    "ON CONFLICT DO UPDATE SET status = ?4, started = coalesce(?5, started), ended = ?6, failure = ?7, outputs = ?8"
)


_ENDS = (_Type.STEP_SUCCESS, _Type.STEP_FAILURE, _Type.STEP_SKIPPED)


@lru_cache
def _as_json(outputs: tuple[str, ...]) -> str:
    """The names of outputs as they are written; most steps have the same."""
    return json.dumps(outputs)


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
        self._ended_steps: set[str | None] = set()
        """The steps whose end waits to be written, or is written."""
        self._unwritten_starts: dict[str | None, float] = {}
        """`{step: time}` of steps that had ended before their start was written: one change then writes both."""
        self._write_by_type: Mapping[DagsterEventType, Callable[[DagsterEvent], Iterable[Change]]] = {
            _Type.RUN_START: self._run_started,
            _Type.STEP_START: self._started,
            _Type.STEP_RESTARTED: self._restarted,
            _Type.STEP_SUCCESS: self._ended("done"),
            _Type.STEP_FAILURE: self._ended("failed"),
            _Type.STEP_SKIPPED: self._ended("skipped"),
            _Type.ASSET_CHECK_EVALUATION: self._checked,
            _Type.ASSET_OBSERVATION: self._observed,
            **dict.fromkeys(_STATUS_BY_END, self._run_ended),
        }

    def __call__(self, event: DagsterEvent) -> None:
        """Take in an event of the run."""
        if event.event_type is _Type.STEP_OUTPUT:
            output = event.data if isinstance(event.data, str) else event.data[0]
            self._outputs_by_step.setdefault(str(event.step_key), []).append(output)
            return
        if event.event_type in _ENDS:
            self._ended_steps.add(event.step_key)
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
                (run.run_id, name, position, state, _as_json(tuple(outputs)), source),
            )

    def _started(self, event: DagsterEvent) -> Iterable[Change]:
        if event.step_key in self._ended_steps:
            self._unwritten_starts[event.step_key] = event.timestamp
            return ()
        return [(_START_STEP, (self._run.run_id, event.step_key, len(self._run.steps), event.timestamp))]

    def _restarted(self, event: DagsterEvent) -> Iterable[Change]:
        run_id, step = self._run.run_id, event.step_key
        started = self._unwritten_starts.pop(step, None)
        if started is not None:
            yield _START_STEP, (run_id, step, len(self._run.steps), started)
        yield "UPDATE steps SET retries = retries + 1 WHERE run = ? AND name = ?", (run_id, step)

    def _ended(self, state: str) -> Callable[[DagsterEvent], Iterable[Change]]:
        def write(event: DagsterEvent) -> Iterable[Change]:
            step, failure = event.step_key, self._message(event.error)
            outputs = _as_json(tuple(self._outputs_by_step.get(str(step), ())))
            started, place = self._unwritten_starts.pop(step, None), len(self._run.steps)
            return [(_END_STEP, (self._run.run_id, step, place, state, started, event.timestamp, failure, outputs))]

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
