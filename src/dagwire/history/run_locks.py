"""A lock for each run that is under way, which its process holds: a run without one was killed."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from dagwire.history.database import transaction
from dagwire.history.run_changes import end_of_run
from dagwire.resources.dagster_run import DagsterRunStatus

LOCKS = "running"
"""The folder of the locks, in the state folder."""


@contextmanager
def holding(folder: Path, run_id: str) -> Generator[None]:
    """Hold the lock of a run for a block. The system lets go of it when the process ends, however it ends."""
    file = _file(folder, run_id)
    file.parent.mkdir(exist_ok=True)
    with FileLock(file):
        yield
    file.unlink(missing_ok=True)


def end_killed_runs(connection: sqlite3.Connection, folder: Path) -> None:
    """Mark the runs whose processes have gone as interrupted."""
    statement = "SELECT id FROM runs WHERE status = ?"
    for (run_id,) in connection.execute(statement, (DagsterRunStatus.STARTED.value,)).fetchall():
        file = _file(folder, run_id)
        try:
            with FileLock(file, blocking=False), transaction(connection):
                for change in end_of_run(run_id, DagsterRunStatus.CANCELED.value, time.time(), "the process ended"):
                    connection.execute(*change)
        except Timeout:
            continue
        file.unlink(missing_ok=True)


def _file(folder: Path, run_id: str) -> Path:
    return folder / LOCKS / f"{run_id}.lock"
