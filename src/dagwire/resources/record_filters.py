"""Filters and results of the questions that an instance answers about its runs and materializations. Plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dagwire.config.values.type_guards import is_sequence
from dagwire.errors import InvalidInvocationError
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus
from dagwire.resources.event_log_entry import EventLogEntry


@dataclass(frozen=True, slots=True)
class RunsFilter:
    """The runs that an instance is asked for; what is left out matches any run."""

    run_ids: Sequence[str] | None = None
    job_name: str | None = None
    statuses: Sequence[DagsterRunStatus] = ()
    tags: Mapping[str, str | Sequence[str]] | None = None
    """`{tag: its value, or several of which one is enough}`."""

    def matches(self, run: DagsterRun) -> bool:
        """Whether a run is asked for."""
        return (
            (self.run_ids is None or run.run_id in self.run_ids)
            and (self.job_name is None or run.job_name == self.job_name)
            and (not self.statuses or run.status in self.statuses)
            and all(run.tags.get(tag) in _values(wanted) for tag, wanted in (self.tags or {}).items())
        )


def _values(wanted: str | Sequence[str]) -> Sequence[str]:
    return wanted if is_sequence(wanted) else [str(wanted)]


@dataclass(frozen=True, slots=True)
class AssetRecordsFilter:
    """The materializations of an asset that an instance is asked for; what is left out matches any."""

    asset_key: Any
    asset_partitions: Sequence[str] | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None
    after_storage_id: int | None = None
    before_storage_id: int | None = None

    def matches(self, entry: EventLogEntry) -> bool:
        """Whether a materialization is asked for."""
        return (
            (self.asset_key is None or entry.asset_key == self.asset_key)
            and (self.asset_partitions is None or entry.partition in self.asset_partitions)
            and _is_between(entry.timestamp, self.after_timestamp, self.before_timestamp)
            and _is_between(entry.storage_id, self.after_storage_id, self.before_storage_id)
        )


def _is_between(number: float, after: float | None, before: float | None) -> bool:
    return (after is None or number > after) and (before is None or number < before)


@dataclass(frozen=True, slots=True)
class EventRecordsFilter:
    """The events that an instance is asked for; dagwire's keeps materializations alone."""

    event_type: Any
    """`DagsterEventType.ASSET_MATERIALIZATION`."""
    asset_key: Any = None
    """The asset; None for all assets."""
    asset_partitions: Sequence[str] | None = None
    after_cursor: int | None = None
    before_cursor: int | None = None
    after_timestamp: float | None = None
    before_timestamp: float | None = None

    def __post_init__(self) -> None:
        """Refuse the events that no instance of dagwire keeps.

        Raises:
            InvalidInvocationError: The events are not materializations.
        """
        kind = getattr(self.event_type, "value", self.event_type)
        if kind != EventLogEntry.event_type_value:
            problem = f"asks for {kind}; an instance of dagwire keeps ASSET_MATERIALIZATION alone."
            raise InvalidInvocationError("EventRecordsFilter", problem)

    def as_asset_filter(self) -> AssetRecordsFilter:
        """Return the part of it that each materialization is held to."""
        return AssetRecordsFilter(
            self.asset_key,
            self.asset_partitions,
            self.after_timestamp,
            self.before_timestamp,
            self.after_cursor,
            self.before_cursor,
        )


@dataclass(frozen=True, slots=True)
class EventLogRecord:
    """A materialization in the order of its instance."""

    storage_id: int
    """The number of the event in its instance, counted from 1."""
    event_log_entry: EventLogEntry

    @property
    def run_id(self) -> str:
        """The run; empty for an event that no run wrote."""
        return self.event_log_entry.run_id

    @property
    def timestamp(self) -> float:
        """Seconds since 1970, UTC."""
        return self.event_log_entry.timestamp

    @property
    def asset_key(self) -> Any:
        """The asset's key."""
        return self.event_log_entry.asset_key

    @property
    def partition_key(self) -> str | None:
        """The partition that was made, or None."""
        return self.event_log_entry.partition

    @property
    def asset_materialization(self) -> Any:
        """The `AssetMaterialization`: key, metadata, partition, tags."""
        return self.event_log_entry.asset_materialization


@dataclass(frozen=True, slots=True)
class EventRecordsResult:
    """One page of records."""

    records: Sequence[EventLogRecord]
    cursor: str
    """To be passed for the next page."""
    has_more: bool
