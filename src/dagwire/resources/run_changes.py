"""`RunChanges`: each change of a run's status, as an instance keeps them for the sensors that watch runs."""

import threading
from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus

KEPT = 10_000
"""The number of changes, and of failed steps, that are kept: the oldest go first."""


class StatusChange(NamedTuple):
    """One change of a run's status."""

    number: int
    """Counted from 1, over all runs of the instance."""
    timestamp: float
    """Seconds since 1970, UTC."""
    run: DagsterRun
    """The run, as it is now."""
    event: Any
    """The event of the change."""


class RunChanges:
    """The changes of the runs of an instance in memory; lives as long as it."""

    def __init__(self) -> None:
        """No run is known."""
        self._changing = threading.Lock()
        self._count = 0
        self._changes: deque[tuple[int, DagsterRunStatus, Any]] = deque(maxlen=KEPT)
        self._failures: deque[Any] = deque(maxlen=KEPT)
        self._status_by_run: dict[str, DagsterRunStatus] = {}

    def remember(self, run: DagsterRun, event: Any, status: DagsterRunStatus | None) -> None:
        """Keep the end of a step that failed, or the event by which a run has come to `status`."""
        with self._changing:
            if status is None:
                self._failures.append(event)
                return
            self._count += 1
            self._changes.append((self._count, status, event))
            self._status_by_run[run.run_id] = status

    def changes(self, after: int, status: DagsterRunStatus) -> Iterator[StatusChange]:
        """The changes to `status` with numbers above `after`."""
        with self._changing:
            changes = list(self._changes)
        for number, reached, event in changes:
            if reached is status and number > after:
                run = event.run.with_status(self._status_by_run[event.run.run_id])
                yield StatusChange(number, event.timestamp, run, event)

    def step_failures(self, run_id: str) -> list[Any]:
        """The events of the steps of a run that failed."""
        return [event for event in list(self._failures) if event.run.run_id == run_id]
