"""`State`: the state folder while a command works: the history, the instance, what ticks leave."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from dagwire.config.files.config_files import from_here
from dagwire.definitions.loading.project_setting import history_settings, project_folder
from dagwire.errors import StateFileError
from dagwire.history.database import FILE, connect, reporting
from dagwire.history.migration import migrate
from dagwire.history.pruning import Retention, prune
from dagwire.history.reading import foreign_paths
from dagwire.history.recorded_runs import RecordedRuns
from dagwire.history.redaction import Redactor
from dagwire.history.run_locks import end_killed_runs
from dagwire.history.stored_instance import StoredInstance
from dagwire.history.writer import Writer

_ELSEWHERE = "Name another folder by --state."


def check_writable(folder: Path) -> None:
    """Raise if nothing can be written to `folder`: a run would do its work and then lose what is to be remembered.

    Raises:
        StateFileError: The folder cannot be made, takes no file, or has files of another user. Nothing is left in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StateFileError(from_here(str(folder)), f"cannot be made ({error.strerror}). {_ELSEWHERE}") from error
    try:
        with NamedTemporaryFile(dir=folder, prefix=".probe.") as file:
            file.write(b"\n")  # a full disk has no room for one byte either
            file.flush()
    except OSError as error:
        raise StateFileError(from_here(str(folder)), f"cannot be written ({error.strerror}). {_ELSEWHERE}") from error
    for path in foreign_paths(folder):
        raise StateFileError(from_here(str(path)), f"cannot be written by this user. {_ELSEWHERE}")


def retention_of_project() -> Retention:
    """How much is kept: the table [tool.dagwire.history] of the project's pyproject.toml.

    Raises:
        DefinitionsNotFoundError: The table holds something else.
    """
    project = project_folder(Path.cwd())
    return Retention() if project is None else Retention(**history_settings(project))


@dataclass(frozen=True, slots=True)
class State:
    """The open state folder."""

    folder: Path
    connection: sqlite3.Connection
    """For reading, and for what a tick writes itself."""
    writer: Writer
    instance: StoredInstance
    redactor: Redactor

    @property
    def file(self) -> Path:
        """The file of the history."""
        return self.folder / FILE

    @property
    def runs(self) -> RecordedRuns:
        """The recorded runs."""
        return RecordedRuns(self.connection, self.file)


@contextmanager
def opened_state(folder: Path, redactor: Redactor, retention: Retention) -> Generator[State]:
    """Open the state folder for a block. Runs that were killed are marked, old ones deleted.

    Raises:
        StateFileError: The folder or the history cannot be read or written. What is written later is in the writer's
            `flush`.
    """
    check_writable(folder)
    file = folder / FILE
    with closing(connect(file)) as connection:
        migrate(connection, file, redactor)
        with reporting(file):
            end_killed_runs(connection, folder)
            prune(connection, retention)
        writer = Writer(connect(file), file)
        try:
            yield State(folder, connection, writer, StoredInstance(connection, writer, file, redactor), redactor)
        finally:
            writer.close()
