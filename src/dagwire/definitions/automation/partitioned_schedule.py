"""`build_schedule_from_partitioned_job`: a schedule that runs a job for each partition."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.schedule_context import DefaultScheduleStatus, ScheduleEvaluationContext
from dagwire.definitions.automation.tick_results import SkipReason
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.multi_partitions import MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition, StaticPartitionsDefinition
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.definitions.specs.valid_attributes import json_tags, valid_owners
from dagwire.errors import InvalidDefinitionError

Job = JobDefinition | UnresolvedAssetJobDefinition


class ScheduleTimes(NamedTuple):
    """The times of a schedule of partitions: offsets from the end of a time window, or its own cron line."""

    minute_of_hour: int | None = None
    hour_of_day: int | None = None
    day_of_week: int | None = None
    day_of_month: int | None = None
    cron_schedule: str | None = None
    execution_timezone: str | None = None


@dataclass(frozen=True, slots=True)
class UnresolvedPartitionedAssetScheduleDefinition:
    """A schedule of a job of assets whose partitions are known only when `Definitions` resolves the job."""

    name: str
    job: Job
    times: ScheduleTimes
    run_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """Tags of the runs."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Further arguments of the schedule."""

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self.job.name

    @property
    def known_jobs(self) -> tuple[Job, ...]:
        """The job, as a `ScheduleDefinition` has it."""
        return (self.job,)

    @property
    def owners(self) -> Sequence[str] | None:
        """Its owners: email addresses, or `team:name`."""
        owners: Sequence[str] | None = self.options.get("owners")
        return owners

    @property
    def metadata(self) -> Mapping[str, object]:
        """Facts about the schedule, for people."""
        return self.options.get("metadata") or {}

    def resolve(self, job: JobDefinition) -> ScheduleDefinition:
        """Make the schedule of the resolved `job`.

        Raises:
            InvalidDefinitionError: The job's assets have no partitions that a schedule can follow.
        """
        return self.of(job.partitions_def)

    def of(self, partitions: PartitionsDefinition | None) -> ScheduleDefinition:
        """Make the schedule that follows `partitions`.

        Raises:
            InvalidDefinitionError: A schedule cannot follow them.
        """
        cron_line, timezone = _cron(f"The schedule of job '{self.job.name}'", partitions, self.times)
        assert partitions is not None  # noqa: S101  # `_cron` refused it

        def ask(context: ScheduleEvaluationContext) -> Sequence[RunRequest] | SkipReason:
            time = context.scheduled_execution_time
            with partition_loading_context(time, context.known_instance):
                keys = _due_keys(partitions, time)
                requests = [self.job.run_request_for_partition(key, run_key=key, tags=self.run_tags) for key in keys]
            return requests or SkipReason("The job's PartitionsDefinition has no partitions")

        return ScheduleDefinition(
            self.name,
            cron_schedule=cron_line,
            execution_fn=ask,
            job=self.job,
            execution_timezone=timezone,
            **self.options,
        )


