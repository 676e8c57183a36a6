"""`Launch`: one run to do, as it is written on the command line; refused if something would have no effect."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import typer

from dagwire.cli.kept_config import kept
from dagwire.cli.log_output import LogOptions
from dagwire.cli.partition_reading import steps_reading_one_partition
from dagwire.cli.run_config_options import config_from_options
from dagwire.config.files.run_config import RunConfig, as_run_config
from dagwire.definitions.assets.selection import AssetSelection, selected
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RetriedRun, RunOptions
from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import RANGE_END_TAG, RANGE_START_TAG
from dagwire.errors import DagwireError, InvalidConfigError, InvalidInvocationError
from dagwire.execution.partition_selection import selected_partitions
from dagwire.execution.plan import make_plan
from dagwire.execution.run import check_run
from dagwire.history.recorder import RunToRecord
from dagwire.history.redaction import Redactor
from dagwire.resources.instance import DagsterInstance

RANGE_MARK = "..."
MATERIALIZE = "materialize"
"""The name of the job of `dagwire materialize`."""


@dataclass(frozen=True, slots=True)
class RunSettings:
    """How the runs of a command are done and reported."""

    log: LogOptions
    as_json: bool = False
    max_concurrency: int = 1
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Launch:
    """One run to do: a job, with its partition, tags and config."""

    job: JobDefinition
    partition: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    run_config: Any = None
    retried: RetriedRun | None = None
    """The run that it goes on with."""

    @property
    def has_config(self) -> bool:
        """Whether config was written on the command line."""
        return self.run_config is not None and self.run_config != RunConfig()

    @property
    def shown_partition(self) -> str | None:
        """Its partition, or the range of them, as people write it."""
        if RANGE_START_TAG in self.tags:
            return f"{self.tags[RANGE_START_TAG]}{RANGE_MARK}{self.tags.get(RANGE_END_TAG, '')}"
        return self.partition

    @property
    def label(self) -> str:
        """Its job and partition."""
        return f"{self.job.name}, partition {self.partition}" if self.partition else self.job.name

    @property
    def nodes_to_do(self) -> list[Node]:
        """The steps that it does itself."""
        return [node for node in self.job.steps if node.name not in self.done]

    @property
    def done(self) -> Mapping[str, tuple[str, Collection[str]]]:
        """`{step: (run, outputs)}` of the steps that an earlier run has done."""
        return {} if self.retried is None else self.retried.done

    def options(self, instance: DagsterInstance) -> RunOptions:
        """The arguments of its run, which raises no failure of a step."""
        return RunOptions(
            self.run_config,
            self.partition,
            self.tags,
            raise_on_error=False,
            instance=instance,
            retried=self.retried,
        )

    def hide_secrets(self, redactor: Redactor, instance: DagsterInstance) -> None:
        """Have `redactor` mask the secrets of the run's config."""
        if self.has_config:
            plan = make_plan(self.job, self.options(instance))
            redactor.add_config(plan.config_by_node, plan.resource_config_by_key)

    def to_record(self, run_id: str) -> RunToRecord:
        """The facts of its run that the history keeps."""
        job, retried = self.job, self.retried
        assets = job.steps.by_asset if job.name == MATERIALIZE else job.asset_selection
        return RunToRecord(
            run_id,
            job.name,
            [node.name for node in job.steps],
            self.shown_partition,
            self.tags,
            {
                "assets": None if assets is None else [key.to_string() for key in assets],
                "partition": self.partition,
                "config": kept(as_run_config(self.run_config).to_config_dict()) if self.has_config else {},
            },
            retried and retried.run_id,
            retried and retried.root_run_id,
            self.done,
        )

    def check(self, instance: DagsterInstance) -> None:
        """Refuse what would have no effect, or could not be done. Nothing is opened.

        Raises:
            DagwireError: The job has no steps, its partition is missing or does not exist, or its config does not fit.
        """
        check_steps(self.job)
        self._check_partition(instance)
        if self.has_config:
            self._check_config(instance)

    def _check_config(self, instance: DagsterInstance) -> None:
        try:
            check_run(self.job, self.options(instance))
        except InvalidConfigError:
            raise
        except DagwireError:
            return  # not about what was written on the command line: the run reports it

    def _check_partition(self, instance: DagsterInstance) -> None:
        job = self.job
        selected_partitions(job.partitions_def, self.partition, self.tags, instance)
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


def launch_of(
    job: JobDefinition,
    partitions: Sequence[str] | None,
    partition_ranges: Sequence[str] | None,
    config: Iterable[Path] | None,
    values: Iterable[str] | None,
) -> Launch:
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
    return Launch(job, partition, _range_tags(partition_range), run_config)


def each_partition(launch: Launch, instance: DagsterInstance) -> list[Launch]:
    """A run for each partition of the range of `launch`.

    Raises:
        typer.BadParameter: It has no range.
        UnknownPartitionError: The range begins or ends with a partition that does not exist.
    """
    if RANGE_START_TAG not in launch.tags or launch.job.partitions_def is None:
        msg = "makes one run for each partition of a range; give it: --partition-range FIRST...LAST."
        raise typer.BadParameter(msg, param_hint="--each")
    chosen = selected_partitions(launch.job.partitions_def, None, launch.tags, instance)
    return [replace(launch, partition=key, tags={}) for key in chosen.keys]


def check_selection(select: Sequence[str] | None) -> None:
    """Refuse an empty text: a variable of a script that is not set would select nothing, or all.

    Raises:
        typer.BadParameter: One of the selections is empty.
    """
    if any(not text.strip() for text in select or ()):
        msg = "is empty; name assets, or leave the option out for all."
        raise typer.BadParameter(msg, param_hint="--select")


def check_selected(defs: Definitions, selection: AssetSelection) -> None:
    """Refuse a selection that names an asset or a check that does not exist.

    Raises:
        UnknownNameError: It names the nearest.
    """
    known = known_assets(defs.assets)
    selected(known.made, defs.asset_checks, selection, known.sources)


def check_steps(job: JobDefinition) -> None:
    """Refuse a run without steps: it would report a success at which nothing was made.

    Raises:
        InvalidInvocationError: The job has no steps.
    """
    if not job.steps:
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
