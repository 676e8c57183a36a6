"""`dagwire job run`."""

from typing import Annotated

import typer

from dagwire.cli.exit_codes import refuse_misuse, refuse_unknown, report_errors
from dagwire.cli.job_runner import run_or_plan
from dagwire.cli.launch import RunSettings, each_partition, launch_of
from dagwire.cli.lazy_commands import completer
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import (
    Config,
    DryRun,
    Each,
    Env,
    File,
    History,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
    MaxConcurrency,
    Module,
    Partition,
    PartitionRange,
    Set,
    State,
    Traceback,
    new_app,
)
from dagwire.cli.session import opened_session
from dagwire.definitions.jobs.asset_job import IMPLICIT_JOB

app: typer.Typer = new_app(no_args_is_help=True)


@app.callback()
def job() -> None:
    """Run a job."""


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job's name.", autocompletion=completer("jobs"))],
    partition: Partition = None,
    partition_range: PartitionRange = None,
    config: Config = None,
    set_: Set = None,
    max_concurrency: MaxConcurrency = 1,
    state: State = None,
    history: History = "on",
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    file: File = None,
    env: Env = None,
    *,
    each: Each = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Run a job, with live progress."""
    with report_errors(traceback=traceback) as interrupts:
        defs = load_definitions(module, file)
        if name != IMPLICIT_JOB:
            refuse_unknown("job", name, defs.job_names, traceback=traceback)
        found = defs.resolve_job_def(name)
        with opened_session(state, defs.container, history) as session:
            with refuse_misuse(traceback=traceback):
                log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
                settings = RunSettings(log, as_json, max_concurrency, dry_run)
                launch = launch_of(found, partition, partition_range, config, set_)
                launches = each_partition(launch, session.instance) if each else [launch]
            run_or_plan(launches, settings, session, interrupts)
