"""The options of a run on the command line; refused if they would have no effect."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import typer

from dagwire.cli.log_output import LogOptions
from dagwire.cli.partition_reading import steps_reading_one_partition
from dagwire.cli.run_config_options import config_from_options
from dagwire.config.files.run_config import RunConfig
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import RANGE_END_TAG, RANGE_START_TAG
from dagwire.errors import DagwireError, InvalidConfigError, InvalidInvocationError
from dagwire.execution.run import check_run
from dagwire.resources.instance import DagsterInstance

RANGE_MARK = "..."


@dataclass(frozen=True, slots=True)
class LaunchOptions:
    """Partition, tags and config of a run, and how the run is reported."""

    partition: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    run_config: Any = None
    as_json: bool = False
    log: LogOptions = field(default_factory=LogOptions)

    @property
    def has_config(self) -> bool:
        """Whether config was written on the command line."""
        return self.run_config is not None and self.run_config != RunConfig()

    @classmethod
    def of(
        cls,
        job: JobDefinition,
        partitions: Sequence[str] | None,
        partition_ranges: Sequence[str] | None,
        config: Iterable[Path] | None,
        values: Iterable[str] | None,
        log: LogOptions,
        *,
        as_json: bool,
    ) -> "LaunchOptions":
        """Read the options of a command.

        Raises:
            DagwireError: A file cannot be read, or config is for a step or resource that the job does not have.
            typer.BadParameter: An option is not written as it should be, or would have no effect.
        """
        partition = _only(partitions, "--partition")
        partition_range = _only(partition_ranges, "--partition-range")
        if partition is not None and partition_range is not None:
            msg = "give one partition or a range of them, not both."
            raise typer.BadParameter(msg, param_hint="--partition / --partition-range")
        run_config = config_from_options(job, config or (), values or ())
        return cls(partition, _range_tags(partition_range), run_config, as_json, log)

    def check_config(self, job: JobDefinition, instance: DagsterInstance) -> None:
        """Refuse config of which a field does not exist or does not fit.

        Raises:
            InvalidConfigError: All such fields are named.
        """
        options = RunOptions(self.run_config, self.partition, self.tags, instance=instance)
        try:
            check_run(job, options)
        except InvalidConfigError:
            raise
        except DagwireError:
            return  # not about what was written on the command line: the run reports it

    def check_partition(self, job: JobDefinition, instance: DagsterInstance) -> None:
        """Refuse to start a partitioned job without a partition, or with a range that a body cannot make.

        Raises:
            InvalidInvocationError: No partition is given, or a range for a body that reads the key of one.
        """
        if RANGE_START_TAG in self.tags:
            _check_bodies(job)
        if job.partitions_def is None or self.partition is not None or RANGE_START_TAG in self.tags:
            return
        with partition_loading_context(dynamic_partitions_store=instance):
            keys = job.partitions_def.get_partition_keys()
        example = f"{keys[0]}{RANGE_MARK}{keys[-1]}" if keys else f"FIRST{RANGE_MARK}LAST"
        last = keys[-1] if keys else "KEY"
        problem = f"makes partitions; say which: --partition {last}, or --partition-range {example}."
        raise InvalidInvocationError(f"Job '{job.name}'", problem)


def check_selection(select: Sequence[str] | None) -> None:
    """Refuse an empty text: a variable of a script that is not set would select nothing, or all.

    Raises:
        typer.BadParameter: One of the selections is empty.
    """
    if any(not text.strip() for text in select or ()):
        msg = "is empty; name assets, or leave the option out for all."
        raise typer.BadParameter(msg, param_hint="--select")


def check_steps(job: JobDefinition) -> None:
    """Refuse a run without steps: it would report a success at which nothing was made.

    Raises:
        InvalidInvocationError: The job has no steps.
    """
    if not job.nodes:
        raise InvalidInvocationError(f"Job '{job.name}'", "has nothing to run: its selection names no asset.")


def _check_bodies(job: JobDefinition) -> None:
    labels = steps_reading_one_partition(job)
    if labels:
        problem = (
            f"cannot make a range in one run: {', '.join(labels)} reads `context.partition_key`, the key of one "
            f"partition. Read `context.partition_keys` there, or make the partitions one by one: --partition KEY."
        )
        raise InvalidInvocationError(f"Job '{job.name}'", problem)


def _only(given: Sequence[str] | None, option: str) -> str | None:
    """The one value of an option that may be given once.

    Raises:
        typer.BadParameter: It is given several times, or is empty.
    """
    if not given:
        return None
    if len(given) > 1:
        msg = f"is given {len(given)} times ({', '.join(given)}); give it once."
        raise typer.BadParameter(msg, param_hint=option)
    if not given[0].strip():
        msg = "is empty; give the key of a partition."
        raise typer.BadParameter(msg, param_hint=option)
    return given[0]


def _range_tags(partition_range: str | None) -> dict[str, str]:
    """The tags of a run of the partitions FIRST...LAST; none if no range is given.

    Raises:
        typer.BadParameter: It is not written so.
    """
    if partition_range is None:
        return {}
    first, mark, last = partition_range.partition(RANGE_MARK)
    if not (first and mark and last):
        msg = f"'{partition_range}' is not a range of partitions; write FIRST{RANGE_MARK}LAST."
        raise typer.BadParameter(msg, param_hint="--partition-range")
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}
