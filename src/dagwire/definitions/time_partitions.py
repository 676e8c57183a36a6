"""Partitions that are spans of time: an hour, a day, a week, a month."""

from abc import abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dagwire.definitions.partition_loading import time_in_force
from dagwire.definitions.partitions import PartitionsDefinition, TimeWindow
from dagwire.errors import InvalidDefinitionError, UnreadableDateError
from dagwire.resources.instance import DynamicPartitionsStore


class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """One partition for each span of time between two dates; one exists from its end on."""

    def __init__(
        self,
        start_date: datetime | str,
        end_date: datetime | str | None,
        timezone: str | None,
        fmt: str,
        end_offset: int,
    ) -> None:
        """Whole spans between two dates.

        Args:
            start_date: The first span is the one that starts at or after it; a string is read by `fmt`.
            end_date: No span ends after it; None for no end.
            timezone: Name of the time zone; UTC by default.
            fmt: How keys are written, for `strftime`.
            end_offset: How many spans after the last finished one exist too.

        Raises:
            UnreadableDateError: A date does not read by `fmt`.
        """
        self.fmt = fmt
        self.timezone = timezone or "UTC"
        self.end_offset = end_offset
        self.start = self._as_time(start_date)
        self.end = self._as_time(end_date) if end_date is not None else None

    @abstractmethod
    def _start_near(self, moment: datetime) -> datetime:
        """The start of a span in the hour, day, week or month of `moment`."""

    @abstractmethod
    def _next(self, start: datetime) -> datetime:
        """The start of the span after the one that starts at `start`."""

    @abstractmethod
    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a span ends, or of another time in it."""

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The spans finished at `current_time`, and `end_offset` more."""
        return [window.start.strftime(self.fmt) for window in self._windows(self._now(current_time))]

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether the span that the key names exists now."""
        try:
            window = self.time_window_for_partition_key(partition_key)
        except UnreadableDateError:
            return False
        if window.start.strftime(self.fmt) != partition_key or window.start < self.start:
            return False
        return window.end <= self._last_end(self._now(None)) and (self.end is None or window.end <= self.end)

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span that `partition_key` names.

        Raises:
            UnreadableDateError: The key does not read by `fmt`.
        """
        start = self._start_near(self._as_time(partition_key))
        return TimeWindow(start, self._next(start))

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> list[str]:
        """The keys of the spans that start in a window."""
        keys = self.get_partition_keys()
        starts = ((key, self.time_window_for_partition_key(key).start) for key in keys)
        return [key for key, start in starts if time_window.start <= start < time_window.end]

    def _windows(self, now: datetime) -> Iterator[TimeWindow]:
        start = self._start_near(self.start)
        while start < self.start:
            start = self._next(start)
        last_end = self._last_end(now)
        while (end := self._next(start)) <= last_end and (self.end is None or end <= self.end):
            yield TimeWindow(start, end)
            start = end

    def _last_end(self, now: datetime) -> datetime:
        """The moment by which a span must have ended to exist at `now`."""
        for _ in range(self.end_offset):
            now = self._next(now)
        return now

    def _now(self, current_time: datetime | None) -> datetime:
        return self._localized(current_time or time_in_force())

    def _as_time(self, date: datetime | str) -> datetime:
        if isinstance(date, datetime):
            return self._localized(date)
        try:
            return self._localized(datetime.strptime(date, self.fmt))  # noqa: DTZ007  # localized at once
        except ValueError as error:
            raise UnreadableDateError(date, self.fmt) from error

    def _localized(self, moment: datetime) -> datetime:
        zone = ZoneInfo(self.timezone)
        return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)

    def __eq__(self, other: object) -> bool:
        """Equal where they give the same partitions."""
        return type(other) is type(self) and vars(self) == vars(other)

    def __hash__(self) -> int:
        """By what `__eq__` compares."""
        return hash(tuple(vars(self).values()))

    def __str__(self) -> str:
        """For people."""
        kind = type(self).__name__.removesuffix("PartitionsDefinition")
        return f"{kind}, starting {self.start.strftime(self.fmt)} {self.timezone}."


class HourlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition an hour."""

    def __init__(  # Dagster's signature
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        """`minute_offset` is the minute at which an hour starts; all else is as the base class has it."""
        self.minute_offset = minute_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d-%H:%M", end_offset)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(minute=self.minute_offset, second=0, microsecond=0)

    def _next(self, start: datetime) -> datetime:
        # In UTC, since wall clocks skip an hour and repeat one.
        return (start.astimezone(UTC) + timedelta(hours=1)).astimezone(start.tzinfo)

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which an hour ends, or of another minute of it."""
        _refuse("hourly", hour_of_day=hour_of_day, day_of_week=day_of_week, day_of_month=day_of_month)
        return f"{_either(minute_of_hour, self.minute_offset)} * * * *"


class DailyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a day."""

    def __init__(  # Dagster's signature
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        """`hour_offset` and `minute_offset` are when a day starts; all else is as the base class has it."""
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0)

    def _next(self, start: datetime) -> datetime:
        return start + timedelta(days=1)

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a day ends, or of another time of day."""
        _refuse("daily", day_of_week=day_of_week, day_of_month=day_of_month)
        return f"{_either(minute_of_hour, self.minute_offset)} {_either(hour_of_day, self.hour_offset)} * * *"


class WeeklyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a week."""

    def __init__(  # Dagster's signature
        self,
        start_date: datetime | str,
        end_date: datetime | str | None = None,
        minute_offset: int = 0,
        hour_offset: int = 0,
        day_offset: int = 0,
        timezone: str | None = None,
        fmt: str | None = None,
        end_offset: int = 0,
    ) -> None:
        """`day_offset` is the day on which it starts, 0 for Sunday; all else is as the base class has it."""
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        self.day_offset = day_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset)

    def _start_near(self, moment: datetime) -> datetime:
        days_since = (moment.isoweekday() - self.day_offset) % 7
        day = moment - timedelta(days=days_since)
        return day.replace(hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0)

    def _next(self, start: datetime) -> datetime:
        return start + timedelta(weeks=1)

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a week ends, or of another time in it."""
        _refuse("weekly", day_of_month=day_of_month)
        minute, hour = _either(minute_of_hour, self.minute_offset), _either(hour_of_day, self.hour_offset)
        return f"{minute} {hour} * * {_either(day_of_week, self.day_offset)}"


class MonthlyPartitionsDefinition(TimeWindowPartitionsDefinition):
    """One partition a month."""

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
        """`day_offset` is the day of the month on which it starts, from 1; all else is as the base class has it.

        Raises:
            InvalidDefinitionError: Not every month has such a day.
            UnreadableDateError: A date does not read by `fmt`.
        """
        if not 1 <= day_offset <= _DAYS_OF_EVERY_MONTH:
            msg = f"Months cannot start on day {day_offset}: every month has the days 1 to {_DAYS_OF_EVERY_MONTH} only."
            raise InvalidDefinitionError(msg)
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        self.day_offset = day_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(
            day=self.day_offset, hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0
        )

    def _next(self, start: datetime) -> datetime:
        # 31 days after the 1st always lie in the next month; a later day than that has is its last one, when this is
        # asked about the running month. Wall-clock arithmetic keeps the hour where the clocks change.
        following = (start.replace(day=1) + timedelta(days=31)).replace(day=1)
        return following.replace(day=min(start.day, _DAYS_OF_EVERY_MONTH))

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a month ends, or of another time in it."""
        _refuse("monthly", day_of_week=day_of_week)
        minute, hour = _either(minute_of_hour, self.minute_offset), _either(hour_of_day, self.hour_offset)
        return f"{minute} {hour} {_either(day_of_month, self.day_offset)} * *"


_DAYS_OF_EVERY_MONTH = 28


def _either(given: int | None, default: int) -> int:
    return default if given is None else given


def _refuse(kind: str, **given: int | None) -> None:
    """Refuse a time that partitions of this kind do not have.

    Raises:
        InvalidDefinitionError: One is given.
    """
    strange = [name for name, value in given.items() if value is not None]
    if strange:
        msg = f"A schedule of {kind} partitions takes no {' and no '.join(strange)}."
        raise InvalidDefinitionError(msg)
