"""The history: what recording adds to a run, and how long its list takes."""

import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dagwire import DagsterInstance, Definitions, JobDefinition, asset
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.execution.events import DagsterEvent
from dagwire.execution.run import run_job
from dagwire.history.database import FILE, opened, transaction
from dagwire.history.pruning import Retention
from dagwire.history.recorder import Recorder, RunToRecord
from dagwire.history.redaction import Redactor
from dagwire.history.run_locks import holding
from dagwire.history.state_folder import opened_state

from benchmarks.journal import Journal
from benchmarks.measuring import Benchmark, Side, Timed
from benchmarks.running import bodies


@contextmanager
def recorded_run(count: int) -> Iterator[Benchmark]:
    """A run of `count` assets as the command line does it, its folder opened and closed; beside one without history."""
    journal = Journal()
    assets = [asset(name=f"asset_{number}")(body) for number, body in enumerate(bodies(count, journal))]
    job = Definitions(assets).resolve_implicit_global_asset_job_def()
    with tempfile.TemporaryDirectory() as folder:
        yield Benchmark(
            f"a run of {count:,} steps that do nothing, recorded",
            {
                Side.DAGWIRE: Timed(lambda: (_recorded(job, Path(folder)), len(journal.read())), (True, count)),
                Side.BARE: Timed(lambda: (_plain(job), len(journal.read())), (True, count)),
            },
            bare="the run without a history",
        )


def _plain(job: JobDefinition) -> bool:
    return _run(job, str(uuid.uuid4()), DagsterInstance.ephemeral(), lambda _event: None)


def _recorded(job: JobDefinition, folder: Path) -> bool:
    redactor, run_id = Redactor(job.container), str(uuid.uuid4())
    with opened_state(folder, redactor, Retention()) as state, holding(folder, run_id):
        to_record = RunToRecord(run_id, job.name, [node.name for node in job.nodes])
        return _run(job, run_id, state.instance, Recorder(state.writer, to_record, redactor))


def _run(job: JobDefinition, run_id: str, instance: DagsterInstance, on_event: Callable[[DagsterEvent], None]) -> bool:
    return run_job(job, RunOptions(run_id=run_id, instance=instance, on_event=on_event)).success


@contextmanager
def list_of_runs(count: int) -> Iterator[Benchmark]:
    """`dagwire runs` over `count` runs of ten steps, beside the command that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), count)
        runs = [sys.executable, "-m", "dagwire", "runs", "--limit", "1", "--json", "--state", folder]
        yield Benchmark(
            f"`dagwire runs` over {count:,} runs",
            {
                Side.DAGWIRE: Timed(lambda: f'"job": "job_{count - 1}"' in _output(runs), expected=True),
                Side.BARE: Timed(lambda: "dagwire" in _output([*runs[:3], "--version"]), expected=True),
            },
            bare="`dagwire --version`",
            rounds=5,
        )


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _fill(folder: Path, count: int) -> None:
    insert = (
        "INSERT INTO runs (id, job, status, started, ended, tags, launch) VALUES (?, ?, 'SUCCESS', ?, ?, '{}', '{}')"
    )
    with opened(folder / FILE) as connection, transaction(connection):
        connection.executemany(
            insert, [(f"run-{number}", f"job_{number}", number, number + 1) for number in range(count)]
        )
        connection.executemany(
            "INSERT INTO steps (run, name, position, status) VALUES (?, ?, 0, 'done')",
            [(f"run-{number}", f"step_{step}") for number in range(count) for step in range(10)],
        )
