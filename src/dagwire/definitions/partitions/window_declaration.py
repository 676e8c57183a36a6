"""The cron line of time windows, as declared, and the times at which a schedule may run in them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from cronsim import CronSim

from dagwire.definitions.partitions.cron import check_cron_line, written_out
from dagwire.definitions.partitions.window_starts import ScheduleType, calendar_of, cron_schedule_of
from dagwire.errors import InvalidDefinitionError

_HOUR = {"minute_of_hour": "minute"}
_DAY = {**_HOUR, "hour_of_day": "hour"}
_PARTS_OF = {
    ScheduleType.HOURLY: _HOUR,
    ScheduleType.DAILY: _DAY,
    ScheduleType.WEEKLY: {**_DAY, "day_of_week": "day"},
    ScheduleType.MONTHLY: {**_DAY, "day_of_month": "day"},
}
"""`{windows: {argument of get_cron_schedule: number of the cron line}}`."""


def declared_cron_schedule(
    cron_schedule: str | None, kind: ScheduleType | None, minute: int | None, hour: int | None, day: int | None
) -> str:
    """The cron line of windows that are declared by one, or by their kind and offsets.

    Raises:
        InvalidDefinitionError: They are declared in no way or in two, or the line is wrong or never fires.
    """
    owner = "Partitions of time"
    if (cron_schedule is None) == (kind is None):
        found = "neither" if kind is None else "both"
        msg = f"{owner} have a `cron_schedule` or a `schedule_type`; {found} was passed."
        raise InvalidDefinitionError(msg)
    if cron_schedule is not None and (minute or hour or day):
        msg = f"{owner}: offsets belong to a `schedule_type`; write the time into `cron_schedule`, '{cron_schedule}'."
        raise InvalidDefinitionError(msg)
    line = cron_schedule if kind is None else cron_schedule_of(kind, minute or 0, hour or 0, day or None)
    assert line is not None  # noqa: S101  # one of both is there
    check_cron_line(owner, line)
    if next(CronSim(written_out(line), datetime.now(UTC)), None) is None:
        msg = f"{owner}: '{line}' never fires: there is no such day."
        raise InvalidDefinitionError(msg)
    return line


def cron_schedule_within(cron_schedule: str, asked: Mapping[str, int | None]) -> str:
    """The cron line of another time in the windows of `cron_schedule`, or that line if no time is asked for.

    Raises:
        InvalidDefinitionError: The windows have no such part, or are not those of a calendar.
    """
    chosen = {name: number for name, number in asked.items() if number is not None}
    if not chosen:
        return cron_schedule
    calendar = calendar_of(cron_schedule)
    if calendar is None:
        msg = f"A schedule of partitions '{cron_schedule}' runs at their ends; another time cannot be chosen."
        raise InvalidDefinitionError(msg)
    kind, numbers = calendar
    misplaced = [name for name in chosen if name not in _PARTS_OF[kind]]
    if misplaced:
        msg = f"A schedule of {kind.value.lower()} partitions takes no {' and no '.join(misplaced)}."
        raise InvalidDefinitionError(msg)
    numbers |= {_PARTS_OF[kind][name]: number for name, number in chosen.items()}
    return cron_schedule_of(kind, numbers["minute"], numbers.get("hour", 0), numbers.get("day"))


def read_time(text: str, fmt: str) -> datetime:
    """A time by its form; a key may end with an offset that its form lacks."""
    try:
        return datetime.strptime(text, fmt)  # noqa: DTZ007  # localized by the caller
    except ValueError:
        if "%z" in fmt:
            raise
        return datetime.strptime(text, f"{fmt}%z")
