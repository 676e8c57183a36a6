"""Recorded runs as the runs and events that sensors read."""

from collections.abc import Iterable, Sequence

from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.history.recorded_runs import RecordedChange, RecordedRun, RecordedStep
from dagwire.history.stored_keys import asset_key_of
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus

_TYPE_BY_STATUS = {
    DagsterRunStatus.STARTED: DagsterEventType.RUN_START,
    DagsterRunStatus.SUCCESS: DagsterEventType.RUN_SUCCESS,
    DagsterRunStatus.FAILURE: DagsterEventType.RUN_FAILURE,
    DagsterRunStatus.CANCELED: DagsterEventType.RUN_CANCELED,
}


class RecordedError(Exception):
    """A failure of another process: the text that the history has of it."""


def dagster_run(run: RecordedRun) -> DagsterRun:
    """The run as contexts show it; its config is not among its facts, because secrets in it are masked."""
    assets = run.launch["assets"]
    partition = {} if run.launch["partition"] is None else {"dagster/partition": run.launch["partition"]}
    return DagsterRun(
        run.job,
        run.run_id,
        asset_selection=None if assets is None else frozenset(map(asset_key_of, assets)),
        status=DagsterRunStatus(run.status),
        tags={**partition, **run.tags},
        root_run_id=run.root,
        parent_run_id=run.parent,
    )


def end_event(change: RecordedChange, failed: Sequence[str]) -> DagsterEvent:
    """The event of a change; `failed` are the names of the steps that failed."""
    event_type = _TYPE_BY_STATUS[DagsterRunStatus(change.status)]
    failure = RecordedError(change.run.failure or "")
    data: object = {
        DagsterEventType.RUN_FAILURE: (failure, None, failed),
        DagsterEventType.RUN_CANCELED: failure,
    }.get(event_type)
    return DagsterEvent(event_type, None, data, change.time, dagster_run(change.run))


def failed_steps(run: RecordedRun, steps: Iterable[RecordedStep]) -> list[DagsterEvent]:
    """The events of the steps that failed."""
    owner = dagster_run(run)
    return [
        DagsterEvent(
            DagsterEventType.STEP_FAILURE,
            step.step,
            RecordedError(step.failure or ""),
            step.ended or run.started,
            owner,
        )
        for step in steps
        if step.state == "failed"
    ]
