"""`dagwire tick`: asks once, runs what is requested, and keeps what the next call needs."""

import json
import signal
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from dagwire.history.database import FILE, opened
from dagwire.history.ticks import TickRecord

from tests.cli.conftest import COMMAND, Run
from tests.waiting import wait_for

CLOCKWORK = """
from pathlib import Path
from dagwire import *

HERE = Path(__file__).parent
TOWNS = DynamicPartitionsDefinition(name="towns")


def said(name):
    file = HERE / name
    return file.read_text() if file.exists() else ""


def leave(note):
    with (HERE / "notes").open("a") as file:
        print(note, file=file)


@asset
def note(context):
    leave(context.run.tags.get("note", "-"))
    if said("fault") == "step":
        raise ValueError("canary-7f3a is not to be blamed")


@asset(partitions_def=TOWNS)
def town(context):
    leave(context.partition_key)


@asset
def slow():
    import time
    (HERE / "waiting").touch()
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        raise RuntimeError("as DuckDB does")


notes = define_asset_job("notes", [note])
slowly = define_asset_job("slowly", [slow])
towns = define_asset_job("towns", [town])


@asset_sensor(asset_key=AssetKey("note"), job=notes)
def after_note(context, event):
    if event.job_name != "notes":
        return RunRequest(run_key=context.cursor, tags={"note": "after"})


@sensor(job=notes)
def letters(context):
    if said("fault") == "sensor":
        raise OSError("the letter box is stuck")
    done = int(context.cursor or 0)
    names = said("letters").split()
    context.update_cursor(str(len(names)))
    return [RunRequest(run_key=name, tags={"note": name}) for name in names[done:]]


@asset
def other():
    leave("other")


@sensor(job=define_asset_job("both", [note, other]))
def choosy():
    return RunRequest(asset_selection=[AssetKey("other")])


@sensor(job=notes)
def repeating():
    return [RunRequest(run_key="a", tags={"note": "a"}), RunRequest(run_key=None, tags={"note": "b"})]


@sensor(job=towns)
def founded():
    names = said("letters").split()
    return SensorResult(
        [RunRequest(partition_key=name, run_key=name) for name in names],
        dynamic_partitions_requests=[TOWNS.build_add_request(names)],
    )


@sensor(job=towns)
def nowhere():
    return [RunRequest(run_key="atlantis", asset_selection=["atlantis"])]


@sensor(job=slowly)
def sluggish():
    return RunRequest(run_key="once")


@schedule(job=notes, cron_schedule="0 3 * * *", execution_timezone="Europe/Vienna")
def nightly(context):
    return RunRequest(tags={"note": context.scheduled_execution_time.isoformat()})


defs = Definitions(
    assets=[note, other, town, slow], jobs=[notes, towns, slowly], schedules=[nightly],
    sensors=[after_note, letters, choosy, repeating, founded, nowhere, sluggish],
)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose sensors read a file of letters, and whose runs leave notes."""
    (tmp_path / "clockwork.py").write_text(CLOCKWORK)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "clockwork:defs"\n')
    return tmp_path


def notes_in(project: Path) -> list[str]:
    """The names that the runs wrote down."""
    file = project / "notes"
    return file.read_text().split() if file.exists() else []


def state_of(project: Path, name: str) -> dict[str, Any]:
    """The state kept for the next tick."""
    file = project / ".dagwire" / FILE
    with opened(file) as connection:
        return asdict(TickRecord(connection, file, name).state)


def test_a_tick_goes_on_where_the_last_one_ended(run: Run, project: Path) -> None:
    """The cursor is handed from call to call, so each letter is noted once."""
    (project / "letters").write_text("a b")
    done = run("tick", "letters")
    assert done.returncode == 0, done.stderr
    assert "sensor 'letters' requests notes:" in done.stdout
    (project / "letters").write_text("a b c")
    run("tick", "letters")
    assert notes_in(project) == ["a", "b", "c"]
    state = state_of(project, "sensor-letters")
    assert (state["cursor"], state["run_keys"]) == ("3", ["a", "b", "c"])


def test_a_run_key_is_run_once(run: Run, project: Path) -> None:
    """A key whose run has ended is not run again; a request without a key always is."""
    run("tick", "repeating")
    done = run("tick", "repeating")
    assert notes_in(project) == ["a", "b", "b"]
    assert done.stdout.endswith("Run before, and not again: a.\n")


