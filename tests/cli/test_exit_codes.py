"""The exit code is 2 if the command line is at fault, and 1 if the program, its settings or the machine are."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

MISUSED = [
    "nope",
    "check --nope",
    "check -m nope",
    "check -m shop:nope",
    "check -m shop.py",
    "check --env nope",
    "config diff local production",
    "config explain nope",
    "resources show nope",
    "assets --select nope",
    "assets --select key:nope",
    "job run nope",
    "job run good --partition eu",
    "job run regions",
    "job run regions --partition nope",
    "job run regions --partition-range eu...nope",
    "job run regions --partition-range us...eu",
    "job run good --set nope.x=1",
    "job run good --config nope.yaml",
    "materialize --select nope",
    "materialize --select group:nope",
    "materialize --select report+and+",
    "tick nope",
    "tick inbox --at 2030-01-31",
    "tick nightly --at 2030",
    "tick nightly --at tomorrow",
    "graph -o picture.nope",
]
FAILED = [
    "job run bad",
    "job run hollow",
    "materialize --select broken",
]


@pytest.mark.parametrize("command", MISUSED)
def test_a_command_line_that_cannot_be_done(run: Run, project: Path, command: str) -> None:
    """Whatever names nothing, has no effect or cannot be done ends with exit code 2, before anything opens."""
    done = run(*command.split())
    assert done.returncode == 2, done.stderr
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "opened").exists()


def test_a_traceback_of_misuse_has_its_exit_code(run: Run) -> None:
    """`--traceback` adds the frames and changes no exit code."""
    done = run("job", "run", "nope", "--traceback")
    assert done.returncode == 2
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("command", FAILED)
def test_a_run_that_fails(run: Run, command: str) -> None:
    """A body or a check that fails ends with exit code 1."""
    assert run(*command.split()).returncode == 1


PROGRAM_AT_FAULT = """
from dagwire import *

@asset(partitions_def=StaticPartitionsDefinition(["a"]))
def parts(): ...

every = define_asset_job("every", [parts])

@sensor(job=every)
def unknown_job(): return RunRequest(job_name="nope")

@sensor(job=every)
def unknown_partition(): return RunRequest(partition_key="nope")

defs = Definitions(
    assets=[parts], jobs=[every, define_asset_job("unknown_asset", ["nope"])], sensors=[unknown_job, unknown_partition]
)
"""


@pytest.mark.parametrize("command", ["tick unknown_job", "tick unknown_partition", "job run unknown_asset", "check"])
def test_an_unknown_name_in_the_program(run: Run, project: Path, command: str) -> None:
    """A name that the program gets wrong is no fault of the command line."""
    (project / "shop.py").write_text(PROGRAM_AT_FAULT)
    done = run(*command.split())
    assert done.returncode == 1
    assert "nope" in done.stdout + done.stderr


@pytest.mark.parametrize("command", ["check", "config explain", "materialize"])
def test_the_environment_s_variable_is_the_option(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """An environment that no settings know is refused, by whatever it is picked; an empty name picks none."""
    monkeypatch.setenv("DAGWIRE_ENV", "nowhere")
    done = run(*command.split())
    assert done.returncode == 2
    assert "DAGWIRE_ENV" in done.stderr
    assert "no settings have profiles" in done.stderr
    monkeypatch.setenv("DAGWIRE_ENV", "")
    assert run("check").returncode == 0


def test_misuse_of_the_state_s_place(run: Run) -> None:
    """A place for state that cannot be used is the machine's fault: it may be the default."""
    assert run("job", "run", "good", "--state", "shop.py").returncode == 1
