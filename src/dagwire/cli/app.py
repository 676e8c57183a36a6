"""The commands."""

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from dagwire.cli.interrupts import Interrupts, noticing_interrupts
from dagwire.cli.progress import show_progress
from dagwire.cli.summary import failed_checks, failure_lines, summary_lines
from dagwire.definitions.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.finding import find_definitions
from dagwire.definitions.job import JobDefinition
from dagwire.definitions.partitions import RANGE_END_TAG, RANGE_START_TAG
from dagwire.definitions.running import RunOptions
from dagwire.errors import DagwireError, InvalidInvocationError
from dagwire.execution.run import run_job

FAILED = 1
RANGE_MARK = "..."

app = typer.Typer(
    help="Run definitions whose resources come from a dependency-injector container.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
job_app = typer.Typer(help="Jobs.", no_args_is_help=True)
app.add_typer(job_app, name="job")

Target = Annotated[
    str | None,
    typer.Option("-m", "--module", help="Where the definitions are: module:attribute. pyproject.toml says by default."),
]
Partition = Annotated[str | None, typer.Option(help="The partition to make.")]
PartitionRange = Annotated[str | None, typer.Option(help="The partitions to make: FIRST...LAST, both included.")]
Traceback = Annotated[bool, typer.Option("--traceback", help="Show the traceback of a failure.")]


@app.command()
def materialize(
    select: Annotated[list[str] | None, typer.Option(help="Assets: name, +name, name+, *name, name*, or *.")] = None,
    partition: Partition = None,
    partition_range: PartitionRange = None,
    module: Target = None,
    *,
    traceback: Traceback = False,
) -> None:
    """Make assets, and run their checks."""

    def find(defs: Definitions) -> JobDefinition:
        named = UnresolvedAssetJobDefinition("materialize", select or "*")
        return defs.resolve(named)

    _run(find, module, partition, partition_range, traceback=traceback)


@job_app.command("run")
def job_run(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The job's name.")],
    partition: Partition = None,
    partition_range: PartitionRange = None,
    module: Target = None,
    *,
    traceback: Traceback = False,
) -> None:
    """Run a job, with live progress."""
    _run(lambda defs: defs.resolve_job_def(name), module, partition, partition_range, traceback=traceback)


def _run(
    find: Callable[[Definitions], JobDefinition],
    module: str | None,
    partition: str | None,
    partition_range: str | None,
    *,
    traceback: bool,
) -> None:
    console = Console()
    errors = Console(stderr=True, soft_wrap=True)
    with noticing_interrupts() as interrupts, _told_to(errors, interrupts, traceback=traceback):
        job = find(find_definitions(module, Path.cwd()))
        tags = _range_tags(partition_range)
        _check_partition_given(job, partition, tags)
        started = time.monotonic()
        shown = {node.name: node.definition.shown_name for node in job.nodes}
        with show_progress(list(shown), console, shown) as progress:
            options = RunOptions(partition_key=partition, tags=tags, raise_on_error=False, on_event=progress)
            result = run_job(job, options)
        if interrupts.received:
            raise KeyboardInterrupt
        for line in failure_lines(result):
            _print(errors, line)
        for line in summary_lines(result, time.monotonic() - started):
            _print(console, line)
        if traceback:
            for event in result.filter_events(lambda event: event.is_failure and event.error is not None):
                raise event.data
        if not result.success or failed_checks(result):
            raise typer.Exit(FAILED)


def _range_tags(partition_range: str | None) -> Mapping[str, str]:
    if partition_range is None:
        return {}
    first, mark, last = partition_range.partition(RANGE_MARK)
    if not (first and mark and last):
        msg = f"'{partition_range}' is no range of partitions; write FIRST{RANGE_MARK}LAST."
        raise typer.BadParameter(msg, param_hint="--partition-range")
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}


def _check_partition_given(job: JobDefinition, partition: str | None, tags: Mapping[str, str]) -> None:
    """Refuse to start a partitioned job without saying which partition: every step would fail of it."""
    if job.partitions_def is None or partition is not None or tags:
        return
    keys = job.partitions_def.get_partition_keys()
    example = f"{keys[0]}{RANGE_MARK}{keys[-1]}" if keys else f"FIRST{RANGE_MARK}LAST"
    problem = f"makes partitions; say which: --partition {keys[-1] if keys else 'KEY'}, or --partition-range {example}."
    raise InvalidInvocationError(f"Job '{job.name}'", problem)


@contextmanager
def _told_to(errors: Console, interrupts: Interrupts, *, traceback: bool) -> Generator[None]:
    """End the command with one message and an exit code where something is raised; with `traceback`, let it through."""
    try:
        yield
    except (typer.Exit, typer.BadParameter):
        raise
    except (KeyboardInterrupt, BaseExceptionGroup):
        if not interrupts.received:
            raise
        _print(errors, "Interrupted; everything that was open is closed.")
        raise typer.Exit(interrupts.exit_code) from None
    except DagwireError as error:
        if traceback:
            raise
        _print(errors, f"{type(error).__name__}: {error}")
        raise typer.Exit(FAILED) from None


def _print(console: Console, line: Any) -> None:
    console.print(line, highlight=False, markup=False, soft_wrap=True)
