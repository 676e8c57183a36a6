"""The application as its users run it: `dagwire job run flights_etl`, in a process and a folder of its own."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb

from config.settings import Settings

ROOT = Settings.profiles.folder.parent
DAGWIRE = Path(sys.executable).with_name("dagwire")
TABLES = ("airlines", "airports", "flights", "planes", "weather")


def environment(folder: Path, **settings: object) -> dict[str, str]:
    """This process's variables, with the application's own pointing into `folder`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("APP_", "DAGWIRE_"))}
    places = {
        "APP_SERVER__DATABASE": folder / "flights.db",
        "APP_STORE__URL": folder / "raw",
        "APP_WAREHOUSE__PATH": folder / "flights.duckdb",
        "APP_DASHBOARD__PATH": folder / "dashboard.html",
    }
    ours = {name: str(value) for name, value in {**places, **settings}.items()}
    return {**inherited, **ours, "PYTHONUNBUFFERED": "1"}


def start(variables: Mapping[str, str], months: str, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Start the job for these months."""
    return subprocess.Popen(
        [str(DAGWIRE), "job", "run", "flights_etl", "--partition-range", months],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509  # it only sets a limit, which no thread can hold up
    )


def run(
    variables: Mapping[str, str], months: str, before: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the job for these months to its end."""
    process = start(variables, months, before)
    out, err = process.communicate(timeout=100)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def no_file_larger_than(size_bytes: int) -> Callable[[], None]:
    """The set-up of a process whose files cannot grow beyond a size, as on a full disk."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


def contents(folder: Path, tables: Sequence[str] = TABLES) -> dict[str, list[tuple[object, ...]]]:
    """The rows of the tables and the months of their ledger: `{table: rows}`, in a fixed order."""
    with duckdb.connect(folder / "flights.duckdb", read_only=True) as db:
        found = {table: db.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}
        ledger = 'SELECT "table", month, rows FROM loads WHERE list_contains(?, "table") ORDER BY ALL'
        found["loads"] = db.execute(ledger, [list(tables)]).fetchall()
    return found
