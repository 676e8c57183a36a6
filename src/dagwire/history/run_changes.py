"""The changes that note the status of a run; light, because commands that only read need them too."""

from collections.abc import Iterable
from typing import Any

Change = tuple[str, tuple[Any, ...]]
"""A statement of SQL, and its values."""


def end_of_run(run_id: str, status: str, moment: float, failure: str | None) -> Iterable[Change]:
    """The changes that note the end of a run; steps that were running are interrupted."""
    yield "UPDATE runs SET status = ?, ended = ?, failure = ? WHERE id = ?", (status, moment, failure, run_id)
    yield "UPDATE steps SET status = 'interrupted' WHERE run = ? AND status = 'running'", (run_id,)
    yield status_change(run_id, status, moment)


def status_change(run_id: str, status: str, moment: float) -> Change:
    """The change that notes when a run came to a status."""
    return "INSERT INTO status_changes (run, status, time) VALUES (?, ?, ?)", (run_id, status, moment)
