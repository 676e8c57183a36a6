"""Running a job for a command: live progress, a summary, an exit code."""

import sys
import time
from contextlib import nullcontext, redirect_stdout
from pathlib import Path

import typer

from dagwire.cli.exit_codes import FAILED, refuse_misuse
from dagwire.cli.launch_options import LaunchOptions, check_steps
from dagwire.cli.printing import new_console, print_json
from dagwire.cli.progress import show_progress
from dagwire.cli.run_report import report_of
from dagwire.cli.run_summary import Run, failure_lines, summary_lines
from dagwire.cli.signals import Interrupts
from dagwire.cli.tick_state import check_writable, kept_instance, state_folder
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run import run_job
from dagwire.resources.instance import DagsterInstance


def run_and_end(job: JobDefinition, options: LaunchOptions, state: Path | None, interrupts: Interrupts) -> None:
    """Run `job` with the dynamic partitions that `state` holds, and end the command with the run's exit code."""
    folder = state_folder(state)
    check_writable(folder)
    with kept_instance(folder) as instance:
        with refuse_misuse(traceback=options.traceback):
            check_steps(job)
            options.check_partition(job, instance)
            if options.has_config:
                options.check_config(job, instance)
        run = run_with_progress(job, options, instance, interrupts)
    if options.as_json:
        print_json(report_of(run))
    if options.traceback:
        raise_first_failure(run.result)
    if not run.is_fine:
        raise typer.Exit(FAILED)


def run_with_progress(
    job: JobDefinition, options: LaunchOptions, instance: DagsterInstance, interrupts: Interrupts
) -> Run:
    """Run `job`, show its progress, and report its result at the end; failures go to standard error.

    With `as_json`, what bodies print goes to standard error, so that standard output is one JSON document.

    Raises:
        DagwireError: The run could not start.
        KeyboardInterrupt: The run was ended by a signal, even where a step has made another exception of it.
    """
    started = time.monotonic()
    shown = {node.name: node.definition.shown_name for node in job.nodes}
    printed = redirect_stdout(sys.stderr) if options.as_json else nullcontext()
    with printed, show_progress(list(shown), new_console(stderr=options.as_json), shown) as progress:
        run_options = RunOptions(
            options.run_config,
            options.partition,
            options.tags,
            raise_on_error=False,
            on_event=progress,
            instance=instance,
        )
        run = Run(run_job(job, run_options), time.monotonic() - started)
    if interrupts.received:
        raise KeyboardInterrupt
    for line in failure_lines(run.result):
        typer.echo(line, err=True)
    for line in summary_lines(run):
        typer.echo(line, err=options.as_json)
    return run


def raise_first_failure(result: ExecuteInProcessResult) -> None:
    """Raise what made the first step fail, so that its traceback is seen; return where none failed."""
    for event in result.filter_events(lambda event: event.is_failure):
        if event.error is not None:
            raise event.error
