"""The history on the command line: `runs`, `retry`, `materialize --missing`, `assets --status`."""

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dagwire.cli import job_runner
from dagwire.errors import StateFileError
from dagwire.history.database import FILE, opened
from dagwire.history.writer import Writer

from tests.cli.conftest import COMMAND, Run
from tests.waiting import wait_for

WORKS = """
from pathlib import Path
import dagwire as dg

HERE = Path(__file__).parent
REGIONS = dg.StaticPartitionsDefinition(["eu", "us"])


class Db(dg.ConfigurableResource):
    password: str = "canary-7f3a"
    size: int = 1


class Limit(dg.Config):
    most: int = 3


def leave(note):
    with (HERE / "notes").open("a") as file:
        print(note, file=file)


def check(step):
    leave(step)
    if (HERE / f"fail-{step}").exists():
        raise ValueError(f"canary-7f3a is not to be blamed for {step}")


@dg.asset
def raw(db: Db):
    check("raw")
    return 1


@dg.asset
def rows(raw, config: Limit, db: Db):
    check("rows")
    return dg.MaterializeResult(value=raw + db.size, metadata={"most": config.most, "password": db.password})


@dg.asset_check(asset=rows)
def many(rows):
    return dg.AssetCheckResult(passed=not (HERE / "few").exists(), metadata={"n": 1})


@dg.asset
def report(rows):
    leave(f"report of {rows}")


@dg.asset(partitions_def=REGIONS, deps=[raw])
def region(context):
    check(context.partition_key)


@dg.asset(deps=[region])
def world():
    check("world")


@dg.asset(io_manager_key="memory")
def fleeting():
    return 1


@dg.asset
def lasting(fleeting):
    check("lasting")


@dg.op(out=dg.DynamicOut())
def cut():
    leave("cut")
    yield dg.DynamicOutput(1, "a")
    yield dg.DynamicOutput(2, "b")


@dg.op
def eat(piece):
    check(f"eat{piece}")
    return piece


@dg.op
def wash(pieces):
    leave(f"wash {sorted(pieces)}")


@dg.op
def shop():
    leave("shop")
    return 5


@dg.op(out={"much": dg.Out(is_required=False), "little": dg.Out(is_required=False)})
def weigh(food):
    yield dg.Output(food, "little")


@dg.op
def pay(amount):
    check(f"pay {amount}")


@dg.op
def never(amount):
    leave("never")


@dg.job
def dinner():
    much, little = weigh(shop())
    pay(little)
    never(much)
    wash(cut().map(eat).collect())


@dg.op
def first():
    return 1


@dg.op
def second(value):
    check("second")


@dg.job(resource_defs={"io_manager": dg.mem_io_manager})
def forgetful():
    second(first())


@dg.sensor(job_name="dinner")
def hungry():
    return dg.RunRequest(tags={"who": "me"})


defs = dg.Definitions(
    [raw, rows, report, region, world, fleeting, lasting],
    asset_checks=[many],
    jobs=[dinner, forgetful],
    sensors=[hungry],
    resources={
        "db": Db(), "memory": dg.mem_io_manager, "io_manager": dg.FilesystemIOManager(base_dir=str(HERE / "values"))
    },
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose steps leave notes and fail as long as a file asks them to."""
    (tmp_path / "works.py").write_text(WORKS)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "works:defs"\n')
    return tmp_path


def notes_in(project: Path) -> list[str]:
    """The notes of the steps since the last call."""
    file = project / "notes"
    found = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def runs_in(run: Run, *options: str) -> list[dict[str, Any]]:
    """The recorded runs, the newest first."""
    return json.loads(run("runs", *options, "--json").stdout)


# -- runs --------------------------------------------------------------------------------------------------------------


def test_runs_are_listed_and_shown(run: Run, project: Path) -> None:
    """The newest first; one by its id has steps, checks, materializations and config, without secrets."""
    (project / "fail-rows").touch()
    assert (
        run("materialize", "raw", "rows", "--set", "rows.most=7", "--set", "db.password=other-canary").returncode == 1
    )
    run("job", "run", "dinner")
    listed = run("runs", "--limit", "1").stdout
    assert "dinner" in listed
    assert "materialize" not in listed
    (failed,) = runs_in(run, "--only", "failed")
    assert (failed["job"], failed["state"]) == ("materialize", "failed")
    assert failed["failure"] == "ValueError: ********** is not to be blamed for rows"
    shown = run("runs", "show", failed["run"][:9]).stdout.splitlines()
    states = [line.split()[1] for line in shown if line.startswith(("raw ", "rows "))]
    assert states[:2] == ["done", "failed"]
    data = json.loads(run("runs", "show", failed["run"], "--json").stdout)
    assert data["config"]["ops"]["rows"]["config"] == {"most": "7"}
    assert data["materializations"][0]["asset"] == "raw"
    assert b"canary" not in b"".join(file.read_bytes() for file in (project / ".dagwire").glob("history*"))
    assert runs_in(run, "--job", "dinner")[0]["state"] == "done"


