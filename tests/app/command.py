"""The application as its users run it: `dagwire job run flights_etl`, in a process and a folder of its own."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
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


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of all tables and the months of the ledger: `{table: rows}`, in a fixed order."""
    with duckdb.connect(folder / "flights.duckdb", read_only=True) as db:
        found = {table: db.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in TABLES}
        found["loads"] = db.execute('SELECT "table", month, rows FROM loads ORDER BY ALL').fetchall()
    return found