def test_a_run_key_that_is_requested_twice_at_once_is_run_once(run: Run, project: Path) -> None:
    """By one tick, too."""
    (project / "letters").write_text("a a b")
    assert run("tick", "letters").returncode == 0
    assert notes_in(project) == ["a", "b"]


def test_a_request_for_some_assets_makes_only_them(run: Run, project: Path) -> None:
    """`RunRequest(asset_selection=)` is heeded."""
    done = run("tick", "choosy")
    assert done.returncode == 0, done.stderr
    assert notes_in(project) == ["other"]


def test_nothing_requested_is_said(run: Run) -> None:
    """The reason is the last line, and the exit code is 0."""
    done = run("tick", "letters")
    assert done.returncode == 0
    assert done.stdout == "No run for sensor 'letters': Sensor function returned an empty result.\n"


def test_a_failing_run_is_told_and_not_repeated(run: Run, project: Path) -> None:
    """The exit code is 1; the cursor moves on, as with Dagster."""
    (project / "letters").write_text("a")
    (project / "fault").write_text("step")
    done = run("tick", "letters")
    assert done.returncode == 1
    assert "Step 'note' failed: ValueError" in done.stderr
    assert "dagwire/execution" not in done.stderr
    assert state_of(project, "sensor-letters")["cursor"] == "1"
    (project / "letters").write_text("a b")
    assert "dagwire/execution" in run("tick", "letters", "--traceback").stderr


def test_a_failing_sensor_keeps_its_cursor(run: Run, project: Path) -> None:
    """A failing sensor is reported without a traceback, with exit code 1; the next tick has the same cursor."""
    (project / "letters").write_text("a")
    run("tick", "letters")
    (project / "fault").write_text("sensor")
    done = run("tick", "letters")
    assert done.returncode == 1
    assert done.stderr == "TickFailedError: The function of sensor 'letters' failed: OSError: the letter box is stuck\n"
    assert state_of(project, "sensor-letters")["cursor"] == "1"
    assert "in letters" in run("tick", "letters", "--traceback").stderr


def test_dynamic_partitions_are_kept_for_later_runs(run: Run, project: Path) -> None:
    """Keys that a sensor adds exist for its own runs, and for `materialize` afterwards."""
    (project / "letters").write_text("linz graz")
    done = run("tick", "founded")
    assert done.returncode == 0, done.stderr
    assert notes_in(project) == ["linz", "graz"]
    assert run("materialize", "--select", "town", "--partition", "graz").returncode == 0
    failed = run("materialize", "--select", "town", "--partition", "gratz")
    assert "There is no partition 'gratz'. Did you mean 'graz'?" in failed.stderr


def test_a_run_that_cannot_start_is_asked_for_again(run: Run, project: Path) -> None:
    """The reason is reported, the exit code is 1, and the run key is not remembered."""
    done = run("tick", "nowhere")
    assert done.returncode == 1
    assert "Not started: towns: UnknownNameError: There is no asset 'atlantis'" in done.stderr
    assert state_of(project, "sensor-nowhere")["run_keys"] == []


def test_a_schedule_is_asked_for_the_moment_it_was_due(run: Run, project: Path) -> None:
    """In its own zone, and once only, however often cron calls."""
    run("tick", "nightly")
    (note,) = notes_in(project)
    assert "T03:00:00+0" in note
    again = run("tick", "nightly")
    assert again.returncode == 0
    assert again.stdout.startswith(
        f"No run for schedule 'nightly': it was asked for {note} before; it is due again at "
    )
    assert notes_in(project) == [note]


def test_a_schedule_is_asked_for_a_moment_that_is_given(run: Run, project: Path) -> None:
    """`--at`, in the schedule's zone."""
    assert run("tick", "nightly", "--at", "2026-03-01T03:00:00").returncode == 0
    assert notes_in(project) == ["2026-03-01T03:00:00+01:00"]


def test_a_dry_run_runs_and_keeps_nothing(run: Run, project: Path) -> None:
    """A dry run lists the runs that would be requested; it runs and keeps nothing."""
    (project / "letters").write_text("a b")
    done = run("tick", "letters", "--dry-run")
    assert done.stdout == "notes, run key a\nnotes, run key b\n"
    assert notes_in(project) == []
    assert state_of(project, "sensor-letters")["cursor"] is None


