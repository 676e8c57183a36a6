"""Live progress: a table that redraws itself on a terminal, plain lines elsewhere; both from the run's events."""

import logging
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

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
        if state == "running":
            row.started = time.monotonic()
        elif row.started:
            row.took_s = time.monotonic() - row.started
        return row


@contextmanager
def show_progress(
    steps: Sequence[str], console: Console, shown_names: Mapping[str, str] | None = None
) -> Generator[Progress]:
    """Show the progress of `steps` while the block runs, and what they log.

    `shown_names` is `{step: how it is shown}`, for those whose names say more.
    """
    rows = _Rows(steps, shown_names or {})
    if console.is_terminal:
        with Live(console=console, get_renderable=lambda: _table(rows), refresh_per_second=8) as live:
            with _logging_to(_RowHandler(rows)):
                yield rows.update  # type: ignore[misc]  # a Progress returns nothing that is read
            live.refresh()
        return

    def show_line(event: DagsterEvent) -> None:
        row = rows.update(event)
        if row is not None:
            reason = f": {row.said}" if row.state == row.verdict and row.said else ""
            _print_line(console, f"{row.name}: {row.state}{_seconds(row, '  ')}{reason}")

    with _logging_to(_LineHandler(console, rows)):
        yield show_line


def _table(rows: _Rows) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows.by_step.values():
        state: Spinner | Text = Text(f"  {row.state}", _STYLE_BY_STATE[row.state])
        if row.state == "running":
            state = Spinner("dots", text=Text("running", _STYLE_BY_STATE["running"]))
            row.took_s = time.monotonic() - row.started
        table.add_row(escape(row.name), state, Text(_seconds(row, ""), "dim"), Text(row.said, "dim"))
    return table


def _seconds(row: _Row, before: str) -> str:
    return "" if row.took_s is None else f"{before}{row.took_s:.1f} s"


class _RowHandler(logging.Handler):
    """Shows the last message of each step, in its row."""

    def __init__(self, rows: _Rows) -> None:
        super().__init__(logging.INFO)
        self._rows = rows

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        row = self._rows.by_step.get(getattr(record, "step_key", None) or "")
        if row is not None:
            row.said = record.getMessage()


class _LineHandler(logging.Handler):
    """Prints what steps say, a line each."""

    def __init__(self, console: Console, rows: _Rows) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._rows = rows

    def emit(self, record: logging.LogRecord) -> None:
        """Print the message."""
        step = getattr(record, "step_key", None)
        name = self._rows.by_step[step].name if step in self._rows.by_step else step
        text = f"{name}: {record.getMessage()}" if name else record.getMessage()
        _print_line(self._console, text)


def _print_line(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def _logging_to(handler: logging.Handler) -> Generator[None]:
    """Send dagwire's log to `handler` for a block, at INFO unless the user asked for less."""
    level = log.level
    log.addHandler(handler)
    if level == logging.NOTSET:
        log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(handler)
