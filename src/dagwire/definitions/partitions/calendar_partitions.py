"""Partitions that are hours, days, weeks or months."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import InvalidDefinitionError


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
        """`minute_offset` is the minute at which an hour starts; all else is as the base class has it."""
        self.minute_offset = minute_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d-%H:%M", end_offset, exclusions)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(minute=self.minute_offset, second=0, microsecond=0)

    def moved(self, start: datetime, spans: int) -> datetime:
        """By real time: wall clocks skip an hour and repeat one."""
        return (start.astimezone(UTC) + timedelta(hours=spans)).astimezone(start.tzinfo)

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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """`hour_offset` and `minute_offset` are when a day starts; all else is as the base class has it."""
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset, exclusions)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0)

    def moved(self, start: datetime, spans: int) -> datetime:
        """By the wall clock: a day on which clocks change is a day."""
        return start + timedelta(days=spans)

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
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """`day_offset` is the day on which it starts, 0 for Sunday; all else is as the base class has it."""
        self.minute_offset = minute_offset
        self.hour_offset = hour_offset
        self.day_offset = day_offset
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset, exclusions)

    def _start_near(self, moment: datetime) -> datetime:
        days_since = (moment.isoweekday() - self.day_offset) % 7
        day = moment - timedelta(days=days_since)
        return day.replace(hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0)

    def moved(self, start: datetime, spans: int) -> datetime:
        """By the wall clock."""
        return start + timedelta(weeks=spans)

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
        exclusions: Sequence[str | datetime] | None = None,
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
        super().__init__(start_date, end_date, timezone, fmt or "%Y-%m-%d", end_offset, exclusions)

    def _start_near(self, moment: datetime) -> datetime:
        return moment.replace(
            day=self.day_offset, hour=self.hour_offset, minute=self.minute_offset, second=0, microsecond=0
        )

    def moved(self, start: datetime, spans: int) -> datetime:
        """By the calendar; a day that not every month has becomes the last one that each has."""
        years, month = divmod(start.month - 1 + spans, 12)
        return start.replace(year=start.year + years, month=month + 1, day=min(start.day, _DAYS_OF_EVERY_MONTH))

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
