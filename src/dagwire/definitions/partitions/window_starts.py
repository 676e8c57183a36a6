"""The moments at which time windows start: those of a cron line, in a time zone. Pure."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dagwire.definitions.partitions.cron import written_out


class ScheduleType(Enum):
    """The length of calendar windows."""

    HOURLY = "HOURLY"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


_CALENDARS = (
    (ScheduleType.HOURLY, re.compile(r"(?P<minute>\d+) \* \* \* \*")),
    (ScheduleType.DAILY, re.compile(r"(?P<minute>\d+) (?P<hour>\d+) \* \* \*")),
    (ScheduleType.WEEKLY, re.compile(r"(?P<minute>\d+) (?P<hour>\d+) \* \* (?P<day>\d+)")),
    (ScheduleType.MONTHLY, re.compile(r"(?P<minute>\d+) (?P<hour>\d+) (?P<day>\d+) \* \*")),
)
_LENGTHS = {
    ScheduleType.HOURLY: timedelta(hours=1),
    ScheduleType.DAILY: timedelta(days=1),
    ScheduleType.WEEKLY: timedelta(weeks=1),
}
_DAYS_OF_EVERY_MONTH = 28
_LONGEST_CHANGE = timedelta(hours=25)
"""More than clocks have ever been changed by: Samoa skipped a day."""


@lru_cache(maxsize=128)
def zone_named(name: str) -> tzinfo:
    """A time zone by its name."""
    return UTC if name == "UTC" else ZoneInfo(name)


def calendar_of(cron_schedule: str) -> tuple[ScheduleType, dict[str, int]] | None:
    """The length of the windows of a cron line, and its numbers by name; None for a line of another form."""
    for kind, form in _CALENDARS:
        match = form.fullmatch(cron_schedule)
        if match is not None:
            return kind, {name: int(number) for name, number in match.groupdict().items()}
    return None


def cron_schedule_of(kind: ScheduleType, minute: int, hour: int, day: int | None) -> str:
    """The cron line of calendar windows; `day` is of the week from Sunday, or of the month from 1."""
    if kind is ScheduleType.HOURLY:
        return f"{minute} * * * *"
    if kind is ScheduleType.DAILY:
        return f"{minute} {hour} * * *"
    if kind is ScheduleType.WEEKLY:
        return f"{minute} {hour} * * {day or 0}"
    return f"{minute} {hour} {1 if day is None else day} * *"


def is_every_hour(cron_schedule: str) -> bool:
    """Whether a cron line fires in each hour, also in one that a change of clocks repeats."""
    return written_out(cron_schedule).split()[1] in {"*", "*/1"}


class WindowStarts(ABC):
    """The starts of the windows of one cron line."""

    @abstractmethod
    def at(self, moment: datetime) -> datetime:
        """The last start at or before a moment, which has the time zone of the windows."""

    @abstractmethod
    def moved(self, start: datetime, windows: int) -> datetime:
        """The start so many windows after a start, or before it if `windows` is negative."""

    def after(self, start: datetime) -> Iterator[datetime]:
        """Yield the starts after a start."""
        while True:
            start = self.moved(start, 1)
            yield start

    def at_or_after(self, moment: datetime) -> datetime:
        """The first start at or after a moment."""
        start = self.at(moment)
        return start if start.timestamp() == moment.timestamp() else self.moved(start, 1)


class CalendarStarts(WindowStarts):
    """Hours, days, weeks or months: computed, which is faster than to search them."""

    def __init__(self, kind: ScheduleType, minute: int = 0, hour: int = 0, day: int = 0) -> None:
        """Keep the numbers of the cron line."""
        self._kind = kind
        self._minute, self._hour, self._day = minute, hour, day

    def at(self, moment: datetime) -> datetime:
        """The start in the hour, day, week or month of the moment, or the one before it."""
        start = self._in(moment)
        return start if start.timestamp() <= moment.timestamp() else self.moved(start, -1)

    def moved(self, start: datetime, windows: int) -> datetime:
        """Hours go by real time, all else by the wall clock: a day on which clocks change is a day."""
        if start.tzinfo is UTC and self._kind in _LENGTHS:
            return start + windows * _LENGTHS[self._kind]  # clocks of UTC are never changed
        if self._kind is ScheduleType.HOURLY:
            return (start.astimezone(UTC) + timedelta(hours=windows)).astimezone(start.tzinfo)
        if self._kind is ScheduleType.DAILY:
            return self._in(start + timedelta(days=windows))
        if self._kind is ScheduleType.WEEKLY:
            return self._in(start + timedelta(weeks=windows))
        years, month = divmod(start.month - 1 + windows, 12)
        return self._in(start.replace(year=start.year + years, month=month + 1))

    def _in(self, moment: datetime) -> datetime:
        """The start in the hour, day, week or month of the moment."""
        if self._kind is ScheduleType.HOURLY:
            return moment.replace(minute=self._minute, second=0, microsecond=0)
        if self._kind is ScheduleType.WEEKLY:
            moment -= timedelta(days=(moment.isoweekday() - self._day) % 7)
        elif self._kind is ScheduleType.MONTHLY:
            moment = moment.replace(day=self._day)
        wall_clock = moment.replace(hour=self._hour, minute=self._minute, second=0, microsecond=0, tzinfo=None)
        return _shown(wall_clock, moment.tzinfo)


class HourlyCronStarts(WindowStarts):
    """The ticks of a cron line that fires in each hour: they go by real time, as cronsim has it."""

    def __init__(self, cron_schedule: str) -> None:
        """Keep the line, which has been checked."""
        self._line = written_out(cron_schedule)

    def at(self, moment: datetime) -> datetime:
        """The tick before the next tick after the moment."""
        return next(CronSim(self._line, next(self.after(moment)), reverse=True))

    def moved(self, start: datetime, windows: int) -> datetime:
        """So many ticks on, or back."""
        if not windows:
            return start
        ticks = CronSim(self._line, start, reverse=windows < 0)
        return next(islice(ticks, abs(windows) - 1, None))

    def after(self, start: datetime) -> Iterator[datetime]:
        """Yield the ticks after a moment."""
        return CronSim(self._line, start)


class WallClockCronStarts(WindowStarts):
    """The ticks of any other cron line: they go by the wall clock."""

    def __init__(self, cron_schedule: str) -> None:
        """Keep the line, which has been checked."""
        self._line = written_out(cron_schedule)

    def at(self, moment: datetime) -> datetime:
        """The last tick that the wall clock shows at or before the moment."""
        later = moment.replace(tzinfo=None) + _LONGEST_CHANGE
        earlier = (_shown(tick, moment.tzinfo) for tick in CronSim(self._line, later, reverse=True))
        return next(tick for tick in earlier if tick.timestamp() <= moment.timestamp())

    def moved(self, start: datetime, windows: int) -> datetime:
        """So many ticks on, or back."""
        if windows > 0:
            return next(islice(self.after(start), windows - 1, None))
        for _ in range(-windows):
            start = self.at((start.astimezone(UTC) - timedelta(seconds=1)).astimezone(start.tzinfo))
        return start

    def after(self, start: datetime) -> Iterator[datetime]:
        """Yield the ticks after a moment; two that a change of clocks makes equal are one."""
        for tick in CronSim(self._line, start.replace(tzinfo=None) - _LONGEST_CHANGE):
            shown = _shown(tick, start.tzinfo)
            if shown.timestamp() > start.timestamp():
                yield shown
                start = shown


@lru_cache(maxsize=512)
def window_starts(cron_schedule: str) -> WindowStarts:
    """The starts of the windows of a cron line that has been checked."""
    calendar = calendar_of(written_out(cron_schedule))
    if calendar is None or calendar[1].get("day", 0) > _DAYS_OF_EVERY_MONTH:
        return HourlyCronStarts(cron_schedule) if is_every_hour(cron_schedule) else WallClockCronStarts(cron_schedule)
    return CalendarStarts(calendar[0], **calendar[1])


def is_ambiguous(moment: datetime) -> bool:
    """Whether clocks show a time twice."""
    return moment.replace(fold=0).utcoffset() != moment.replace(fold=1).utcoffset()


def _shown(wall_clock: datetime, zone: tzinfo | None) -> datetime:
    """The moment at which clocks show a time: the second of two; if clocks skip it, the end of the gap."""
    shown = wall_clock.replace(tzinfo=zone, fold=0)
    if zone is UTC or not is_ambiguous(shown):
        return shown
    shown = shown.replace(fold=1)
    while shown.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != shown.replace(tzinfo=None):
        shown += timedelta(minutes=1)  # in a gap both offsets hold, too, and arithmetic forgets the fold
    return shown
