"""Plans without a run, and the ways to say what is run: names, files, folders, threads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Run


def test_a_dry_run_shows_the_plan(run: Run, project: Path) -> None:
    """Steps in order, partitions, resources that would open, config; nothing is opened."""
    done = run("materialize", "report", "mailed", "--dry-run")
    assert done.returncode == 0, done.stderr
    steps = [line.split()[0] for line in done.stdout.splitlines()]
    assert steps[2:4] == ["report", "mailed"]
    assert "report:report_is_full" in steps
    assert "resources to open: db" in done.stdout
    assert "config: none" in done.stdout
    assert not (project / "opened").exists()
    ranged = run("job", "run", "regions", "--partition-range", "eu...asia", "--dry-run")
    assert "partitions: 3, eu to asia" in ranged.stdout
    assert "resources to open: none" in ranged.stdout


def test_a_plan_as_data_has_no_secret(run: Run) -> None:
    """Config is masked, and each step says what it needs."""
    data = json.loads(run("materialize", "copies", "--set", "printer.copies=2", "--dry-run", "--json").stdout)
    assert data["config"] == {"resources": {"printer": {"config": {"copies": "2"}}}}
    assert data["steps"] == [{"step": "copies", "after": [], "resources": ["printer"], "state": "to do"}]
    hidden = run("materialize", "report", "--set", "db.password=other-canary", "--dry-run")
    assert "other-canary" not in hidden.stdout
    plans = json.loads(
        run("job", "run", "regions", "--partition-range", "eu...us", "--each", "--dry-run", "--json").stdout
    )
    assert [plan["partitions"] for plan in plans] == [["eu"], ["us"]]


def test_a_plan_that_could_not_start_is_refused(run: Run) -> None:
    """As the run itself would be."""
    assert "There is no partition 'aisa'" in run("job", "run", "regions", "--partition", "aisa", "--dry-run").stderr


def test_assets_are_named_by_position_and_left_out(run: Run) -> None:
    """Names are those of `--select`; `--exclude` takes away."""
    done = run("materialize", "report", "--select", "mailed", "--exclude", "report", "--dry-run")
    assert [line.split()[0] for line in done.stdout.splitlines()][2:3] == ["mailed"]
    assert run("materialize", "report", "--exclude", "*").returncode == 2


def test_each_partition_has_a_run_of_its_own(run: Run) -> None:
    """A body that reads one key can make a range so; without a range the option means nothing."""
    done = run("materialize", "one_region", "--partition-range", "eu...us", "--each")
    assert done.returncode == 0, done.stderr
    assert "2 of 2 runs went well." in done.stdout
    assert "region eu" in done.stderr
    for options in (["one_region", "--partition", "eu"], ["report"]):
        assert run("materialize", *options, "--each").returncode == 2


def test_steps_run_at_once(run: Run, project: Path) -> None:
    """As many threads as are asked for."""
    source = """
import threading, dagwire as dg
meeting = threading.Barrier(2, timeout=20)
@dg.asset
def one(): meeting.wait()
@dg.asset
def two(): meeting.wait()
defs = dg.Definitions([one, two])
"""
    (project / "twins.py").write_text(source)
    assert run("materialize", "-m", "twins", "--max-concurrency", "2").returncode == 0
    assert run("materialize", "-m", "twins", "--max-concurrency", "0").returncode == 2


# -- files and folders -------------------------------------------------------------------------------------------------


def test_definitions_are_in_a_file(run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`-f` takes a file from the folder where the command starts; it may import its neighbours."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "neighbour.py").write_text("NUMBER = 3\n")
    (folder / "own.py").write_text(
        "import dagwire as dg\nfrom neighbour import NUMBER\n"
        "@dg.asset\ndef own(context): context.log.info('number %s', NUMBER)\ndefs = dg.Definitions([own])\n"
    )
    done = run("materialize", "-f", "own.py", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "number 3" in done.stderr
    sys.modules.pop("neighbour")
    for options, problem in (
        (["-f", "nowhere.py"], "There is no file"),
        (["-f", "own.py", "-m", "shop"], "name a module or a file, not both"),
    ):
        refused = run("materialize", *options, cwd=folder)
        assert refused.returncode != 0
        assert problem in " ".join(refused.stderr.split())
    (folder / "my-own.py").touch()
    assert "its name is not that of a module" in run("materialize", "-f", "my-own.py", cwd=folder).stderr


def test_a_command_works_in_the_folder_of_its_project(run: Run, project: Path) -> None:
    """Paths of settings and the state folder are those of the project; paths of options those of the start."""
    inner = project / "deep" / "inside"
    inner.mkdir(parents=True)
    (inner / "run.json").write_text('{"resources": {"printer": {"config": {"copies": 7}}}}')
    done = run("materialize", "copies", "--config", "run.json", "--log-file", "own.log", cwd=inner)
    assert done.returncode == 0, done.stderr
    assert f"Working in {project}, where pyproject.toml is.\n" in done.stderr
    assert "wrote 7 copies" in (inner / "own.log").read_text()
    assert (project / ".dagwire").is_dir()
    assert "Working in" not in run("assets").stderr


# -- completion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("dagwire materialize rep", {"report"}),
        ("dagwire materialize --select one", {"one_region"}),
        ("dagwire job run good", {"good"}),
        ("dagwire tick ni", {"nightly"}),
        ("dagwire resources show d", {"db"}),
        ("dagwire materialize --partition a", {"asia"}),
        ("dagwire materialize --env p", set()),
    ],
)
def test_names_are_completed(project: Path, words: str, found: set[str]) -> None:
    """The shell offers names of assets, jobs, schedules and sensors, resources, partitions and environments."""
    assert completed(project, words) == found


def test_a_project_that_does_not_load_completes_nothing(project: Path) -> None:
    """No message disturbs the shell."""
    (project / "shop.py").write_text("print('loud')\nraise SystemExit(3)\n")
    assert completed(project, "dagwire materialize rep") == set()


def completed(project: Path, words: str) -> set[str]:
    """The words that bash is offered for the last one."""
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1), "_DAGWIRE_COMPLETE": "complete_bash"}
    program = "import sys; sys.argv = ['dagwire']; from dagwire.cli import main; main(prog_name='dagwire')"
    done = subprocess.run(
        [COMMAND[0], "-c", program],
        cwd=project,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return set(done.stdout.split())
