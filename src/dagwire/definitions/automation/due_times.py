"""When a schedule is due: the moments that its cron lines name. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.partitions.cron import written_out


def last_due(schedule: ScheduleDefinition, now: datetime) -> datetime:
    """The last moment up to `now`, which knows its zone, at which `schedule` was due; in the schedule's zone."""
    # Whole minutes, and the moment itself is left out by cronsim.
    after = now.astimezone(zone_of(schedule)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    return max(next(CronSim(line, after, reverse=True)) for line in _lines(schedule))


def next_due(schedule: ScheduleDefinition, now: datetime) -> datetime:
    """The first moment after `now` at which it will be due."""
    return min(next(CronSim(line, now.astimezone(zone_of(schedule)))) for line in _lines(schedule))


def zone_of(schedule: ScheduleDefinition) -> ZoneInfo:
    """The zone in which its cron lines are meant."""
    return ZoneInfo(schedule.execution_timezone or "UTC")


def _lines(schedule: ScheduleDefinition) -> Iterator[str]:
    given = schedule.cron_schedule
    return map(written_out, [given] if isinstance(given, str) else given)
