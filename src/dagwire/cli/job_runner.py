"""Running a job for a command: live progress, a summary, an exit code."""

import time
from pathlib import Path

import typer

from dagwire.cli.exit_codes import FAILED, refuse_misuse
from dagwire.cli.launch_options import LaunchOptions, check_steps
from dagwire.cli.log_output import logging_to
from dagwire.cli.printing import print_json
from dagwire.cli.progress import show_progress
from dagwire.cli.run_report import report_of
from dagwire.cli.run_summary import Run, failure_lines, summary_lines
from dagwire.cli.signals import Interrupts
from dagwire.cli.tick_state import check_writable, kept_instance, state_folder
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.execution.run import run_job
from dagwire.resources.instance import DagsterInstance


def run_and_end(job: JobDefinition, options: LaunchOptions, state: Path | None, interrupts: Interrupts) -> None:
    """Run `job` with the dynamic partitions that `state` holds, and end the command with the run's exit code."""
    folder = state_folder(state)
    check_writable(folder)
    with kept_instance(folder) as instance:
        with refuse_misuse(traceback=options.log.traceback):
            check_steps(job)
            options.check_partition(job, instance)
            if options.has_config:
                options.check_config(job, instance)
        run = run_with_progress(job, options, instance, interrupts)
    if options.as_json:
        print_json(report_of(run))
    if not run.is_fine:
        raise typer.Exit(FAILED)


def run_with_progress(
    job: JobDefinition, options: LaunchOptions, instance: DagsterInstance, interrupts: Interrupts
) -> Run:
    """Run `job`, show its progress, and report its result at the end; failures go to standard error.

    Raises:
        DagwireError: The run could not start.
        KeyboardInterrupt: The run was ended by a signal, even where a step has made another exception of it.
    """
    started = time.monotonic()
    shown = {node.name: node.definition.shown_name for node in job.nodes}
    with logging_to(options.log) as output, show_progress(list(shown), output, shown) as progress:
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
        typer.echo(line)
    return run
