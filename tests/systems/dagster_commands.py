"""Dagster's commands on the application's definitions, from the environment with Dagster's packages."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from shutil import copy

from tests.app.command import ROOT, environment
from tests.systems.environments import environment as commands
from tests.systems.processes import run


def variables(folder: Path, **settings: object) -> dict[str, str]:
    """The variables for a process of Dagster's whose instance, store and warehouse are in `folder`."""
    home = folder / "dagster"
    home.mkdir(exist_ok=True)
    copy(ROOT / "deploy" / "dagster.yaml", home)
    return {
        **environment(folder, **settings),
        "DAGSTER_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "ignore",  # Dagster's own, of parts of it that are in beta or superseded
    }


def dagwire_dagster(given: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `dagwire dagster` with these arguments on the application."""
    return run([commands("dagster") / "dagwire", "dagster", *arguments], given, ROOT)


def dagster(given: Mapping[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Dagster's own command with these arguments in `folder`."""
    return run([commands("dagster") / "dagster", *arguments], given, folder)


def files_with(text: str, folder: Path) -> list[str]:
    """The files of a folder that hold `text` anywhere: records of runs, events and the output of steps."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]