def test_a_tick_as_data(run: Run, project: Path) -> None:
    """Requests, runs, cursor."""
    (project / "letters").write_text("a")
    told = json.loads(run("tick", "letters", "--json").stdout)
    assert told["sensor"] == "letters"
    assert told["cursor"] == "1"
    assert told["requests"][0]["run_key"] == "a"
    assert told["runs"][0]["success"]


def test_an_unknown_name_names_the_nearest(run: Run) -> None:
    """Schedules and sensors alike."""
    assert "There is no schedule or sensor 'nightli'. Did you mean 'nightly'?" in run("tick", "nightli").stderr


def test_two_at_once_are_refused(run: Run, project: Path) -> None:
    """The second tick evaluates nothing, runs nothing, and reports that another process has the lock."""
    (project / ".dagwire").mkdir()
    with FileLock(project / ".dagwire" / "sensor-letters.lock"):
        done = run("tick", "letters")
    assert done.returncode == 1
    assert "Another process is at a tick of sensor 'letters'" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_run_that_was_killed_is_run_by_the_next_tick(run: Run, project: Path, number: signal.Signals) -> None:
    """Its key is remembered only when it has ended, and the lock goes with the process."""
    command = [*COMMAND, "tick", "sluggish"]
    process = subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for((project / "waiting").exists)
    process.send_signal(number)
    process.wait(timeout=30)
    assert state_of(project, "sensor-sluggish")["run_keys"] == []
    assert run("tick", "sluggish", "--dry-run").stdout == "slowly, run key once\n"


def test_the_folder_can_be_chosen(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `--state`, or by a variable, which suits containers with a volume."""
    run("tick", "repeating", "--state", "kept/here")
    assert (project / "kept" / "here" / FILE).exists()
    monkeypatch.setenv("DAGWIRE_STATE", str(project / "there"))
    run("tick", "repeating")
    assert (project / "there" / FILE).exists()
    assert not (project / ".dagwire").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"colour": 1}'])
def test_a_broken_file_is_named(run: Run, project: Path, text: str) -> None:
    """A broken state file stops the tick before anything is evaluated; the message names the file."""
    (project / ".dagwire").mkdir()
    (project / ".dagwire" / "sensor-letters.json").write_text(text)
    (project / "letters").write_text("a")
    done = run("tick", "letters")
    assert done.returncode == 1
    assert "sensor-letters.json" in done.stderr
    assert notes_in(project) == []


def test_a_folder_that_cannot_be_made_is_named(run: Run, project: Path) -> None:
    """A file in the place of the state folder is reported by its path."""
    (project / ".dagwire").write_text("")
    done = run("tick", "letters")
    assert done.returncode == 1
    assert "StateFileError: .dagwire cannot be made" in done.stderr


def test_an_asset_sensor_ticks_after_a_run_of_another_process(run: Run, project: Path) -> None:
    """`dagwire materialize` makes the asset, and `dagwire tick` asks the sensor, once for each time."""
    assert "No new materialization" in run("tick", "after_note").stdout
    assert run("materialize", "--select", "note").returncode == 0
    assert run("tick", "after_note").returncode == 0
    assert notes_in(project) == ["-", "after"]
    run("tick", "after_note")
    assert notes_in(project) == ["-", "after"]


def test_a_moment_given_by_hand_never_moves_the_memory_back(run: Run, project: Path) -> None:
    """A schedule is asked once for each moment, whether that comes by the clock or by hand."""
    first = run("tick", "nightly")
    assert "requests notes" in first.stdout
    assert "requests notes" in run("tick", "nightly", "--at", "2020-01-01T03:00:00").stdout
    again = run("tick", "nightly", "--at", "2020-01-01T03:00:00")
    assert "No run for schedule 'nightly': it was asked for 2020-01-01T03:00:00+01:00 before" in again.stdout
    assert "No run for schedule 'nightly'" in run("tick", "nightly").stdout


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b'"x"', b'{"cursor": 3}', b'{"strange": 1}', b'{"run_keys": "a"}', b"\xff", b"[" * 100_000]
)
def test_a_state_file_of_any_content_is_one_message(run: Run, project: Path, content: bytes) -> None:
    """The message names the file and the remedy; nothing runs."""
    file = project / ".dagwire" / "sensor-letters.json"
    file.parent.mkdir()
    file.write_bytes(content)
    done = run("tick", "letters")
    assert done.returncode == 1
    assert f"StateFileError: {file.relative_to(project)}" in done.stderr
    assert "running" not in done.stderr
