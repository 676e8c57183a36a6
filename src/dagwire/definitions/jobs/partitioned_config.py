"""Run config by partition: `partitioned_config` and its kin."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import update_wrapper
from typing import Any, TypeVar

from dagwire.config.files.run_config import RunConfig
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.calendar_partitions import (
    DailyPartitionsDefinition,
    HourlyPartitionsDefinition,
    MonthlyPartitionsDefinition,
    WeeklyPartitionsDefinition,
)
from dagwire.definitions.partitions.dynamic_partitions import DynamicPartitionsDefinition
from dagwire.definitions.partitions.partitions import (
    PARTITION_SET_TAG,
    PartitionsDefinition,
    StaticPartitionsDefinition,
)
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError

T = TypeVar("T")
ConfigOfKey = Callable[[str], RunConfig | Mapping[str, Any]]
ConfigOfSpan = Callable[[datetime, datetime], RunConfig | Mapping[str, Any]]
TagsOfKey = Callable[[str], Mapping[str, str]]
TagsOfSpan = Callable[[datetime, datetime], Mapping[str, str]]

RESERVED_TAGS = "dagster/"
"""The prefix of tags that a run sets itself."""


class Partition:
    """A partition by its key, for functions of a `PartitionedConfig` that take one; newer ones take the key itself."""

    def __init__(self, value: str, name: str | None = None) -> None:
        """Keep the key, and the name if that differs."""
        self.value = value
        self.name: str = str(value) if name is None else name

    def __eq__(self, other: object) -> bool:
        """Compare key and name."""
        return isinstance(other, Partition) and (self.value, self.name) == (other.value, other.name)

    def __hash__(self) -> int:
        """Hash key and name."""
        return hash((self.value, self.name))

    def __repr__(self) -> str:
        """Show key and name."""
        return f"Partition(value={self.value!r}, name={self.name!r})"


def _by_key(
    of_partition: Callable[[Partition], T] | None, of_key: Callable[[str], T] | None
) -> Callable[[str], T] | None:
    """The function of a key, made of that of a partition if that is given.

    Raises:
        InvalidDefinitionError: Both are given.
    """
    if of_partition is None:
        return of_key
    if of_key is not None:
        msg = "A PartitionedConfig takes one function of a partition or one of its key, not both."
        raise InvalidDefinitionError(msg)
    return lambda key: of_partition(Partition(key))


class PartitionedConfig:
    """The run config of each partition. A job given it as its `config` has these partitions too.

    Callable, as the function under its decorator is, in a test.
    """

    def __init__(
        self,
        partitions_def: PartitionsDefinition,
        run_config_for_partition_fn: Callable[[Partition], RunConfig | Mapping[str, object]] | None = None,
        decorated_fn: Callable[..., object] | None = None,
        tags_for_partition_fn: Callable[[Partition], Mapping[str, str]] | None = None,
        run_config_for_partition_key_fn: ConfigOfKey | None = None,
        tags_for_partition_key_fn: TagsOfKey | None = None,
    ) -> None:
        """Keep partitions and functions.

        Args:
            partitions_def: The partitions.
            run_config_for_partition_fn: Returns the run config of a `Partition`.
            decorated_fn: The function that a call of this calls.
            tags_for_partition_fn: Returns the tags of the run of a `Partition`.
            run_config_for_partition_key_fn: Returns the run config of the partition of a key.
            tags_for_partition_key_fn: Returns the tags of the run of the partition of a key.

        Raises:
            InvalidDefinitionError: No function gives the run config, or two do.
        """
        config_of_key = _by_key(run_config_for_partition_fn, run_config_for_partition_key_fn)
        if config_of_key is None:
            msg = "A PartitionedConfig needs a function that returns the run config: run_config_for_partition_key_fn."
            raise InvalidDefinitionError(msg)
        self.partitions_def = partitions_def
        self.run_config_for_partition_key_fn = config_of_key
        self.tags_for_partition_key_fn: Callable[[str], Mapping[str, str]] | None = _by_key(
            tags_for_partition_fn, tags_for_partition_key_fn
        )
        self._decorated = decorated_fn
        if decorated_fn is not None:
            update_wrapper(self, decorated_fn)

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """The partitions that exist."""
        return self.partitions_def.get_partition_keys(current_time)

    def get_run_config_for_partition_key(self, partition_key: str) -> Mapping[str, Any]:
        """The run config of a partition, as a dict.

        Raises:
            UnreadableDateError: The key names no span of time.
        """
        config = self.run_config_for_partition_key_fn(partition_key)
        return config.to_config_dict() if isinstance(config, RunConfig) else config

    def get_tags_for_partition_key(self, partition_key: str, job_name: str | None = None) -> dict[str, str]:
        """The tags of the run that makes a partition; with `job_name` also the name of the job's partitions.

        Raises:
            InvalidDefinitionError: One has a name that is a run's own.
        """
        own = json_tags(self.tags_for_partition_key_fn(partition_key)) if self.tags_for_partition_key_fn else {}
        reserved = [name for name in own if name.startswith(RESERVED_TAGS)]
        if reserved:
            msg = f"Partition '{partition_key}' is given the tag '{reserved[0]}'; '{RESERVED_TAGS}...' are a run's own."
            raise InvalidDefinitionError(msg)
        return {**own, **partition_tags(self.partitions_def, partition_key, job_name)}

    def __call__(self, *args: object, **kwargs: object) -> object:
        """The answer of the decorated function.

        Raises:
            InvalidInvocationError: There is none: this was made without a decorator.
        """
        if self._decorated is None:
            problem = "was made without a decorator; ask `get_run_config_for_partition_key`."
            raise InvalidInvocationError("A PartitionedConfig", problem)
        return self._decorated(*args, **kwargs)


def partitioned_config(
    partitions_def: PartitionsDefinition, tags_for_partition_key_fn: TagsOfKey | None = None
) -> Callable[[ConfigOfKey], PartitionedConfig]:
    """Make run config by partition of a function that takes a key.

    Args:
        partitions_def: The partitions.
        tags_for_partition_key_fn: Says the tags of a partition's run.

    Example:
        >>> from dagwire import StaticPartitionsDefinition, job, op, partitioned_config
        >>> @op(config_schema={"airline": str})
        ... def delays(context):
        ...     return f"{context.op_config['airline']} was late"
        >>> @partitioned_config(partitions_def=StaticPartitionsDefinition(["AA", "UA"]))
        ... def by_airline(partition_key):
        ...     return {"ops": {"delays": {"config": {"airline": partition_key}}}}
        >>> @job(config=by_airline)
        ... def report():
        ...     delays()
        >>> report.execute_in_process(partition_key="UA").output_for_node("delays")
        'UA was late'
    """

    def decorate(function: ConfigOfKey) -> PartitionedConfig:
        return PartitionedConfig(
            partitions_def,
            run_config_for_partition_key_fn=function,
            tags_for_partition_key_fn=tags_for_partition_key_fn,
            decorated_fn=function,
        )

    return decorate


def static_partitioned_config(
    partition_keys: Sequence[str],
    tags_for_partition_fn: TagsOfKey | None = None,
    tags_for_partition_key_fn: TagsOfKey | None = None,
) -> Callable[[ConfigOfKey], PartitionedConfig]:
    """`partitioned_config` of a fixed list of keys; `tags_for_partition_fn` is an older name."""
    partitions = StaticPartitionsDefinition(partition_keys)
    return partitioned_config(partitions, tags_for_partition_key_fn or tags_for_partition_fn)


def dynamic_partitioned_config(
    partition_fn: Callable[[datetime | None], Sequence[str]],
    tags_for_partition_fn: TagsOfKey | None = None,
    tags_for_partition_key_fn: TagsOfKey | None = None,
) -> Callable[[ConfigOfKey], PartitionedConfig]:
    """`partitioned_config` of the keys that `partition_fn` returns; `tags_for_partition_fn` is an older name."""
    partitions = DynamicPartitionsDefinition(partition_fn)
    return partitioned_config(partitions, tags_for_partition_key_fn or tags_for_partition_fn)


def hourly_partitioned_config(  # Dagster's signature
    start_date: datetime | str,
    minute_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: TagsOfSpan | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[ConfigOfSpan], PartitionedConfig]:
    """Make run config by hour of a function that takes start and end; arguments as of `HourlyPartitionsDefinition`."""
    partitions = HourlyPartitionsDefinition(start_date, None, minute_offset, timezone, fmt, end_offset, exclusions)
    return _by_span(partitions, tags_for_partition_fn)


def daily_partitioned_config(  # Dagster's signature
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: TagsOfSpan | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[ConfigOfSpan], PartitionedConfig]:
    """Make run config by day of a function that takes start and end; arguments as of `DailyPartitionsDefinition`."""
    partitions = DailyPartitionsDefinition(
        start_date, None, minute_offset, hour_offset, timezone, fmt, end_offset, exclusions
    )
    return _by_span(partitions, tags_for_partition_fn)


def weekly_partitioned_config(  # Dagster's signature
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 0,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: TagsOfSpan | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[ConfigOfSpan], PartitionedConfig]:
    """Make run config by week of a function that takes start and end; arguments as of `WeeklyPartitionsDefinition`."""
    partitions = WeeklyPartitionsDefinition(
        start_date, None, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset, exclusions
    )
    return _by_span(partitions, tags_for_partition_fn)


def monthly_partitioned_config(  # Dagster's signature
    start_date: datetime | str,
    minute_offset: int = 0,
    hour_offset: int = 0,
    day_offset: int = 1,
    timezone: str | None = None,
    fmt: str | None = None,
    end_offset: int = 0,
    tags_for_partition_fn: TagsOfSpan | None = None,
    exclusions: Sequence[str | datetime] | None = None,
) -> Callable[[ConfigOfSpan], PartitionedConfig]:
    """Make run config by month of a function that takes start and end; arguments as of `MonthlyPartitionsDefinition`.

    Example:
        >>> from dagwire import monthly_partitioned_config
        >>> @monthly_partitioned_config(start_date="2013-01-01")
        ... def by_month(start, end):
        ...     return {"ops": {"load": {"config": {"since": start.isoformat()[:10]}}}}
        >>> by_month.get_run_config_for_partition_key("2013-02-01")
        {'ops': {'load': {'config': {'since': '2013-02-01'}}}}
    """
    partitions = MonthlyPartitionsDefinition(
        start_date, None, minute_offset, hour_offset, day_offset, timezone, fmt, end_offset, exclusions
    )
    return _by_span(partitions, tags_for_partition_fn)


def _by_span(
    partitions: TimeWindowPartitionsDefinition, tags_of_span: TagsOfSpan | None
) -> Callable[[ConfigOfSpan], PartitionedConfig]:
    def tags(key: str) -> Mapping[str, str]:
        return tags_of_span(*partitions.time_window_for_partition_key(key)) if tags_of_span else {}

    def decorate(function: ConfigOfSpan) -> PartitionedConfig:
        return PartitionedConfig(
            partitions,
            run_config_for_partition_key_fn=lambda key: function(*partitions.time_window_for_partition_key(key)),
            tags_for_partition_key_fn=tags,
            decorated_fn=function,
        )

    return decorate


# -- what jobs make of it ----------------------------------------------------------------------------------------------


def partitions_of_job(owner: str, config: object, given: PartitionsDefinition | None) -> PartitionsDefinition | None:
    """The partitions of a job: those given, or those of its config.

    Raises:
        InvalidDefinitionError: They are not the same.
    """
    if not isinstance(config, PartitionedConfig):
        return given
    if given is not None and given != config.partitions_def:
        msg = f"{owner} is given the partitions '{given}', and config for the partitions '{config.partitions_def}'."
        raise InvalidDefinitionError(msg)
    return config.partitions_def


def partition_tags(partitions_def: PartitionsDefinition, partition_key: str, job_name: str | None) -> dict[str, str]:
    """The tags of a run of one partition: its key, and the name of the job's partitions."""
    set_tag = {} if job_name is None else {PARTITION_SET_TAG: f"{job_name}_partition_set"}
    return {**partitions_def.get_tags_for_partition_key(partition_key), **set_tag}


def partition_request(
    job: Any,
    partition_key: str,
    run_key: str | None,
    tags: Mapping[str, str] | None,
    run_config: Any,
    *,
    is_resolved: bool,
) -> RunRequest:
    """A request to run `job` for one partition, with the partition's config and tags.

    Raises:
        UnknownPartitionError: The job's partitions are known, and it is none of them.
    """
    partitions: PartitionsDefinition | None = job.partitions_def
    own_tags: Mapping[str, str] = {}
    named = job.name if is_resolved else None
    if partitions is not None:
        partitions.check_partition_key(partition_key)
        own_tags = partition_tags(partitions, partition_key, named)
    if isinstance(job.config, PartitionedConfig):
        own_tags = job.config.get_tags_for_partition_key(partition_key, named)
        run_config = run_config or job.config.get_run_config_for_partition_key(partition_key)
    return RunRequest(run_key, run_config, {**(tags or {}), **own_tags}, job.name, partition_key=partition_key)
