"""Running a job for a command: live progress, a summary, an exit code."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from dagwire.cli.exit_codes import FAILED
from dagwire.cli.printing import new_console, print_json
from dagwire.cli.progress import show_progress
from dagwire.cli.run_config_options import given_config
from dagwire.cli.run_report import report_of
from dagwire.cli.run_summary import Run, failure_lines, summary_lines
from dagwire.cli.signals import Interrupts
from dagwire.cli.tick_state import kept_instance, state_folder
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import RANGE_END_TAG, RANGE_START_TAG
from dagwire.errors import InvalidInvocationError
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run import run_job
from dagwire.resources.instance import DagsterInstance

RANGE_MARK = "..."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is given on the command line, beside its job, and how it is told of."""

    partition: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    run_config: Any = None
    as_json: bool = False
    traceback: bool = False

    @classmethod
    def of(
        cls,
        job: JobDefinition,
        partition: str | None,
        partition_range: str | None,
        config: Iterable[Path] | None,
        values: Iterable[str] | None,
        **shown: bool,
    ) -> "Wanted":
        """What the options say.

        Raises:
            DagwireError: A file cannot be read, or config is for what the job does not have.
            typer.BadParameter: An option is not written as it should be.
        """
        run_config = given_config(job, config or (), values or ())
        return cls(partition, _range_tags(partition_range), run_config, **shown)


def run_and_end(job: JobDefinition, wanted: Wanted, state: Path | None, interrupts: Interrupts) -> None:
    """Run `job` with the dynamic partitions that `state` holds, and end the command with what came of it."""
    with kept_instance(state_folder(state)) as instance:
        run = run_with_progress(job, wanted, instance, interrupts)
    if wanted.as_json:
        print_json(report_of(run))
    if wanted.traceback:
        raise_first_failure(run.result)
    if not run.is_fine:
        raise typer.Exit(FAILED)


def run_with_progress(job: JobDefinition, wanted: Wanted, instance: DagsterInstance, interrupts: Interrupts) -> Run:
    """Run `job`, showing its progress, and say at the end what came of it; failures go to standard error.

    Raises:
        DagwireError: The run could not start.
        KeyboardInterrupt: The run was ended by a signal, even where a step has made another exception of it.
    """
    with partition_loading_context(dynamic_partitions_store=instance):
        _check_partition_given(job, wanted)
    started = time.monotonic()
    shown = {node.name: node.definition.shown_name for node in job.nodes}
    with show_progress(list(shown), new_console(stderr=wanted.as_json), shown) as progress:
        options = RunOptions(
            wanted.run_config,
            wanted.partition,
            wanted.tags,
            raise_on_error=False,
            on_event=progress,
            instance=instance,
        )
        run = Run(run_job(job, options), time.monotonic() - started)
    if interrupts.received:
        raise KeyboardInterrupt
    for line in failure_lines(run.result):
        typer.echo(line, err=True)
    for line in summary_lines(run):
        typer.echo(line, err=wanted.as_json)
    return run


def raise_first_failure(result: ExecuteInProcessResult) -> None:
    """Raise what made the first step fail, so that its traceback is seen; return where none failed."""
    for event in result.filter_events(lambda event: event.is_failure):
        if event.error is not None:
            raise event.error


def _range_tags(partition_range: str | None) -> dict[str, str]:
    """The tags of a run of the partitions FIRST...LAST; none where no range is given.

    Raises:
        typer.BadParameter: It is not written so.
    """
    if partition_range is None:
        return {}
    first, mark, last = partition_range.partition(RANGE_MARK)
    if not (first and mark and last):
        msg = f"'{partition_range}' is no range of partitions; write FIRST{RANGE_MARK}LAST."
        raise typer.BadParameter(msg, param_hint="--partition-range")
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}


def _check_partition_given(job: JobDefinition, wanted: Wanted) -> None:
    """Refuse to start a partitioned job without saying which partition: every step would fail of it."""
    if job.partitions_def is None or wanted.partition is not None or RANGE_START_TAG in wanted.tags:
        return
    keys = job.partitions_def.get_partition_keys()
    example = f"{keys[0]}{RANGE_MARK}{keys[-1]}" if keys else f"FIRST{RANGE_MARK}LAST"
    problem = f"makes partitions; say which: --partition {keys[-1] if keys else 'KEY'}, or --partition-range {example}."
    raise InvalidInvocationError(f"Job '{job.name}'", problem)
