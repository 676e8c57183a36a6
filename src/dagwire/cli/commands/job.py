"""`dagwire job run`."""

from typing import Annotated

import typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.job_runner import run_and_end
from dagwire.cli.launch_options import LaunchOptions
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import (
    Config,
    Env,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
    Module,
    Partition,
    PartitionRange,
    Set,
    State,
    Traceback,
    new_app,
)

app: typer.Typer = new_app(no_args_is_help=True)


@app.callback()
def job() -> None:
    """Run a job."""


@app.command()
def run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job's name.")],
    partition: Partition = None,
    partition_range: PartitionRange = None,
    config: Config = None,
    set_: Set = None,
    state: State = None,
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    env: Env = None,
    *,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Run a job, with live progress."""
    with report_errors(traceback=traceback) as interrupts:
        found = load_definitions(module).resolve_job_def(name)
        with refuse_misuse(traceback=traceback):
            log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
            options = LaunchOptions.of(found, partition, partition_range, config, set_, log, as_json=as_json)
        run_and_end(found, options, state, interrupts)
