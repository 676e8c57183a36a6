"""Recorded runs as rows: what `dagwire runs` and `dagwire assets --status` print."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.history.recorded_runs import (
    STATE_BY_STATUS,
    RecordedCheck,
    RecordedMaterialization,
    RecordedRun,
    RecordedRuns,
    RecordedStep,
)
from dagwire.history.stored_keys import asset_key_of

RunState = Literal["running", "done", "failed", "interrupted"]
STATES = {state: status for status, state in STATE_BY_STATUS.items()}
"""`{state: status}`, the choices of `--only`."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """The row of one run."""

    run: str
    job: str
    state: str
    started: str
    took_s: float | None
    partition: str | None
    retries: str | None
    """The run that it went on with."""
    failure: str | None


@dataclass(frozen=True, slots=True)
class StepRow:
    """The row of one step of a run."""

    step: str
    state: str
    took_s: float | None
    retries: int | None
    source: str | None
    """The earlier run that has done it."""
    failure: str | None


@dataclass(frozen=True, slots=True)
class CheckRow:
    """The row of one evaluation of a check."""

    check: str
    passed: str
    partition: str | None
    description: str | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MaterializationRow:
    """The row of one materialization."""

    asset: str
    partition: str | None
    made: str
    metadata: dict[str, Any]


def run_rows(runs: Iterable[RecordedRun]) -> list[RunRow]:
    """A row for each run."""
    return [
        RunRow(
            run.run_id,
            run.job,
            run.state,
            shown_time(run.started),
            _seconds(run.started, run.ended),
            run.partition,
            run.parent,
            run.failure,
        )
        for run in runs
    ]


def run_data(run: RecordedRun) -> dict[str, Any]:
    """The facts of one run."""
    return {
        "run": run.run_id,
        "job": run.job,
        "state": run.state,
        "started": shown_time(run.started),
        "took_s": _seconds(run.started, run.ended),
        "partition": run.partition,
        "tags": dict(run.tags),
        "config": run.shown_config,
        "retries": run.parent,
        "failure": run.failure,
    }


def step_rows(steps: Iterable[RecordedStep]) -> list[StepRow]:
    """A row for each step."""
    return [
        StepRow(
            step.step, step.state, _seconds(step.started, step.ended), step.retries or None, step.source, step.failure
        )
        for step in steps
    ]


def check_rows(checks: Iterable[RecordedCheck]) -> list[CheckRow]:
    """A row for each evaluation of a check."""
    return [
        CheckRow(
            f"{asset_key_of(check.asset).to_user_string()}:{check.check}",
            "yes" if check.passed else f"no ({check.severity})",
            check.partition,
            check.description,
            dict(check.metadata),
        )
        for check in checks
    ]


def materialization_rows(made: Iterable[RecordedMaterialization]) -> list[MaterializationRow]:
    """A row for each materialization."""
    return [
        MaterializationRow(asset_name(one.asset), one.partition, shown_time(one.time), dict(one.metadata))
        for one in made
    ]


def asset_name(asset: str) -> str:
    """The name of a recorded asset as people write it."""
    return asset_key_of(asset).to_user_string()


def shown_time(moment: float) -> str:
    """A moment in this machine's zone."""
    return datetime.fromtimestamp(moment).astimezone().isoformat(" ", "seconds")


def _seconds(started: float | None, ended: float | None) -> float | None:
    return None if started is None or ended is None else round(ended - started, 3)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The row of one asset: when it was made, and what is missing."""

    asset: str
    made: str | None
    """When it was made last."""
    run: str | None
    """The run that made it."""
    done: int | None
    """The number of partitions that were made; None for an asset without."""
    missing: list[str]
    """The partitions that were not made; for an asset without, "all" if it was not."""


def status_row(key: AssetKey, partitions: Sequence[str] | None, history: RecordedRuns | None) -> StatusRow:
    """The row of one asset.

    Args:
        key: The asset.
        partitions: The keys of its partitions; None if it has none.
        history: The recorded runs; None if there are none.
    """
    made: Mapping[str | None, float] = {} if history is None else history.made_partitions(key.to_string())
    latest = None if history is None else history.latest_run_of(key.to_string())
    run, moment = latest or (None, None)
    if partitions is None:
        done, missing = None, [] if None in made else ["all"]
    else:
        missing = [partition for partition in partitions if partition not in made]
        done = len(partitions) - len(missing)
    return StatusRow(key.to_user_string(), None if moment is None else shown_time(moment), run, done, missing)
