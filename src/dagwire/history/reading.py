"""The history for commands that only read it; light, so that they answer at once."""

import os
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from dagwire.definitions.loading.project_setting import project_folder
from dagwire.history.database import FILE, connect, connect_to_read, reporting
from dagwire.history.recorded_runs import RecordedRuns
from dagwire.history.run_locks import LOCKS, end_killed_runs


def state_folder(given: Path | None) -> Path:
    """The folder that is given, or `.dagwire` in the project's."""
    return given or (project_folder(Path.cwd()) or Path.cwd()) / ".dagwire"


def foreign_paths(folder: Path) -> Iterator[Path]:
    """The folder and whatever in it cannot be written: another user's, or of a disk that takes nothing."""
    locks = folder / LOCKS
    paths = (folder, *folder.iterdir(), *(locks.iterdir() if locks.is_dir() else ()))
    return (path for path in paths if not os.access(path, os.W_OK))


@contextmanager
def opened_history(folder: Path) -> Generator[RecordedRuns | None]:
    """Open the recorded runs for a block that only reads; None if nothing was recorded.

    Whoever may not write there reads all the same; that a run was killed, the next one who may write records.

    Raises:
        StateFileError: The history cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        yield None
        return
    may_write = not any(foreign_paths(folder))
    with closing(connect(file) if may_write else connect_to_read(file)) as connection:
        if may_write:
            with reporting(file):
                end_killed_runs(connection, folder)
        yield RecordedRuns(connection, file)
