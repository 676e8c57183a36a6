"""What the history keeps of a run, and for how long."""

import threading
import time
from pathlib import Path
from typing import Annotated

import pytest
from dependency_injector import containers, providers
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from dagwire import (
    AssetCheckResult,
    AssetKey,
    AssetObservation,
    Config,
    ConfigurableResource,
    DynamicOut,
    DynamicOutput,
    EnvVar,
    MaterializeResult,
    ResourceProvider,
    RetryPolicy,
    RetryRequested,
    SecretField,
    SettingsProvider,
    asset,
    asset_check,
    job,
    materialize,
    op,
)
from dagwire.errors import UnknownNameError
from dagwire.history.pruning import Retention, prune
from dagwire.history.reading import opened_history
from dagwire.history.recorder import Recorder, RunToRecord
from dagwire.history.redaction import Redactor
from dagwire.history.run_changes import Change
from dagwire.history.run_locks import end_killed_runs, holding
from dagwire.history.state_folder import State, opened_state

from tests.history.conftest import EMPTY


def record(state: State, run_id: str, steps: list[str], **facts: object) -> Recorder:
    return Recorder(state.writer, RunToRecord(run_id, "rows", steps, **facts), state.redactor)  # type: ignore[arg-type]


def start(state: State, run_id: str) -> None:
    """Record a run that has started."""
    state.writer.execute(
        "INSERT INTO runs (id, job, status, started, tags, launch) VALUES (?, 'rows', 'STARTED', 1, '{}', '{}')", run_id
    )
    state.writer.execute("INSERT INTO steps (run, name, position, status) VALUES (?, 'a', 0, 'running')", run_id)
    state.writer.flush()


def test_steps_checks_and_materializations_are_recorded(state: State) -> None:
    """Each step has its state, times, retries and failure; checks and materializations their metadata."""
    tries: list[int] = []

    @asset
    def rows(context):
        context.log_event(AssetObservation("source", metadata={"seen": 1}))
        tries.append(1)
        if len(tries) == 1:
            raise RetryRequested
        return MaterializeResult(metadata={"rows": 3})

    @asset_check(asset=rows)
    def many():
        return AssetCheckResult(passed=False, description="few", metadata={"least": 5})

    @asset(deps=[rows])
    def broken():
        msg = "no"
        raise ValueError(msg)

    @asset(deps=[broken])
    def after():
        return None

    materialize(
        [rows, many, broken, after],
        raise_on_error=False,
        instance=state.instance,
        on_event=(recorder := record(state, "r1", ["rows", "rows_many", "broken", "after"], tags={"who": "me"})),
    )
    del recorder
    state.writer.flush()
    (run,) = state.runs.latest(5)
    assert (run.state, run.failure, run.tags) == ("failed", "ValueError: no", {"who": "me"})
    assert run.ended is not None
    steps = {step.step: step for step in state.runs.steps("r1")}
    assert {name: step.state for name, step in steps.items()} == {
        "rows": "done",
        "rows_many": "done",
        "broken": "failed",
        "after": "skipped",
    }
    assert (steps["rows"].retries, steps["rows"].outputs, steps["broken"].failure) == (1, ["result"], "ValueError: no")
    (check,) = state.runs.checks("r1")
    assert (check.check, check.passed, check.description, check.metadata) == ("many", False, "few", {"least": 5})
    assert state.runs.made_partitions(AssetKey("rows").to_string()).keys() == {None}
    observed = state.connection.execute("SELECT asset FROM asset_events WHERE kind = 'observation'").fetchall()
    assert observed == [(AssetKey("source").to_string(),)]


def test_a_step_that_runs_is_on_the_disk(state: State) -> None:
    """While its function runs, a step is recorded as running, with the time of its start."""
    seen: list[str] = []

    @asset
    def rows() -> None:
        state.writer.flush()
        seen.extend(step.state for step in state.runs.steps("r1") if step.started)

    materialize([rows], on_event=record(state, "r1", ["rows"]))
    assert seen == ["running"]


