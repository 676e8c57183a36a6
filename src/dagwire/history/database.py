"""The SQLite file of the history: opened, checked, brought to the form that this version writes."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from dagwire.config.files.config_files import from_here
from dagwire.errors import StateFileError

FILE = "history.sqlite"
VERSION = 1
_WAIT_S = 10.0
"""The time that one process waits for another one to finish its write."""
_APPLICATION = 0x64677772
"""The mark of our files, in the place that SQLite has for it: "dgwr"."""

_TABLES = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL, status TEXT NOT NULL,
    started REAL NOT NULL, ended REAL, partition TEXT, tags TEXT NOT NULL, launch TEXT NOT NULL,
    parent TEXT, root TEXT, failure TEXT
);
CREATE INDEX runs_by_status ON runs (status);
CREATE TABLE status_changes (number INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, status TEXT, time REAL);
CREATE INDEX status_changes_by_run ON status_changes (run);
CREATE TABLE steps (
    run TEXT NOT NULL, name TEXT NOT NULL, position INTEGER NOT NULL, status TEXT NOT NULL, started REAL, ended REAL,
    retries INTEGER NOT NULL DEFAULT 0, failure TEXT, outputs TEXT, source TEXT, PRIMARY KEY (run, name)
) WITHOUT ROWID;
CREATE TABLE checks (
    run TEXT NOT NULL, step TEXT, asset TEXT NOT NULL, name TEXT NOT NULL, partition TEXT, passed INTEGER NOT NULL,
    severity TEXT NOT NULL, description TEXT, metadata TEXT NOT NULL, time REAL NOT NULL
);
CREATE INDEX checks_by_run ON checks (run);
CREATE TABLE asset_events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, asset TEXT NOT NULL, partition TEXT, run TEXT,
    job TEXT, step TEXT, time REAL NOT NULL, description TEXT, metadata TEXT NOT NULL, tags TEXT NOT NULL
);
CREATE INDEX asset_events_by_asset ON asset_events (asset, kind, partition, number);
CREATE INDEX asset_events_by_run ON asset_events (run);
CREATE TABLE dynamic_partitions (
    position INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (name, key)
);
CREATE TABLE ticks (
    name TEXT PRIMARY KEY, cursor TEXT, ticked_for TEXT, ticked_before TEXT NOT NULL,
    ticked_at REAL
);
CREATE TABLE run_keys (
    position INTEGER PRIMARY KEY AUTOINCREMENT, tick TEXT NOT NULL, key TEXT NOT NULL, UNIQUE (tick, key)
);
"""


def connect(file: Path) -> sqlite3.Connection:
    """Open the file, which is made if there is none; any thread may use the connection, one at a time.

    Raises:
        StateFileError: It is damaged, cannot be written, or was written by a newer version.
    """
    with reporting(file):
        connection = sqlite3.connect(file, _WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may lose the last moment, never the file
            _check_form(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_read(file: Path) -> sqlite3.Connection:
    """Open the file to read it alone, as whoever may not write in its folder does.

    Raises:
        StateFileError: It is damaged, cannot be read, or was written by a newer version.
    """
    # Without a log beside it nobody writes, and then SQLite need not make the file by which readers and writers agree.
    options = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "mode=ro&immutable=1"
    with reporting(file):
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?{options}", _WAIT_S, isolation_level=None, uri=True)
        try:
            _check_form(connection, file)
        except BaseException:
            connection.close()
            raise
    return connection


def _check_form(connection: sqlite3.Connection, file: Path) -> None:
    version = _number(connection, "user_version")
    if version > VERSION:
        problem = (
            f"was written by a newer dagwire: its form is {version}, and this one reads {VERSION}. Install the newer "
            f"one, or name another folder by --state."
        )
        raise StateFileError(from_here(str(file)), problem)
    if version == VERSION:
        return
    with transaction(connection):
        if _number(connection, "user_version") == 0:  # asked again: another process may have been first
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StateFileError(
                    from_here(str(file)), "is not a history of dagwire. Name another folder by --state."
                )
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {VERSION}")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[None]:
    """Write all that the block executes, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it itself if the disk is full
            connection.execute("ROLLBACK")
        raise


@contextmanager
def opened(file: Path) -> Generator[sqlite3.Connection]:
    """The file, open for a block."""
    with closing(connect(file)) as connection:
        yield connection


@contextmanager
def reporting(file: Path) -> Generator[None]:
    """Raise the errors of SQLite as messages for people.

    Raises:
        StateFileError: The file is damaged, in use, or cannot be read or written.
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            problem = f"is in use by another process, and was for {_WAIT_S:.0f} seconds. Try again when it is done."
        elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
            problem = f"is damaged ({error}). Move it away, and a new one begins, or name another folder by --state."
        else:
            problem = f"cannot be read or written ({error}). Name another folder by --state."
        raise StateFileError(from_here(str(file)), problem) from error
