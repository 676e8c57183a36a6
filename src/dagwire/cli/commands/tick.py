"""`dagwire tick`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer

from dagwire.cli.exit_codes import FAILED, refuse_misuse, report_errors
from dagwire.cli.launch import RunSettings
from dagwire.cli.lazy_commands import completer
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.log_output import LogOptions
from dagwire.cli.options import (
    Env,
    File,
    History,
    Json,
    LogFile,
    LogFormat,
    LogLevel,
    MaxConcurrency,
    Module,
    State,
    Traceback,
    new_app,
)
from dagwire.cli.printing import print_json
from dagwire.cli.run_report import report_of
from dagwire.cli.session import opened_session
from dagwire.cli.tick_runner import Ticker, TickReport, all_ticks, find_tick
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.errors import DagwireError

app: typer.Typer = new_app()


def _moment(text: str) -> datetime:
    """The moment that ISO 8601 writes; a number alone, which might be seconds or a year, is refused."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        msg = f"'{text}' is not a date or a time; write 2030-01-31 or 2030-01-31T06:00:00+01:00."
        raise typer.BadParameter(msg) from None


At = Annotated[
    datetime | None,
    typer.Option(
        parser=_moment,
        metavar="TIME",
        help="The moment to ask a schedule for; the last one it was due at by default, and that once only.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what is requested; run nothing and keep nothing.")]
Name = Annotated[
    str | None,
    typer.Argument(metavar="[NAME]", autocompletion=completer("ticks"), help="The schedule's or sensor's name."),
]
All = Annotated[bool, typer.Option("--all", help="Ask every schedule and sensor that is due.")]


@app.command()
def tick(
    name: Name = None,
    at: At = None,
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
    everything: All = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    traceback: Traceback = False,
) -> None:
    """Ask a schedule or sensor once, and run what it requests.

    For cron, systemd timers and Kubernetes CronJobs: cursor, run keys and dynamic partitions are kept, so that each
    call goes on where the one before it ended, and no run key is run twice.
    """
    with report_errors(traceback=traceback) as interrupts:
        with refuse_misuse(traceback=traceback):
            log = LogOptions.of(log_level, log_format, log_file, traceback=traceback)
            _check_choice(name, at, everything=everything)
        defs = load_definitions(module, file)
        chosen = all_ticks(defs) if name is None else [find_tick(defs, name, traceback=traceback)]
        if at is not None and isinstance(chosen[0], SensorDefinition):
            msg = f"{chosen[0].label} is asked for what is new now, not for a moment."
            raise typer.BadParameter(msg, param_hint="--at")
        settings = RunSettings(log, as_json, max_concurrency)
        with opened_session(state, defs.container, history, is_needed=True) as session:
            tickers = [Ticker(defs, one, session, interrupts, settings) for one in chosen]
            if name is None:
                _tick_all(tickers, as_json=as_json, dry_run=dry_run)
            else:
                _tick_one(tickers[0], at, as_json=as_json, dry_run=dry_run)


def _check_choice(name: str | None, at: datetime | None, *, everything: bool) -> None:
    """Refuse a call that names nothing to ask, or too much.

    Raises:
        typer.BadParameter: It has no name and no `--all`, or both; or a moment for all.
    """
    if (name is None) != everything:
        msg = "name one schedule or sensor, or give --all."
        raise typer.BadParameter(msg, param_hint="NAME / --all")
    if everything and at is not None:
        msg = "is the moment of one schedule; leave it out with --all."
        raise typer.BadParameter(msg, param_hint="--at")


def _tick_one(ticker: Ticker, at: datetime | None, *, as_json: bool, dry_run: bool) -> None:
    ticked = ticker.ask(at) if dry_run else ticker.tick(at)
    if as_json:
        print_json(_data(ticked))
    else:
        _say(ticked, dry_run=dry_run)
    if not ticked.is_fine:
        raise typer.Exit(FAILED)


def _tick_all(tickers: Sequence[Ticker], *, as_json: bool, dry_run: bool) -> None:
    """Tick all that is due. One that fails does not keep the others from their turn."""
    reports: list[TickReport] = []
    failures: list[str] = []
    for ticker in tickers:
        try:
            if ticker.is_due():
                reports.append(ticker.ask() if dry_run else ticker.tick())
                _say(reports[-1], dry_run=dry_run)
        except DagwireError as error:
            failures.append(f"{type(error).__name__}: {error}")
            typer.echo(failures[-1], err=True)
    if as_json:
        print_json({"ticks": list(map(_data, reports)), "failures": failures})
    if failures or not all(report.is_fine for report in reports):
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
        "failures": ticked.failures,
    }


def _say(ticked: TickReport, *, dry_run: bool) -> None:
    """Print the last line, the reason why nothing ran; for a dry run also what would run."""
    for request in ticked.requests if dry_run else ():
        parts = {"partition": request.partition_key, "run key": request.run_key}
        told = "".join(f", {name} {value}" for name, value in parts.items() if value)
        typer.echo(f"{request.job_name or ticked.tick.job_name}{told}")
    for failure in ticked.failures:
        typer.echo(failure, err=True)
    if ticked.known_run_keys:
        typer.echo(f"Run before, and not again: {', '.join(ticked.known_run_keys)}.")
    elif not ticked.requests:
        typer.echo(f"No run for {ticked.tick.label}: {ticked.why_none or 'it requests none'}.".replace("..", "."))
