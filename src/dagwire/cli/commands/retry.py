"""`dagwire retry`."""

from typing import Annotated

import typer

from dagwire.cli.exit_codes import refuse_misuse, report_errors
from dagwire.cli.job_runner import run_or_plan
from dagwire.cli.launch import RunSettings
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import (
    Config,
    DryRun,
    Env,
    File,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
    MaxConcurrency,
    Module,
    Set,
    State,
    Traceback,
    new_app,
)
from dagwire.cli.retry_launch import retry_launch
from dagwire.cli.session import opened_session

app: typer.Typer = new_app()


@app.command()
def retry(
    run_id: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="The run's id, or its beginning; the latest that failed by default."),
    ] = None,
    config: Config = None,
    set_: Set = None,
    max_concurrency: MaxConcurrency = 1,
    state: State = None,
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    file: File = None,
    env: Env = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Do again what failed in a run, and what comes after it.

    The values of the steps that went well are loaded by their IO managers.
    """
    with report_errors(traceback=traceback) as interrupts:
        with refuse_misuse(traceback=traceback):
            log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
            settings = RunSettings(log, as_json, max_concurrency, dry_run)
        defs = load_definitions(module, file)
        with opened_session(state, defs.container, "required", is_needed=True) as session:
            with refuse_misuse(traceback=traceback):
                launch = retry_launch(defs, session, run_id, config or (), set_ or ())
            run_or_plan([launch], settings, session, interrupts)
