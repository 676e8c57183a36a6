"""Progress of a run: a record of the log for each step, and on a terminal a table that redraws itself."""

import logging
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from dagwire.cli.log_output import IS_PROGRESS, LogOutput
from dagwire.cli.run_summary import reason_of
from dagwire.definitions.specs.check_results import AssetCheckEvaluation, AssetCheckSeverity
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.resources.log_manager import log

_STATE_BY_EVENT = {
    DagsterEventType.STEP_START: "running",
    DagsterEventType.STEP_SUCCESS: "done",
    DagsterEventType.STEP_FAILURE: "failed",
    DagsterEventType.STEP_SKIPPED: "skipped",
}
_STYLE_BY_STATE = {
    "waiting": "dim",
    "running": "cyan",
    "done": "green",
    "failed (ERROR)": "bold red",
    "failed (WARN)": "yellow",
    "failed": "bold red",
    "skipped": "yellow",
}

_LEVEL_BY_STATE = {"failed": logging.ERROR, "failed (ERROR)": logging.ERROR, "failed (WARN)": logging.WARNING}


def _verdict(severity: AssetCheckSeverity) -> str:
    return f"failed ({severity.value})"


class Progress(Protocol):
    """A view of a run, called with each event as it happens."""

    def __call__(self, event: DagsterEvent) -> None:
        """Show what happened."""


@dataclass(slots=True)
class _Row:
    """The state of one step so far."""

    state: str = "waiting"
    started: float = 0.0
    took_s: float | None = None
    said: str = ""
    name: str = ""
    """Its name as shown."""
    verdict: str = ""
    """The end of a step of checks if one of them did not pass; a step that makes an asset ends as without them."""

    def take_in(self, evaluation: AssetCheckEvaluation) -> None:
        """Remember the gravest verdict of the step's checks, and why."""
        if evaluation.passed or self.verdict == _verdict(AssetCheckSeverity.ERROR):
            return
        self.verdict = _verdict(evaluation.severity)
        self.said = reason_of(evaluation)


class _Rows:
    """The state of every step, kept up to date by events."""

    def __init__(self, steps: Sequence[str], shown_names: Mapping[str, str]) -> None:
        self.by_step = {step: _Row(name=shown_names.get(step, step)) for step in steps}
        self.failures: list[BaseException | None] = []
        """The failures of steps: the failure of the run is one of them, unless a resource failed."""

    def update(self, event: DagsterEvent) -> _Row | None:
        """Take in an event; return the row if the event changed its state."""
        state = _STATE_BY_EVENT.get(event.event_type)
        if event.step_key is None:
            return None
        row = self.by_step.setdefault(event.step_key, _Row(name=event.step_key))  # a mapped step is known once it runs
        if event.event_type is DagsterEventType.ASSET_CHECK_EVALUATION:
            row.take_in(event.asset_check_evaluation_data)
        if state is None:
            return None
        row.state = row.verdict or state if state == "done" else state
        if state == "failed":
            self.failures.append(event.error)
        if state == "running":
            row.started = time.monotonic()
        elif row.started:
            row.took_s = time.monotonic() - row.started
        return row


@contextmanager
def show_progress(
    steps: Sequence[str], output: LogOutput, shown_names: Mapping[str, str] | None = None
) -> Generator[Progress]:
    """Log the progress of `steps` while the block runs, and show it in a table where `output` is live.

    `shown_names` is `{step: how it is shown}`, for those whose names say more.
    """
    shown_names = shown_names or {}
    rows = _Rows(steps, shown_names)
    output.facts.shown_names = shown_names

    def take_in(event: DagsterEvent) -> None:
        output.facts.facts_of_run = {"run_id": event.run.run_id, "job_name": event.job_name}
        row = rows.update(event)
        if row is not None:
            _log(event, row)
        elif event.event_type is DagsterEventType.RUN_FAILURE and event.error not in rows.failures:
            log.error("failed", exc_info=event.error)

    if output.is_live:
        with _live_table(rows, output.console) as live:
            yield take_in
            live.refresh()
    else:
        yield take_in


def _live_table(rows: _Rows, console: Console) -> Live:
    # What bodies print is printed above the table; not if standard output leads elsewhere, where it must not be lost.
    is_ours = sys.stdout.isatty()
    return Live(console=console, get_renderable=lambda: _table(rows), refresh_per_second=8, redirect_stdout=is_ours)


def _log(event: DagsterEvent, row: _Row) -> None:
    """Write the new state of a step to the log: a failure as an error with its traceback, the rest as information."""
    failure = event.error if row.state == "failed" else None
    took = "" if row.took_s is None else f" after {row.took_s:.1f} s" if failure else f" in {row.took_s:.1f} s"
    reason = f": {row.said}" if row.state == row.verdict and row.said else ""
    log.log(
        _LEVEL_BY_STATE.get(row.state, logging.INFO),
        "%s%s%s",
        row.state,
        took,
        reason,
        exc_info=failure,
        extra={"step_key": event.step_key, IS_PROGRESS: failure is None},
    )


def _table(rows: _Rows) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows.by_step.values():
        state: Spinner | Text = Text(f"  {row.state}", _STYLE_BY_STATE[row.state])
        if row.state == "running":
            state = Spinner("dots", text=Text("running", _STYLE_BY_STATE["running"]))
            row.took_s = time.monotonic() - row.started
        took = "" if row.took_s is None else f"{row.took_s:.1f} s"
        table.add_row(Text(row.name), state, Text(took, "dim"), Text(row.said, "dim"))
    return table
