"""Live progress on a terminal."""

import io

from rich.console import Console

from dagwire import Event, EventType, asset, materialize
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


def test_events_of_no_step_change_no_row() -> None:
    """The run's own events are no step's."""
    screen = io.StringIO()
    with show_progress(["first"], Console(file=screen)) as progress:
        progress(Event(EventType.RUN_START))
    assert screen.getvalue() == ""
