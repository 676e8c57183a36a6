"""Modules are named by role, because a vague name gathers code that belongs elsewhere."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SAY_NOTHING = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}


def test_no_module_has_a_name_that_says_nothing():
    """Over the library, the application, the tests and the tools."""
    folders = ("src/dagwire", "config", "containers", "resources", "assets", "web", "tests", "benchmarks", "tools")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert not [path for path in paths if path.stem in SAY_NOTHING]