def test_without_a_history_there_are_no_runs(run: Run, project: Path) -> None:
    """Nothing is made by looking."""
    assert run("runs").stdout == "There are no runs.\n"
    assert "There is no run 'x'" in run("runs", "show", "x").stderr
    assert "missing" in run("assets", "--status").stdout
    assert not (project / ".dagwire").exists()


def test_an_interrupted_run_is_marked_by_the_next_command(run: Run, project: Path) -> None:
    """A process that is killed leaves a readable history; its run can be retried."""
    slow = '(HERE / "waiting").touch(); import time; time.sleep(60)'
    (project / "works.py").write_text(WORKS.replace('check("second")', slow))
    with subprocess.Popen([*COMMAND, "job", "run", "forgetful"], cwd=project, stderr=subprocess.DEVNULL) as process:
        wait_for((project / "waiting").exists)
        wait_for(lambda: [found["state"] for found in runs_in(run)] == ["running"])
        process.send_signal(signal.SIGKILL)
    (killed,) = runs_in(run)
    assert (killed["state"], killed["failure"]) == ("interrupted", "the process ended")
    data = json.loads(run("runs", "show", killed["run"], "--json").stdout)
    assert [(step["step"], step["state"]) for step in data["steps"]] == [("first", "done"), ("second", "interrupted")]


# -- on, off, required -------------------------------------------------------------------------------------------------


def test_runs_are_not_recorded_if_nobody_wants_them(run: Run, project: Path) -> None:
    """The facts that sensors of assets and later runs need are kept all the same."""
    assert run("materialize", "raw", "--history", "off").returncode == 0
    assert runs_in(run) == []
    with opened(project / ".dagwire" / FILE) as connection:
        assert connection.execute("SELECT count(*) FROM asset_events").fetchone() == (1,)


def test_a_damaged_history_stops_nothing_unless_it_is_required(run: Run, project: Path) -> None:
    """One line reports it; what cannot do without, such as a tick, a retry or `--missing`, is refused."""
    (project / ".dagwire").mkdir()
    (project / ".dagwire" / FILE).write_bytes(b"damaged" * 1000)
    done = run("materialize", "raw")
    assert done.returncode == 0
    assert "Without a history, and without what earlier runs left: " in done.stderr
    for command in (["materialize", "raw", "--history", "required"], ["tick", "hungry"], ["retry"], ["runs"]):
        refused = run(*command)
        assert refused.returncode == 1
        assert "is damaged" in refused.stderr
    assert "has no history to read" in run("materialize", "--missing").stderr
    assert notes_in(project) == ["raw"]


