"""`dagwire dagster`: Dagster's own command line, in a process of its own, on the definitions of a project."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DAGWIRE = Path(sys.executable).with_name("dagwire")

PROJECT = """
import dagwire as dg


class Folder(dg.ConfigurableResource):
    path: str

    def teardown_after_execution(self, context):
        with open(self.path, "a") as journal:
            journal.write("closed\\n")


@dg.asset
def answer(folder: Folder) -> int:
    with open(folder.path, "a") as journal:
        journal.write("made\\n")
    return 42


defs = dg.Definitions(assets=[answer], resources={"folder": Folder(path="journal.txt")})
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "shop:defs"\n')
    (tmp_path / "shop.py").write_text(PROJECT)
    return tmp_path


def dagwire_dagster(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    variables = {**os.environ, "DAGSTER_HOME": str(project), "PYTHONWARNINGS": "ignore"}
    command = [str(DAGWIRE), "dagster", *arguments]
    return subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, timeout=100, check=False)


def test_an_asset_is_made_by_dagster(project: Path) -> None:
    """Dagster's command materializes the asset, with the container's resource opened and closed."""
    (project / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    done = dagwire_dagster(project, "asset", "materialize", "--select", "answer")
    assert done.returncode == 0, done.stderr
    assert "RUN_SUCCESS" in done.stderr
    assert (project / "journal.txt").read_text() == "made\nclosed\n"


LASTING = """
import sys

import dagwire as dg
from dependency_injector import containers


def pool():
    print("open")
    yield "pool"
    print("close")


class Container(containers.DeclarativeContainer):
    pool = dg.ResourceProvider(pool).set_lifetime("process")


@dg.asset
def answer(pool: dg.ResourceParam[str]) -> int:
    print("made")
    return 42


defs = dg.Definitions(assets=[answer], resources=Container())
"""
TWICE = """
from dagwire.integrations.dagster.project import defs

job = defs.resolve_implicit_global_asset_job_def()
for _ in range(2):
    job.execute_in_process()
print("end")
"""


def test_what_lives_for_the_process_is_closed_when_it_ends(project: Path) -> None:
    """Runs of one process share it, and it is closed after them."""
    (project / "shop.py").write_text(LASTING)
    variables = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", TWICE]
    done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout.splitlines() == ["open", "made", "made", "end", "close"]


def test_settings_that_cannot_be_read_do_not_keep_dagster_from_loading(project: Path) -> None:
    """The definitions load, so that the pages open; the run fails with the reason."""
    (project / "shop.py").write_text(LASTING.replace('("process")', '("process")\n    port = dg.EnvVar("NO_PORT")'))
    done = dagwire_dagster(project, "definitions", "validate")
    assert done.returncode == 0, done.stderr


def test_faults_are_reported_in_our_words(project: Path) -> None:
    """A fault of the definitions' module is one message; Dagster is not started."""
    (project / "shop.py").write_text("import nothing_of_this_name\n")
    done = dagwire_dagster(project, "dev")
    assert done.returncode == 1
    assert "Importing 'shop' fails" in done.stderr
    assert "dagster" not in done.stdout


def test_a_command_must_be_named(project: Path) -> None:
    """Nothing is started for no command."""
    done = dagwire_dagster(project)
    assert done.returncode == 2
    assert "name a command of Dagster's" in done.stderr
