"""Cron lines, read by cronsim."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from dagwire.errors import InvalidDefinitionError
from dagwire.suggestions import nearest

_LINE_BY_WORD = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = 5


def written_out(line: str) -> str:
    """`line` in five fields; a word such as "@daily" is replaced."""
    return _LINE_BY_WORD.get(line, line)


def check_cron_line(owner: str, line: str) -> None:
    """Refuse a line that is not a cron line.

    Raises:
        InvalidDefinitionError: It names the problem.
    """
    written = written_out(line)
    try:
        CronSim(written, datetime(2000, 1, 1))  # noqa: DTZ001  # no zone, no matter: the line is only read
        problem = "" if len(written.split()) == _FIELDS else "it has more than five fields"
    except CronSimError as error:
        problem = str(error)
    if problem:
        msg = f"{owner}: '{line}' is not a cron line: {problem}. Write minute, hour, day, month and day of the week."
        raise InvalidDefinitionError(msg)


def check_timezone(owner: str, timezone: str | None) -> None:
    """Refuse a time zone that does not exist; None passes.

    Raises:
        InvalidDefinitionError: It is not a name such as "Europe/Berlin".
    """
    try:
        if timezone is not None:
            ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        guess = nearest(str(timezone), available_timezones())
        hint = f"Did you mean '{guess}'?" if guess else 'Write one such as "Europe/Berlin" or "UTC".'
        raise InvalidDefinitionError(f"{owner}: there is no time zone '{timezone}'. {hint}") from None


def is_cron_time(line: str, moment: datetime) -> bool:
    """Whether a valid cron line fires at `moment`, by the wall clock."""
    wall_clock = moment.replace(tzinfo=None)
    return next(CronSim(_LINE_BY_WORD.get(line, line), wall_clock - timedelta(minutes=1)), None) == wall_clock
