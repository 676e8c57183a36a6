"""Running jobs for a command: live progress, a record in the history, a summary, an exit code."""

import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

import typer

from dagwire.cli.exit_codes import FAILED, refuse_misuse
from dagwire.cli.launch import Launch, RunSettings
from dagwire.cli.log_output import logging_to
from dagwire.cli.lost_assets import LostAssets
from dagwire.cli.plan_report import plan_lines, plan_of
from dagwire.cli.printing import print_json, print_rows
from dagwire.cli.progress import show_progress
from dagwire.cli.run_report import report_of
from dagwire.cli.run_summary import Run, failure_lines, summary_lines
from dagwire.cli.session import Session
from dagwire.cli.signals import Interrupts
from dagwire.errors import DagwireError, InvalidInvocationError
from dagwire.execution.events import DagsterEvent
from dagwire.execution.run import run_job
from dagwire.history.recorder import Recorder
from dagwire.history.run_locks import holding


def run_or_plan(launches: Sequence[Launch], settings: RunSettings, session: Session, interrupts: Interrupts) -> None:
    """Run one job, or several one after another, or show their plans, and end the command with an exit code.

    Of several, one that cannot start or fails keeps those alone from their turn that take its assets.
    """
    with refuse_misuse(traceback=settings.log.traceback):
        for launch in launches:
            launch.check(session.instance)
    if settings.dry_run:
        _show_plans([plan_of(launch, session.instance) for launch in launches], settings)
        return
    if len(launches) == 1:
        run = run_with_progress(launches[0], settings, session, interrupts)
        if settings.as_json:
            print_json(report_of(run))
        if not run.is_fine:
            raise typer.Exit(FAILED)
        return
    _run_several(launches, settings, session, interrupts)


def _run_several(launches: Sequence[Launch], settings: RunSettings, session: Session, interrupts: Interrupts) -> None:
    runs: list[Run] = []
    not_started: list[str] = []
    lost = LostAssets()
    for launch in launches:
        typer.echo(f"{launch.label}:")
        try:
            _refuse_lost(lost, launch)
            runs.append(run_with_progress(launch, settings, session, interrupts))
        except DagwireError as error:
            not_started.append(f"{launch.label}: {type(error).__name__}: {error}")
            typer.echo(f"Not started: {not_started[-1]}", err=True)
            lost.add(launch)
        else:
            if not runs[-1].is_fine:
                lost.add(launch)
    _end_of_several(launches, runs, not_started, settings)


def _refuse_lost(lost: LostAssets, launch: Launch) -> None:
    """Refuse to make assets of one that an earlier run could not make.

    Raises:
        InvalidInvocationError: There is such an asset.
    """
    needed = lost.needed_by(launch)
    if needed is not None:
        raise InvalidInvocationError(
            "The run", f"takes asset '{needed.to_user_string()}', which was not made before it."
        )


def _show_plans(plans: Sequence[dict[str, Any]], settings: RunSettings) -> None:
    if settings.as_json:
        data = [{**plan, "steps": list(map(asdict, plan["steps"]))} for plan in plans]
        print_json(data[0] if len(data) == 1 else data)
        return
    for plan in plans:
        typer.echo(f"{plan['job']}:")
        print_rows(plan["steps"], as_json=False, none="")
        for line in plan_lines(plan):
            typer.echo(line)
    typer.echo(f"{len(plans)} {'run' if len(plans) == 1 else 'runs'} planned; nothing was opened.")


def _end_of_several(
    launches: Sequence[Launch], runs: Sequence[Run], not_started: Sequence[str], settings: RunSettings
) -> None:
    fine = sum(run.is_fine for run in runs)
    is_fine = fine == len(launches)
    if settings.as_json:
        print_json({"success": is_fine, "runs": list(map(report_of, runs)), "not_started": not_started})
    elif launches:
        typer.echo(f"{fine} of {len(launches)} runs went well.")
    else:
        typer.echo("Nothing is missing.")
    if not is_fine:
        raise typer.Exit(FAILED)


def run_with_progress(launch: Launch, settings: RunSettings, session: Session, interrupts: Interrupts) -> Run:
    """Run a job, show its progress, and report its result at the end; failures go to standard error.

    Raises:
        DagwireError: The run could not start.
        KeyboardInterrupt: The run was ended by a signal, even where a step has made another exception of it.
    """
    started = time.monotonic()
    job, run_id = launch.job, str(uuid.uuid4())
    shown = {node.name: node.definition.shown_name for node in launch.nodes_to_do}
    with ExitStack() as stack:
        output = stack.enter_context(logging_to(settings.log))
        listeners: list[Callable[[DagsterEvent], None]] = [
            stack.enter_context(show_progress(list(shown), output, shown))
        ]
        state = session.state
        if state is not None and session.records:
            stack.enter_context(holding(state.folder, run_id))
            launch.hide_secrets(state.redactor, session.instance)
            listeners.append(Recorder(state.writer, launch.to_record(run_id), state.redactor))
        threads = None
        if settings.max_concurrency > 1:
            threads = stack.enter_context(ThreadPoolExecutor(settings.max_concurrency, "dagwire-step"))
        options = launch.options(session.instance)._replace(
            run_id=run_id, on_event=_all_of(listeners), executor=threads
        )
        try:
            run = Run(run_job(job, options), time.monotonic() - started)
        finally:
            session.flush()
    if interrupts.received:
        raise KeyboardInterrupt
    for line in failure_lines(run.result):
        typer.echo(line, err=True)
    for line in summary_lines(run):
        typer.echo(line)
    return run


def _all_of(listeners: Iterable[Callable[[DagsterEvent], None]]) -> Callable[[DagsterEvent], None]:
    def call_all(event: DagsterEvent) -> None:
        for listener in listeners:
            listener(event)

    return call_all
