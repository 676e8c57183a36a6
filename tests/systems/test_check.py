"""`dagwire check --health` shows what works, per system."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.command import DAGWIRE, ROOT, environment
from tools.systems.settings import Variables, on_postgres


@pytest.fixture(scope="module")
def warehouse() -> Iterator[Variables]:
    with on_postgres() as variables:
        yield variables


def check(folder: Path, database: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = environment(folder, APP_SERVER__DATABASE=database, **variables)
    del inherited["APP_WAREHOUSE__PATH"]
    command = [str(DAGWIRE), "check", "--open", "--health", "--timeout", "60"]
    return subprocess.run(command, cwd=ROOT, env=inherited, capture_output=True, text=True, check=False)


def test_all_is_well(warehouse: Variables, small_database: Path, tmp_path: Path) -> None:
    """API, store, warehouse and dashboard are asked, and answer."""
    done = check(tmp_path, small_database, **warehouse)
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(name in done.stdout for name in ("api", "store", "warehouse", "dashboard"))


def test_what_is_not_is_named(warehouse: Variables, small_database: Path, tmp_path: Path) -> None:
    """One system that refuses is one line, with the setting to look at; the others are well."""
    done = check(tmp_path, small_database, **{**warehouse, "APP_WAREHOUSE__PASSWORD": "canary-61ce"})
    assert done.returncode == 1
    shown = done.stdout + done.stderr
    assert "Check the warehouse's `user` and `password`" in " ".join(shown.split())
    assert "canary" not in shown