def test_a_history_that_fails_at_the_end_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run itself is done; it is a failure only if its record is required."""

    def fail(_: Writer) -> None:
        raise StateFileError("history.sqlite", "cannot be written.")

    monkeypatch.setattr(Writer, "flush", fail)
    done = run("job", "run", "dinner")
    assert done.returncode == 0
    assert "The history lacks this run. history.sqlite cannot be written." in done.stderr
    assert run("job", "run", "dinner", "--history", "required").returncode == 1


# -- retry -------------------------------------------------------------------------------------------------------------


def test_a_retry_does_what_failed_and_what_comes_after(run: Run, project: Path) -> None:
    """Values of the steps that went well are loaded; the new run names the old one, and can be retried itself."""
    (project / "fail-rows").touch()
    run("materialize", "raw", "rows", "report", "--set", "db.size=4")
    again = run("retry")
    assert again.returncode == 1
    assert notes_in(project) == ["raw", "rows", "rows"]
    (project / "fail-rows").unlink()
    done = run("retry")
    assert done.returncode == 0, done.stderr
    assert "3 of 3 steps done" in done.stdout
    assert notes_in(project) == ["rows", "report of 5"]
    newest, middle, oldest = runs_in(run)
    assert (newest["retries"], middle["retries"]) == (middle["run"], oldest["run"])
    steps = json.loads(run("runs", "show", newest["run"], "--json").stdout)["steps"]
    assert [(step["step"], step["source"]) for step in steps[:2]] == [("raw", oldest["run"]), ("rows", None)]
    tags = json.loads(run("runs", "show", newest["run"], "--json").stdout)["tags"]
    assert tags == {}
    assert "has nothing left to do" in run("retry", newest["run"]).stderr


def test_a_check_that_did_not_pass_is_done_again(run: Run, project: Path) -> None:
    """The asset is not made again for it."""
    (project / "few").touch()
    assert run("materialize", "raw", "rows").returncode == 1
    (project / "few").unlink()
    notes_in(project)
    assert run("retry", runs_in(run)[0]["run"]).returncode == 0
    assert notes_in(project) == []


def test_ops_are_retried_with_the_values_of_the_run_that_made_them(run: Run, project: Path) -> None:
    """Their values lie in a place of that run; an output that was not given stays so, mapped steps are done anew."""
    (project / "fail-pay 5").touch()
    (project / "fail-eat2").touch()
    assert run("job", "run", "dinner").returncode == 1
    notes_in(project)
    (project / "fail-pay 5").unlink()
    assert run("retry").returncode == 1
    assert sorted(notes_in(project)) == ["cut", "eat1", "eat2", "pay 5"]
    (project / "fail-eat2").unlink()
    assert run("retry", "--max-concurrency", "2").returncode == 0
    assert sorted(notes_in(project)) == ["cut", "eat1", "eat2", "wash [1, 2]"]


def test_a_retry_without_the_values_is_refused(run: Run, project: Path) -> None:
    """A value that was in memory is gone: the message names both steps, and nothing runs."""
    (project / "fail-lasting").touch()
    run("materialize", "fleeting", "lasting")
    notes_in(project)
    refused = run("retry")
    assert refused.returncode == 1
    assert notes_in(project) == []


def test_a_retry_reads_config_again_that_had_a_secret(run: Run, project: Path) -> None:
    """The secret is not kept, so it is to be given again; config that is given is stronger than the old one."""
    (project / "fail-rows").touch()
    run("materialize", "raw", "rows", "--set", "db.password=other-canary", "--set", "rows.most=4")
    refused = run("retry")
    assert refused.returncode == 2
    assert "had a secret in its config" in refused.stderr
    (project / "fail-rows").unlink()
    assert run("retry", "--set", "db.password=other-canary", "--set", "rows.most=5").returncode == 0
    data = json.loads(run("runs", "show", runs_in(run)[0]["run"], "--json").stdout)
    assert data["config"]["ops"]["rows"]["config"] == {"most": "5"}
    assert data["materializations"][0]["metadata"]["password"] == "**********"


def test_a_retry_needs_a_run_that_did_not_go_well(run: Run, project: Path) -> None:
    """The exit code is that of misuse."""
    assert run("materialize", "raw").returncode == 0
    refused = run("retry")
    assert refused.returncode == 2
    assert "finds no run that failed or was interrupted" in refused.stderr


def test_a_run_of_a_tick_is_retried(run: Run, project: Path) -> None:
    """With the tags that the sensor gave it."""
    (project / "fail-pay 5").touch()
    run("tick", "hungry")
    (project / "fail-pay 5").unlink()
    assert run("retry").returncode == 0
    assert json.loads(run("runs", "show", runs_in(run)[0]["run"], "--json").stdout)["tags"]["who"] == "me"


# -- missing -----------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_made(run: Run, project: Path) -> None:
    """Each partition in a run of its own; what takes an asset that could not be made waits for the next time."""
    run("materialize", "raw")
    (project / "fail-eu").touch()
    notes_in(project)
    done = run("materialize", "--missing", "raw", "region", "world")
    assert done.returncode == 1
    assert "takes asset 'region', which was not made before it" in done.stderr
    assert "1 of 3 runs went well." in done.stdout
    assert notes_in(project) == ["eu", "us"]
    rows = {row["asset"]: row for row in json.loads(run("assets", "--status", "--json").stdout)}
    assert (rows["region"]["done"], rows["region"]["missing"]) == (1, ["eu"])
    assert (rows["world"]["done"], rows["world"]["missing"]) == (None, ["all"])
    assert rows["raw"]["run"] == runs_in(run)[-1]["run"]
    (project / "fail-eu").unlink()
    data = json.loads(run("materialize", "--missing", "raw", "region", "world", "--json").stdout)
    assert data["success"]
    assert notes_in(project) == ["eu", "world"]
    assert run("materialize", "--missing", "region").stdout == "Nothing is missing.\n"


@pytest.mark.parametrize("option", [["--partition", "eu"], ["--set", "rows.most=1"]])
def test_options_of_one_run_are_refused_beside_missing(run: Run, option: list[str]) -> None:
    """The exit code is that of misuse."""
    assert run("materialize", "--missing", *option).returncode == 2


def test_one_of_several_that_cannot_start_keeps_no_other(run: Run, project: Path, monkeypatch) -> None:
    """It is listed with its reason, and the exit code is 1."""
    wanted = job_runner.run_with_progress

    def refuse_eu(launch, *rest):
        if launch.partition == "eu":
            raise StateFileError("eu", "is not here.")
        return wanted(launch, *rest)

    monkeypatch.setattr(job_runner, "run_with_progress", refuse_eu)
    done = run("materialize", "region", "--partition-range", "eu...us", "--each", "--json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert data["not_started"] == ["materialize, partition eu: StateFileError: eu is not here."]
    assert notes_in(project) == ["us"]
