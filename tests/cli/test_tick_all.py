"""Sensors that read the history under `dagwire tick`, and `tick --all`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

WATCHED = """
from pathlib import Path
import dagwire as dg

HERE = Path(__file__).parent


def leave(note):
    with (HERE / "notes").open("a") as file:
        print(note, file=file)


@dg.asset
def orders(): ...


@dg.asset
def prices(): ...


@dg.asset
def report():
    leave("report")


@dg.op
def work():
    if (HERE / "fault").exists():
        raise ValueError("canary-7f3a")


@dg.job
def nightly():
    work()


reports = dg.define_asset_job("reports", [report])


@dg.run_failure_sensor(minimum_interval_seconds=0)
def alert(context):
    run, failed = context.dagster_run, context.get_step_failure_events()
    leave(f"{run.job_name} {run.status.value} {[event.step_key for event in failed]} {context.failure_event.message}")
    if (HERE / "deaf").exists():
        raise OSError("nobody listens")


@dg.run_status_sensor(dg.DagsterRunStatus.SUCCESS, monitored_jobs=[nightly], request_job=reports)
def after_nightly(context):
    run, instance = context.dagster_run, context.instance
    assert instance.get_run_by_id(run.run_id) == run == instance.get_runs(ascending=True)[0]
    assert instance.has_run(run.run_id)
    assert run not in instance.get_runs(cursor=run.run_id)
    return dg.RunRequest(run_key=context.dagster_run.run_id)


@dg.run_status_sensor(dg.DagsterRunStatus.CANCELED, minimum_interval_seconds=0)
def stopped(context):
    leave(context.dagster_event.message)


@dg.multi_asset_sensor([dg.AssetKey("orders"), dg.AssetKey("prices")], job=reports, minimum_interval_seconds=3600)
def both(context):
    if all(context.latest_materialization_records_by_key().values()):
        context.advance_all_cursors()
        return dg.RunRequest()


@dg.schedule(job=reports, cron_schedule="0 3 * * *")
def every_night(context):
    return dg.SkipReason("no report on this day")


defs = dg.Definitions(
    [orders, prices, report],
    jobs=[nightly, reports],
    sensors=[alert, after_nightly, stopped, both],
    schedules=[every_night],
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose sensors look at runs, and leave notes."""
    (tmp_path / "watched.py").write_text(WATCHED)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "watched:defs"\n')
    return tmp_path


def notes_in(project: Path) -> list[str]:
    """The notes since the last call."""
    file = project / "notes"
    found = file.read_text().splitlines() if file.exists() else []
    file.unlink(missing_ok=True)
    return found


def test_a_run_failure_sensor_reads_runs_of_other_processes(run: Run, project: Path) -> None:
    """The first tick sets the cursor; each failed run after it is shown once, with its steps and without secrets."""
    run("tick", "alert")
    (project / "fault").touch()
    run("job", "run", "nightly")
    assert run("tick", "alert").returncode == 0
    assert notes_in(project) == [
        "nightly FAILURE ['work'] Execution of run for \"nightly\" failed. Steps failed: ['work']."
    ]
    run("tick", "alert")
    assert notes_in(project) == []


def test_a_failing_run_status_sensor_ends_with_1(run: Run, project: Path) -> None:
    """The run is named, and is not shown again."""
    run("tick", "alert")
    for file in ("fault", "deaf"):
        (project / file).touch()
    run("job", "run", "nightly")
    done = run("tick", "alert", "--json")
    assert done.returncode == 1
    assert "OSError: nobody listens" in json.loads(done.stdout)["failures"][0]
    assert run("tick", "alert").returncode == 0


def test_a_run_starts_after_another(run: Run, project: Path) -> None:
    """A run status sensor requests a run, once for each run that it was shown."""
    run("tick", "after_nightly")
    run("job", "run", "nightly")
    run("job", "run", "reports")
    notes_in(project)
    assert "requests reports" in run("tick", "after_nightly").stdout
    assert notes_in(project) == ["report"]
    assert "requests" not in run("tick", "after_nightly").stdout


def test_all_that_is_due_is_asked(run: Run, project: Path) -> None:
    """A sensor waits for its interval, a schedule is asked once; a dry run keeps nothing."""
    assert "No run for schedule 'every_night': no report on this day" in run("tick", "--all", "--dry-run").stdout
    first = json.loads(run("tick", "--all", "--json").stdout)
    assert [tick.get("sensor") or tick["schedule"] for tick in first["ticks"]] == [
        *("every_night", "alert", "after_nightly", "stopped", "both")
    ]
    run("materialize", "orders", "prices")
    (project / "fault").touch()
    run("job", "run", "nightly")
    second = json.loads(run("tick", "--all", "--json").stdout)
    assert [tick.get("sensor") or tick["schedule"] for tick in second["ticks"]] == ["every_night", "alert", "stopped"]
    assert run("tick", "both").returncode == 0
    assert notes_in(project)[-1] == "report"


def test_one_that_fails_keeps_no_other_from_its_turn(run: Run, project: Path) -> None:
    """It is reported, and the exit code is 1."""
    source = WATCHED.replace('return dg.SkipReason("no report on this day")', 'raise OSError("the clock is stuck")')
    (project / "watched.py").write_text(source)
    done = run("tick", "--all", "--json")
    assert done.returncode == 1
    data = json.loads(done.stdout)
    assert len(data["ticks"]) == 4
    assert "the clock is stuck" in data["failures"][0]


@pytest.mark.parametrize("arguments", [[], ["alert", "--all"], ["--all", "--at", "2026-01-01T03:00:00"]])
def test_a_tick_names_one_or_all(run: Run, arguments: list[str]) -> None:
    """The exit code is that of misuse."""
    assert run("tick", *arguments).returncode == 2
