"""Partitions: the parts of an asset that are made one at a time, each named by a key."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dagwire.errors import InvalidDefinitionError, UnknownNameError

PARTITION_TAG = "dagster/partition"
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
"""Run tags, spelled as Dagster spells them."""


class TimeWindow(NamedTuple):
    """A span of time: its start belongs to it, its end does not. Both know their time zone."""

    start: datetime
    end: datetime


class PartitionKeyRange(NamedTuple):
    """The partitions from one key to another, both of them included."""

    start: str
    end: str


class PartitionsDefinition(ABC):
    """Which partitions there are, in order."""

    @abstractmethod
    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """The keys that exist at `current_time`, now by default."""

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether there is such a partition now."""
        return partition_key in self.get_partition_keys()

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> list[str]:
        """The keys of a range; none where its start comes after its end.

        Raises:
            UnknownNameError: An end of the range is no partition.
        """
        keys = self.get_partition_keys()
        for end in partition_key_range:
            check_partition_key(end, keys)
        return keys[keys.index(partition_key_range.start) : keys.index(partition_key_range.end) + 1]

    def get_first_partition_key(self) -> str | None:
        """The first key, or None."""
        return next(iter(self.get_partition_keys()), None)

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key that exists at `current_time`, or None."""
        return next(reversed(self.get_partition_keys(current_time)), None)

    def get_num_partitions(self) -> int:
        """How many there are now."""
        return len(self.get_partition_keys())


def check_partition_key(key: str, known: Sequence[str]) -> None:
    """Refuse a key that names no partition.

    Raises:
        UnknownNameError: It names the nearest.
    """
    if key not in known:
        raise UnknownNameError("partition", key, known)


@dataclass(frozen=True)
class StaticPartitionsDefinition(PartitionsDefinition):
    """A fixed list of partitions."""

    partition_keys: Sequence[str]

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:  # time changes none
        """The list as given."""
        return list(self.partition_keys)


class MonthlyPartitionsDefinition(PartitionsDefinition):
    """One partition a month; one exists from the end of its month on."""

    def __init__(  # Dagster's signature
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 1,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        """Whole months between two dates.

        Args:
            start_date: The first month is the one that starts at or after it; a string is read by `fmt`.
            end_date: No month ends after it; None for no end.
            minute_offset: Minutes after the hour at which a month starts.
            hour_offset: Hour of the day at which a month starts.
            day_offset: Day of the month on which it starts, from 1.
            timezone: Name of the time zone; UTC by default.
            fmt: How keys are written, for `strftime`; "%Y-%m-%d" by default.
            end_offset: How many months after the last finished one exist too.

        Raises:
            InvalidDefinitionError: A date does not read by `fmt`.
        """
        self.fmt = fmt or "%Y-%m-%d"
        self.timezone = timezone or "UTC"
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        self.day_offset = day_offset
        self.end_offset = end_offset
        self.start = self._as_time(start_date)
        self.end = self._as_time(end_date) if end_date is not None else None

    def get_partition_keys(self, current_time: datetime | None = None) -> list[str]:
        """The months finished at `current_time`, and `end_offset` more."""
        now = self._localized(current_time) if current_time else datetime.now(ZoneInfo(self.timezone))
        return [window.start.strftime(self.fmt) for window in self._windows(now)]

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The month that `partition_key` names.

        Raises:
            InvalidDefinitionError: The key does not read by `fmt`.
        """
        start = self._start_of_month(self._as_time(partition_key))
        return TimeWindow(start, self._next(start))

    def get_cron_schedule(
        self, minute_of_hour: int | None = None, hour_of_day: int | None = None, day_of_month: int | None = None
    ) -> str:
        """The cron line of the moments at which a month ends, or of the same day at another time."""
        minute = self.minute_offset if minute_of_hour is None else minute_of_hour
        hour = self.hour_offset if hour_of_day is None else hour_of_day
        day = self.day_offset if day_of_month is None else day_of_month
        return f"{minute} {hour} {day} * *"

    def _windows(self, now: datetime) -> Iterator[TimeWindow]:
        start = self._start_of_month(self.start)
        if start < self.start:
            start = self._next(start)
        last_end = now
        for _ in range(self.end_offset):
            last_end = self._next(last_end)
        while (end := self._next(start)) <= last_end and (self.end is None or end <= self.end):
            yield TimeWindow(start, end)
            start = end

    def _start_of_month(self, moment: datetime) -> datetime:
        return moment.replace(
            day=self.day_offset, hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0
        )

    @staticmethod
    def _next(start: datetime) -> datetime:
        # 31 days after the 1st always lie in the next month, and wall-clock arithmetic keeps the hour over DST.
        return (start.replace(day=1) + timedelta(days=31)).replace(day=start.day)

    def _as_time(self, date: datetime | str) -> datetime:
        if isinstance(date, datetime):
            return self._localized(date)
        try:
            return self._localized(datetime.strptime(date, self.fmt))  # noqa: DTZ007  # localized at once
        except ValueError as error:
            msg = f"'{date}' does not read as a date written '{self.fmt}'."
            raise InvalidDefinitionError(msg) from error

    def _localized(self, moment: datetime) -> datetime:
        zone = ZoneInfo(self.timezone)
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)

    def __eq__(self, other: object) -> bool:
        """Equal where they give the same partitions."""
        return isinstance(other, MonthlyPartitionsDefinition) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        """By what `__eq__` compares."""
        return hash((self.start, self.end, self.fmt, self.timezone, self.day_offset, self.hour_offset))

    def __str__(self) -> str:
        """For people."""
        return f"Monthly, starting {self.start.strftime(self.fmt)} {self.timezone}."


class BackfillPolicyType(Enum):
    """Whether a range of partitions is one run or many."""

    SINGLE_RUN = "SINGLE_RUN"
    MULTI_RUN = "MULTI_RUN"


class BackfillPolicy(NamedTuple):
    """How a range of partitions is run."""

    max_partitions_per_run: int | None = 1

    @staticmethod
    def single_run() -> "BackfillPolicy":
        """One run for the whole range; the body works through `context.partition_keys`."""
        return BackfillPolicy(None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> "BackfillPolicy":
        """A run for each so many partitions."""
        return BackfillPolicy(max_partitions_per_run)

    @property
    def policy_type(self) -> BackfillPolicyType:
        """Which of the two it is."""
        single = self.max_partitions_per_run is None
        return BackfillPolicyType.SINGLE_RUN if single else BackfillPolicyType.MULTI_RUN
