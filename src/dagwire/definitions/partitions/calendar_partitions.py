"""Partitions that are hours, days, weeks or months."""

from collections.abc import Sequence
from datetime import datetime

from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.definitions.partitions.window_starts import ScheduleType
from dagwire.errors import InvalidDefinitionError

_DAYS_OF_EVERY_MONTH = 28


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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """`minute_offset` is the minute at which an hour starts; all else is as in the base class."""
        super().__init__(
            start_date,
            fmt or "%Y-%m-%d-%H:%M",
            end_date,
            ScheduleType.HOURLY,
            timezone,
            end_offset,
            minute_offset,
            exclusions=exclusions,
        )


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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """A day starts at `hour_offset` and `minute_offset`; all else is as in the base class."""
        super().__init__(
            start_date,
            fmt or "%Y-%m-%d",
            end_date,
            ScheduleType.DAILY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
            exclusions=exclusions,
        )


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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """`day_offset` is the day on which a week starts, 0 for Sunday; all else is as in the base class."""
        super().__init__(
            start_date,
            fmt or "%Y-%m-%d",
            end_date,
            ScheduleType.WEEKLY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
            day_offset,
            exclusions=exclusions,
        )


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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """`day_offset` is the day of the month on which it starts, from 1; all else is as in the base class.

        Raises:
            InvalidDefinitionError: Not every month has such a day.
            UnreadableDateError: A date cannot be read by `fmt`.
        """
        if not 0 <= day_offset <= _DAYS_OF_EVERY_MONTH:
            msg = f"Months cannot start on day {day_offset}: every month has the days 1 to {_DAYS_OF_EVERY_MONTH} only."
            raise InvalidDefinitionError(msg)
        super().__init__(
            start_date,
            fmt or "%Y-%m-%d",
            end_date,
            ScheduleType.MONTHLY,
            timezone,
            end_offset,
            minute_offset,
            hour_offset,
            day_offset,
            exclusions=exclusions,
        )