def build_schedule_from_partitioned_job(  # Dagster's signature
    job: Job,
    description: str | None = None,
    name: str | None = None,
    minute_of_hour: int | None = None,
    hour_of_day: int | None = None,
    day_of_week: int | None = None,
    day_of_month: int | None = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    tags: Mapping[str, object] | None = None,
    cron_schedule: str | None = None,
    execution_timezone: str | None = None,
    metadata: Mapping[str, object] | None = None,
    owners: Sequence[str] | None = None,
) -> ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition:
    """Make a schedule that runs a job for each partition.

    A time window is run as soon as it is complete. If one of several dimensions is time, each partition of the last
    time window is run. A static set of partitions is run whole at every tick of `cron_schedule`.

    Args:
        job: A job that has partitions. An asset job without its own has those of its assets; `Definitions` then
            completes the schedule.
        description: For people.
        name: The job's name and "_schedule" by default.
        minute_of_hour: Another minute than that at which a time window ends.
        hour_of_day: Another hour.
        day_of_week: Another day of the week, 0 for Sunday.
        day_of_month: Another day of the month.
        default_status: Whether it is switched on when it is first deployed.
        tags: Tags of the runs.
        cron_schedule: The times of a static set of partitions; time windows have their own.
        execution_timezone: The time zone of `cron_schedule`; UTC by default.
        metadata: Facts about the schedule, for people.
        owners: Email addresses, or `team:name`.

    Raises:
        InvalidDefinitionError: The job has no partitions that a schedule can follow, or a time does not fit them.
    """
    times = ScheduleTimes(minute_of_hour, hour_of_day, day_of_week, day_of_month, cron_schedule, execution_timezone)
    options = {"description": description, "default_status": default_status, "metadata": metadata, "owners": owners}
    own = name or f"{job.name}_schedule"
    unresolved = UnresolvedPartitionedAssetScheduleDefinition(own, job, times, json_tags(tags), options)
    if job.partitions_def is None and isinstance(job, UnresolvedAssetJobDefinition):
        valid_owners(f"schedule '{own}'", owners)
        return unresolved
    return unresolved.of(job.partitions_def)


def _cron(owner: str, partitions: PartitionsDefinition | None, times: ScheduleTimes) -> tuple[str, str | None]:
    """The cron line and its time zone.

    Raises:
        InvalidDefinitionError: The partitions have no cron line, or do not take the one that was passed.
    """
    own_line = times.cron_schedule is not None or times.execution_timezone is not None
    moved = (times.minute_of_hour, times.hour_of_day, times.day_of_week, times.day_of_month)
    time_windows = _time_windows(partitions)
    if time_windows is not None:
        if own_line:
            _refuse(owner, "takes no `cron_schedule` and no `execution_timezone`: its time windows have their own.")
        return time_windows.get_cron_schedule(*moved), time_windows.timezone
    if not isinstance(partitions, StaticPartitionsDefinition):
        found = f"are '{partitions}'" if partitions is not None else "do not exist: it has none"
        _refuse(owner, f"follows time windows or a static set of partitions. Those of the job {found}.")
    if times.cron_schedule is None:
        _refuse(owner, "needs a `cron_schedule`: a static set of partitions has no times of its own.")
    if any(time is not None for time in moved):
        _refuse(owner, "takes no hour, minute or day beside `cron_schedule`.")
    return str(times.cron_schedule), times.execution_timezone


def _refuse(owner: str, problem: str) -> None:
    """Raise an InvalidDefinitionError."""
    msg = f"{owner} {problem}"
    raise InvalidDefinitionError(msg)


def _time_windows(partitions: PartitionsDefinition | None) -> TimeWindowPartitionsDefinition | None:
    """The time windows of partitions: the partitions themselves, or their one dimension of time."""
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        return partitions
    dimension = partitions.time_dimension if isinstance(partitions, MultiPartitionsDefinition) else None
    time_windows = dimension.partitions_def if dimension else None
    return time_windows if isinstance(time_windows, TimeWindowPartitionsDefinition) else None


def _due_keys(partitions: PartitionsDefinition, time: datetime) -> Sequence[str]:
    """The partitions to run at a tick."""
    if isinstance(partitions, MultiPartitionsDefinition) and partitions.time_dimension is not None:
        last = _due_window(_time_windows(partitions), time)
        name = partitions.time_dimension[0]
        return partitions.get_multipartition_keys_with_dimension_value(name, last) if last else []
    if isinstance(partitions, TimeWindowPartitionsDefinition):
        last = _due_window(partitions, time)
        return [last] if last else []
    return partitions.get_partition_keys(time)


def _due_window(time_windows: TimeWindowPartitionsDefinition | None, time: datetime) -> str | None:
    """The time window that is complete at a tick; None before the first, and at the end of one that is excluded."""
    if time_windows is None:
        return None
    last = time_windows.get_last_partition_key(time)
    if not time_windows.exclusions:
        return last
    every = copy.copy(time_windows)
    every.exclusions = None
    return last if every.get_last_partition_key(time) == last else None
