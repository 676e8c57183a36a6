"""Live progress on a terminal."""

import io
import re

import pytest
from rich.console import Console

from dagwire import AssetCheckResult, DagsterEvent, DagsterEventType, DagsterRun, asset, asset_check, materialize
from dagwire.cli import log_output, progress
from dagwire.cli.log_output import LogOptions, logging_to
from dagwire.cli.progress import show_progress


def _terminal(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands take `screen` for their terminal."""
    console = Console(file=screen, force_terminal=True, width=100, color_system=None, markup=False, emoji=False)
    monkeypatch.setattr(log_output, "new_console", lambda **_: console)


def test_a_terminal_shows_every_step_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table has a row for each step before it runs, and its last state is left standing; log lines are above it."""
    screen = io.StringIO()

    @asset
    def first(context) -> None:
        context.log.info("half [red]way :boom:")

    @asset(deps=[first])
    def second() -> None:
        msg = "no"
        raise ValueError(msg)

    _terminal(screen, monkeypatch)
    with logging_to(LogOptions()) as output, show_progress(["first", "second"], output) as listener:
        materialize([first, second], raise_on_error=False, on_event=listener)
    above, _, last = screen.getvalue().rpartition("first ")
    assert re.search("done .* s", last)
    assert "failed" in last
    assert "first: half [red]way :boom:" in above
    assert "ValueError: no" in above
    assert "first: running" not in above


def _event(event_type: DagsterEventType, step: str | None) -> DagsterEvent:
    return DagsterEvent(event_type, step, None, 0.0, DagsterRun("nightly"))


def test_events_of_no_step_change_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    """The run's own events belong to no step."""
    with logging_to(LogOptions()) as output, show_progress(["first"], output) as listener:
        listener(_event(DagsterEventType.RUN_START, None))
    assert capsys.readouterr().err == ""


def test_steps_are_shown_by_names_that_say_more(capsys: pytest.CaptureFixture[str]) -> None:
    """A check is shown by asset and name, with a colon between; its step's key runs the two together."""

    @asset_check(asset="rows")
    def rows_are_complete() -> AssetCheckResult:
        return AssetCheckResult(passed=True)

    assert (rows_are_complete.name, rows_are_complete.shown_name) == (
        "rows_rows_are_complete",
        "rows:rows_are_complete",
    )
    shown = {rows_are_complete.name: rows_are_complete.shown_name}
    with logging_to(LogOptions()) as output, show_progress(list(shown), output, shown) as listener:
        listener(_event(DagsterEventType.STEP_START, rows_are_complete.name))
        listener(_event(DagsterEventType.STEP_START, "mapped[a]"))
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition("rows:")[2] or line.partition("mapped")[2] for line in lines] == [
        "rows_are_complete: running",
        "[a]: running",
    ]


def test_a_step_that_runs_shows_for_how_long() -> None:
    """The table is drawn anew several times a second; a step that is under way has its seconds so far."""
    rows = progress._Rows(["first", "second"], {})
    rows.update(_event(DagsterEventType.STEP_START, "first"))
    screen = io.StringIO()
    Console(file=screen, width=60).print(progress._table(rows))
    first, second = screen.getvalue().splitlines()
    assert re.search(r"first .*running +0\.0 s", first)
    assert re.search("second +waiting", second)
