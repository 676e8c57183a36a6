"""Live progress on a terminal."""

import io

from rich.console import Console

from dagwire import AssetCheckResult, DagsterEvent, DagsterEventType, DagsterRun, asset, asset_check, materialize
from dagwire.cli.progress import show_progress


def test_a_terminal_shows_every_step_from_the_start() -> None:
    """The table has a row for each step before it runs, and its last state is left standing."""
    screen = io.StringIO()

    @asset
    def first(context) -> None:
        context.log.info("half way")

    @asset(deps=[first])
    def second() -> None:
        msg = "no"
        raise ValueError(msg)

    console = Console(file=screen, force_terminal=True, width=80, color_system=None)
    with show_progress(["first", "second"], console) as progress:
        materialize([first, second], raise_on_error=False, on_event=progress)
    last = screen.getvalue().rsplit("first", maxsplit=1)[-1]
    assert "done" in last
    assert "half way" in last
    assert "failed" in last


def _event(event_type: DagsterEventType, step: str | None) -> DagsterEvent:
    return DagsterEvent(event_type, step, None, 0.0, DagsterRun("nightly"))


def test_events_of_no_step_change_no_row() -> None:
    """The run's own events belong to no step."""
    screen = io.StringIO()
    with show_progress(["first"], Console(file=screen)) as progress:
        progress(_event(DagsterEventType.RUN_START, None))
    assert screen.getvalue() == ""


def test_steps_are_shown_by_names_that_say_more() -> None:
    """A check is shown by asset and name, with a colon between; its step's key runs the two together."""

    @asset_check(asset="rows")
    def rows_are_complete() -> AssetCheckResult:
        return AssetCheckResult(passed=True)

    assert (rows_are_complete.name, rows_are_complete.shown_name) == (
        "rows_rows_are_complete",
        "rows:rows_are_complete",
    )
    screen = io.StringIO()
    shown = {rows_are_complete.name: rows_are_complete.shown_name}
    with show_progress(list(shown), Console(file=screen), shown) as progress:
        progress(_event(DagsterEventType.STEP_START, rows_are_complete.name))
        progress(_event(DagsterEventType.STEP_START, "mapped[a]"))
    assert screen.getvalue().splitlines() == ["rows:rows_are_complete: running", "mapped[a]: running"]
