"""`dagwire tick`."""

from datetime import datetime
from typing import Annotated, Any

import typer

from dagwire.cli.exit_codes import FAILED, report_errors
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import Env, Json, LogFile, LogFormat, LogLevel, Module, State, Traceback, new_app
from dagwire.cli.printing import print_json
from dagwire.cli.run_report import report_of
from dagwire.cli.tick_runner import Ticker, TickReport, find_tick
from dagwire.cli.tick_state import state_folder

app: typer.Typer = new_app()

At = Annotated[
    datetime | None,
    typer.Option(help="The moment to ask a schedule for; the last one it was due at by default, and that once only."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Tell what is requested; run nothing and keep nothing.")]


@app.command()
def tick(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The schedule's or sensor's name.")],
    at: At = None,
    state: State = None,
    log_level: LogLevel = None,
    log_format: LogFormat = "text",
    log_file: LogFile = None,
    module: Module = None,
    env: Env = None,
    *,
    dry_run: DryRun = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Ask a schedule or sensor once, and run what it requests.

    For cron, systemd timers and Kubernetes CronJobs: cursor, run keys and dynamic partitions are kept in files, so that
    each call goes on where the one before it ended, and no run key is run twice.
    """
    with report_errors(traceback=traceback) as interrupts:
        defs = load_definitions(module)
        log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
        ticker = Ticker(defs, find_tick(defs, name), state_folder(state), interrupts, log, as_json=as_json)
        ticked = ticker.ask(at) if dry_run else ticker.tick(at)
        if as_json:
            print_json(_data(ticked))
        else:
            _say(ticked, dry_run=dry_run)
        if not ticked.is_fine:
            raise typer.Exit(FAILED)


def _data(ticked: TickReport) -> dict[str, Any]:
    return {
        ticked.tick.kind: ticked.tick.name,
        "scheduled_for": ticked.scheduled_for,
        "why_none": ticked.why_none,
        "requests": [
            {
                "job": request.job_name or ticked.tick.job_name,
                "partition": request.partition_key,
                "run_key": request.run_key,
                "tags": request.tags,
            }
            for request in ticked.requests
        ],
        "known_run_keys": ticked.known_run_keys,
        "cursor": ticked.result and ticked.result.cursor,
        "runs": [report_of(run) for run in ticked.runs],
        "not_started": ticked.not_started,
    }


def _say(ticked: TickReport, *, dry_run: bool) -> None:
    """Print the last line, the reason why nothing ran; for a dry run also what would run."""
    for request in ticked.requests if dry_run else ():
        parts = {"partition": request.partition_key, "run key": request.run_key}
        told = "".join(f", {name} {value}" for name, value in parts.items() if value)
        typer.echo(f"{request.job_name or ticked.tick.job_name}{told}")
    if ticked.known_run_keys:
        typer.echo(f"Run before, and not again: {', '.join(ticked.known_run_keys)}.")
    elif not ticked.requests:
        typer.echo(f"No run for {ticked.tick.label}: {ticked.why_none or 'it requests none'}.".replace("..", "."))