def test_steps_that_ended_before_they_were_written(state: State) -> None:
    """A slow disk loses nothing: start, retries, end and outputs of each step, and of mapped ones too."""
    slow = threading.Event()
    tries: list[int] = []

    def wait() -> list[Change]:
        slow.wait()
        return []

    @op(out=DynamicOut())
    def cut():
        yield DynamicOutput(1, "a")

    @op(retry_policy=RetryPolicy())
    def eat(piece):
        tries.append(piece)
        if len(tries) == 1:
            raise ValueError(piece)
        return piece

    @job
    def meal():
        cut().map(eat)

    from dagwire.definitions.jobs.run_options import RunOptions
    from dagwire.execution.run import run_job

    state.writer.put(wait)
    run_job(meal, RunOptions(on_event=record(state, "r1", ["cut", "eat"])))
    slow.set()
    state.writer.flush()
    steps = {step.step: step for step in state.runs.steps("r1")}
    assert [(name, step.state, step.retries, step.outputs) for name, step in steps.items()] == [
        ("cut", "done", 0, ["result"]),
        ("eat", "waiting", 0, []),
        ("eat[a]", "done", 1, ["result"]),
    ]
    assert all(step.started and step.ended for name, step in steps.items() if name != "eat")


def test_mapped_steps_are_recorded_when_they_start(state: State) -> None:
    """Their names are not known before."""

    @op(out=DynamicOut())
    def cut():
        yield DynamicOutput(1, "a")

    @op
    def eat(piece):
        return piece

    @job
    def meal():
        cut().map(eat)

    meal.execute_in_process(instance=state.instance, run_id="r1")
    from dagwire.definitions.jobs.run_options import RunOptions
    from dagwire.execution.run import run_job

    run_job(meal, RunOptions(on_event=record(state, "r2", ["cut", "eat"])))
    state.writer.flush()
    assert [(step.step, step.state) for step in state.runs.steps("r2")] == [
        *(("cut", "done"), ("eat", "waiting"), ("eat[a]", "done"))
    ]


# -- finding runs ------------------------------------------------------------------------------------------------------


def test_a_run_is_found_by_the_beginning_of_its_id(state: State) -> None:
    """An unknown or ambiguous one names those there are."""
    start(state, "abc-1")
    start(state, "abd-2")
    assert state.runs.find("abc").run_id == "abc-1"
    with pytest.raises(UnknownNameError, match="abd-2"):
        state.runs.find("xyz")
    with pytest.raises(UnknownNameError, match="abd-2"):
        state.runs.find("ab")
    assert [run.run_id for run in state.runs.latest(1)] == ["abd-2"]
    assert state.runs.latest(5, job="other") == []


# -- runs that were killed ---------------------------------------------------------------------------------------------


def test_a_run_whose_process_has_gone_is_interrupted(state: State) -> None:
    """A run is under way as long as its lock is held; without it the next command marks it, and its steps."""
    start(state, "r1")
    with holding(state.folder, "r1"):
        end_killed_runs(state.connection, state.folder)
        assert state.runs.find("r1").state == "running"
    end_killed_runs(state.connection, state.folder)
    assert (state.runs.find("r1").state, state.runs.find("r1").failure) == ("interrupted", "the process ended")
    assert [step.state for step in state.runs.steps("r1")] == ["interrupted"]
    assert list((state.folder / "running").iterdir()) == []


def test_reading_marks_runs_too(state: State) -> None:
    """A command that only reads shows no run as running that is not."""
    start(state, "r1")
    with opened_history(state.folder) as history:
        assert history is not None
        assert history.find("r1").state == "interrupted"


# -- pruning -----------------------------------------------------------------------------------------------------------


