"""The times at which a schedule is due, from its cron lines. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.partitions.cron import written_out


def last_due(schedule: ScheduleDefinition, now: datetime) -> datetime:
    """The last time up to `now` (aware of its zone) at which `schedule` was due, in the schedule's zone."""
    # Whole minutes, because cronsim leaves out the time that it starts from.
    after = now.astimezone(zone_of(schedule)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return max(next(CronSim(line, after, reverse=True)) for line in _lines(schedule))


def next_due(schedule: ScheduleDefinition, now: datetime) -> datetime:
    """The first time after `now` at which `schedule` is due."""
    return min(next(CronSim(line, now.astimezone(zone_of(schedule)))) for line in _lines(schedule))


def zone_of(schedule: ScheduleDefinition) -> ZoneInfo:
    """The time zone of its cron lines."""
    return ZoneInfo(schedule.execution_timezone or "UTC")


def _lines(schedule: ScheduleDefinition) -> Iterator[str]:
    lines = schedule.cron_schedule
    return map(written_out, [lines] if isinstance(lines, str) else lines)
