"""The two commands stay two: every target explains itself, and versions are pinned without naming a registry."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = [ROOT / "constraints.txt", *sorted((ROOT / "tests/systems/requirements").glob("*.txt"))]


def test_help_lists_every_target():
    """`make help`, and `make` alone, list each target with a description."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[1].split()
    shown = subprocess.run(["make", "--silent", "-C", ROOT], capture_output=True, text=True, check=True).stdout
    listed = [line.split(maxsplit=1) for line in shown.splitlines() if line.startswith("  ")]
    assert [target for target, _ in listed] == phony


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_constraints_are_exact_and_name_no_host(path):
    """Each line of constraints.txt, and of the tests' other environments, pins one version, and names no host."""
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line) for line in lines)


def test_every_runtime_dependency_is_pinned():
    """Every runtime dependency is tested in a pinned version."""
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert {"dependency-injector", "pydantic-settings", "dagster", "datasette", "duckdb", "typer"} <= pinned