def test_old_runs_are_deleted_and_what_is_made_is_kept(state: State) -> None:
    """Runs go by age and number; the latest materialization of each partition stays."""
    for number, partition in enumerate(["eu", "us", "eu"]):
        run_id = f"r{number}"
        start(state, run_id)
        state.writer.execute("UPDATE runs SET ended = ? WHERE id = ?", time.time() - 10 * 86_400, run_id)
        state.writer.execute(
            "INSERT INTO asset_events (kind, asset, partition, run, time, metadata, tags) "
            "VALUES ('materialization', '[\"rows\"]', ?, ?, 1, '{}', '{}')",
            *(partition, run_id),
        )
    start(state, "under way")
    prune(state.connection, Retention(days=30, runs=3))
    assert [run.run_id for run in state.runs.latest(9)] == ["under way", "r2", "r1"]
    prune(state.connection, Retention(days=5))
    assert [run.run_id for run in state.runs.latest(9)] == ["under way"]
    assert state.connection.execute("SELECT run FROM steps").fetchall() == [("under way",)]
    kept = state.connection.execute("SELECT run, partition FROM asset_events ORDER BY number").fetchall()
    assert kept == [("r1", "us"), ("r2", "eu")]
    prune(state.connection, Retention(days=5))


# -- secrets -----------------------------------------------------------------------------------------------------------


class Login(Config):
    pin: SecretStr
    note: Annotated[str, SecretField()]


class Db(ConfigurableResource):
    password: str
    token: str = EnvVar("THE_TOKEN")
    login: Login | None = None
    raw: bytes = b""


class Settings(BaseSettings):
    key: SecretStr = SecretStr("of-the-settings")
    secrets: list[SecretStr] = [SecretStr("of-a-list")]
    blob: Annotated[bytes, SecretField()] = b"of-bytes"


class Broken(BaseSettings):
    key: SecretStr


def connect(api_token: str) -> str:
    return api_token


class App(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    broken = SettingsProvider(Broken)
    db = ResourceProvider(Db(password="of-the-resource"))
    function = ResourceProvider(connect, api_token="of-an-argument")
    plain = providers.Object("of-a-plain-value")


def test_secrets_are_masked_wherever_a_text_repeats_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets of settings, resources, variables and run config; and what looks like one by its form."""
    monkeypatch.setenv("THE_TOKEN", "of-a-variable")
    redactor = Redactor(App())
    login = Login(pin=SecretStr("of-a-step"), note="of-a-note")
    config = {"login": {"pin": "of-the-run", "note": "deep"}, "password": "new-one"}
    redactor.add_config({"step": login}, {"db": config, "nobody": {"password": "of-nobody"}})
    secrets = (
        *("of-the-settings", "of-a-list", "of-bytes", "of-the-resource", "of-a-variable", "of-an-argument"),
        *("of-a-step", "of-a-note", "of-the-run", "new-one", "of-nobody"),
    )
    text = redactor.text(" ".join(secrets) + " postgres://me:pw@host of-a-plain-value")
    assert text is not None
    assert set(text.split()) == {"**********", "postgres://me:**********@host", "of-a-plain-value"}
    assert redactor.json({"a": ["of-a-list", 1], "password": "x", "of-a-list": None}) == (
        '{"a": ["**********", 1], "password": "**********", "**********": null}'
    )
    assert redactor.text(None) is None


def test_short_secrets_are_not_looked_for() -> None:
    """Masking each "1" would make a text unreadable, and the secret plain."""

    class Short(containers.DeclarativeContainer):
        db = ResourceProvider(Db(password="1"))

    assert Redactor(Short()).text("1 row") == "1 row"


def test_a_container_without_secrets_masks_nothing(tmp_path: Path) -> None:
    """A folder without a history has no runs to read."""
    assert EMPTY.text("rows") == "rows"
    with opened_history(tmp_path) as history:
        assert history is None
    with opened_state(tmp_path, EMPTY, Retention()) as state:
        assert state.runs.latest(1) == []
