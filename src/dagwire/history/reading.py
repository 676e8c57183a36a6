"""The history for commands that only read it; light, so that they answer at once."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from dagwire.definitions.loading.project_setting import project_folder
from dagwire.history.database import FILE, connect, reporting
from dagwire.history.recorded_runs import RecordedRuns
from dagwire.history.run_locks import end_killed_runs


def state_folder(given: Path | None) -> Path:
    """The folder that is given, or `.dagwire` in the project's."""
    return given or (project_folder(Path.cwd()) or Path.cwd()) / ".dagwire"


@contextmanager
def opened_history(folder: Path) -> Generator[RecordedRuns | None]:
    """Open the recorded runs for a block that only reads; None if nothing was recorded.

    Raises:
        StateFileError: The history cannot be read.
    """
    file = folder / FILE
    if not file.exists():
        yield None
        return
    with closing(connect(file)) as connection:
        with reporting(file):
            end_killed_runs(connection, folder)
        yield RecordedRuns(connection, file)
