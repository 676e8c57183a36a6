"""`TimeWindowPartitionsDefinition`: partitions that are time windows."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice, pairwise
from zoneinfo import ZoneInfoNotFoundError

from dagwire.definitions.partitions.cron import check_cron_line, is_cron_time
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.partitions.partition_loading import time_in_force
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.partitions_subset import TimeWindowPartitionsSubset
from dagwire.definitions.partitions.window_declaration import cron_schedule_within, declared_cron_schedule, read_time
from dagwire.definitions.partitions.window_starts import (
    ScheduleType,
    calendar_of,
    is_ambiguous,
    is_every_hour,
    window_starts,
    zone_named,
)
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnreadableDateError
from dagwire.resources.instance import DynamicPartitionsStore

_MOST_EXCLUDED_IN_A_ROW = 10_000
"""As far as one looks for a window that is not excluded: there may be none."""


class TimeWindowPartitionsDefinition(PartitionsDefinition):
    """One partition for each window between two ticks of a cron line; it exists from the window's end on.

    `DailyPartitionsDefinition` and its kin are shorter for hours, days, weeks and months.

    Example:
        >>> from dagwire import TimeWindowPartitionsDefinition
        >>> shifts = TimeWindowPartitionsDefinition(
        ...     start="2024-01-01-06", fmt="%Y-%m-%d-%H", end="2024-01-02-06", cron_schedule="0 6,14,22 * * *"
        ... )
        >>> shifts.get_partition_keys()
        ['2024-01-01-06', '2024-01-01-14', '2024-01-01-22']
    """

    def __init__(  # Dagster's signature
        self,
        start: datetime | str,
        fmt: str,
        end: datetime | str | None = None,
        schedule_type: ScheduleType | None = None,
        timezone: str | None = None,
        end_offset: int = 0,
        minute_offset: int | None = None,
        hour_offset: int | None = None,
        day_offset: int | None = None,
        cron_schedule: str | None = None,
        exclusions: Sequence[str | datetime] | None = None,
    ) -> None:
        """Whole windows between two dates.

        Args:
            start: The first window is the one that starts at or after it; a string is read by `fmt`.
            fmt: The form of keys, for `strftime`.
            end: No window ends after it; None for no end.
            schedule_type: The length of calendar windows, in place of `cron_schedule`.
            timezone: Name of the time zone; UTC by default.
            end_offset: The number of windows after the last finished one that exist too; fewer if it is negative.
            minute_offset: The minute at which windows of a `schedule_type` start.
            hour_offset: Their hour.
            day_offset: Their day of the week from Sunday as 0, or of the month from 1.
            cron_schedule: A cron line whose ticks are the starts of the windows.
            exclusions: Windows that are left out: their starts, or cron lines that fire at them.

        Raises:
            UnreadableDateError: A date cannot be read by `fmt`.
            InvalidDefinitionError: The windows are declared in no way or in two, or a cron line or time zone is wrong.
        """
        self.fmt = fmt
        self.timezone: str = timezone or "UTC"
        self.end_offset = end_offset
        self.cron_schedule: str = declared_cron_schedule(
            cron_schedule, schedule_type, minute_offset, hour_offset, day_offset
        )
        try:
            self._zone = zone_named(self.timezone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            msg = f"Partitions of time: '{self.timezone}' is not a time zone. Write one such as 'Europe/Berlin'."
            raise InvalidDefinitionError(msg) from error
        self.start: datetime = self._as_time(start)
        self.end: datetime | None = self._as_time(end) if end else None
        if isinstance(exclusions, str):
            exclusions = [exclusions]  # its letters are not cron lines, and it may be one
        self.exclusions: tuple[str | datetime, ...] | None = (
            tuple(self._as_exclusion(exclusion) for exclusion in exclusions) if exclusions else None
        )
        self._starts = window_starts(self.cron_schedule)

    # -- the schedule --------------------------------------------------------------------------------------------------

    @property
    def schedule_type(self) -> ScheduleType | None:
        """The length of calendar windows; None for another cron line."""
        calendar = calendar_of(self.cron_schedule)
        return calendar[0] if calendar else None

    @property
    def minute_offset(self) -> int:
        """The minute at which windows start."""
        return self._number("minute")

    @property
    def hour_offset(self) -> int:
        """The hour at which windows start."""
        return self._number("hour")

    @property
    def day_offset(self) -> int:
        """The day of the week, from Sunday as 0, or of the month at which windows start."""
        return self._number("day")

    def _number(self, name: str) -> int:
        calendar = calendar_of(self.cron_schedule)
        if calendar is None or name not in calendar[1]:
            raise InvalidInvocationError(f"Partitions '{self.cron_schedule}'", f"have no {name}_offset.")
        return calendar[1][name]

    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a window ends, or of another time in it.

        Raises:
            InvalidDefinitionError: The windows have no such part, or are not those of a calendar.
        """
        asked = {
            "minute_of_hour": minute_of_hour,
            "hour_of_day": hour_of_day,
            "day_of_week": day_of_week,
            "day_of_month": day_of_month,
        }
        return cron_schedule_within(self.cron_schedule, asked)

    # -- keys ----------------------------------------------------------------------------------------------------------

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The windows finished at `current_time`, and `end_offset` more."""
        last = self.get_last_partition_window(current_time)
        return [] if last is None else self._keys_between(self.start, last.end)

    def get_first_partition_key(self) -> str | None:
        """The first key that exists now, or None."""
        window = self.get_first_partition_window()
        return self.key_of(window.start) if window else None

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key that exists at `current_time`, or None."""
        window = self.get_last_partition_window(current_time)
        return self.key_of(window.start) if window else None

    def get_next_partition_key(self, partition_key: str) -> str | None:
        """The key after a key, or None."""
        last = self.get_last_partition_window()
        following = next(self._windows_from(self.time_window_for_partition_key(partition_key).end), None)
        if last is None or following is None or following.start.timestamp() >= last.end.timestamp():
            return None
        return self.key_of(following.start)

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether the window that the key names exists now."""
        try:
            start = self._starts.at_or_after(self._as_time(partition_key))
        except UnreadableDateError:
            return False
        first, last = self.get_first_partition_window(), self.get_last_partition_window()
        if first is None or last is None or self.key_of(start) != partition_key:
            return False
        within = first.start.timestamp() <= start.timestamp() <= last.start.timestamp()
        return within and not self.is_excluded(start)

    def get_partition_key(self, key: str | date | datetime) -> str:
        """The key of a date, or the key itself.

        Raises:
            UnknownPartitionError: There is no such partition.
        """
        text = key if isinstance(key, str) else key.strftime(self.fmt)
        self.check_partition_key(text)
        return text

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> list[str]:
        """The keys of the windows that start in a window, whether they exist yet or not."""
        return self._keys_between(time_window.start, time_window.end)

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> list[str]:
        """The keys of a range; none if its start comes after its end.

        Raises:
            UnknownPartitionError: An end of the range is not a partition.
        """
        for key in partition_key_range:
            self.check_partition_key(key)
        first, last = (self.time_window_for_partition_key(key) for key in partition_key_range)
        return self._keys_between(first.start, last.end)

    def get_partition_key_range_for_time_window(
        self, time_window: TimeWindow, respect_bounds: bool = True
    ) -> PartitionKeyRange:
        """From the key of the window in which a window starts to that of the last one that it ends."""
        last = self.get_prev_partition_window(time_window.end, respect_bounds) or self.window_at(time_window.end)
        return PartitionKeyRange(self.key_of(self.window_at(time_window.start).start), self.key_of(last.start))

    def get_num_partitions(self) -> int:
        """The number of partitions that exist now."""
        return len(self.get_partition_keys())

    def key_of(self, start: datetime) -> str:
        """The key of the window that starts at `start`; of an hour that clocks repeat, with the offset."""
        is_repeated = start.fold and is_every_hour(self.cron_schedule) and "%z" not in self.fmt
        return start.strftime(f"{self.fmt}%z" if is_repeated and is_ambiguous(start) else self.fmt)

    def _keys_between(self, start: datetime, end: datetime) -> list[str]:
        until = end.timestamp()
        keys: list[str] = []
        for window in self._windows_from(start):
            if window.start.timestamp() >= until:
                return keys
            keys.append(self.key_of(window.start))
        return keys  # a cron line that never fires again

    def validate_partition_definition(self) -> None:
        """Refuse a `fmt` that gives two windows one key.

        Raises:
            InvalidDefinitionError: It does.
        """
        keys = [self.key_of(window.start) for window in islice(self._windows_from(self.start), 2)]
        if len(set(keys)) < len(keys):
            msg = (
                f"Partitions of time: fmt '{self.fmt}' gives several windows of '{self.cron_schedule}' the key "
                f"'{keys[0]}'. Write more of the time in it."
            )
            raise InvalidDefinitionError(msg)

    # -- windows -------------------------------------------------------------------------------------------------------

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The window that `partition_key` names, excluded or not: the first that starts at or after its time.

        Raises:
            UnreadableDateError: The key cannot be read by `fmt`.
        """
        start = self._starts.at_or_after(self._as_time(partition_key))
        return TimeWindow(start, self._starts.moved(start, 1))

    def start_time_for_partition_key(self, partition_key: str) -> datetime:
        """The start of the window that `partition_key` names."""
        return self.time_window_for_partition_key(partition_key).start

    def end_time_for_partition_key(self, partition_key: str) -> datetime:
        """The end of the window that `partition_key` names."""
        return self.time_window_for_partition_key(partition_key).end

    def get_first_partition_window(self) -> TimeWindow | None:
        """The first window that exists now, or None."""
        window = next(self._windows_from(self.start), None)
        return window if window and window.end.timestamp() <= self._last_end(None).timestamp() else None

    def get_last_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """The last window that exists at `current_time`, or None."""
        last_end = self._last_end(current_time)
        window = next(self._windows_back_from(last_end), None)
        return window if window and window.start.timestamp() >= self.start.timestamp() else None

    def get_next_partition_window(self, end_dt: datetime, respect_bounds: bool = True) -> TimeWindow | None:
        """The first window that starts at or after a moment; with `respect_bounds`, if it exists now."""
        window = next(self._windows_from(end_dt), None)
        if not respect_bounds or window is None:
            return window
        last = self.get_last_partition_window()
        return window if last and window.start.timestamp() < last.end.timestamp() else None

    def get_prev_partition_window(self, start_dt: datetime, respect_bounds: bool = True) -> TimeWindow | None:
        """The last window that ends at or before a moment; with `respect_bounds`, if it exists now."""
        window = next(self._windows_back_from(start_dt), None)
        if not respect_bounds or window is None:
            return window
        first = self.get_first_partition_window()
        return window if first and window.start.timestamp() >= first.start.timestamp() else None

    def window_at(self, moment: datetime) -> TimeWindow:
        """The window in which `moment` lies, whether it exists or not."""
        start = self._starts.at(self._localized(moment))
        return TimeWindow(start, self._starts.moved(start, 1))

    def window_ending_at(self, moment: datetime) -> TimeWindow:
        """The window that ends at `moment`, or in which it lies."""
        window = self.window_at(moment)
        if window.start.timestamp() < moment.timestamp():
            return window
        return TimeWindow(self._starts.moved(window.start, -1), window.start)

    def moved(self, moment: datetime, windows: int) -> datetime:
        """The start of the window so many after the one in which `moment` lies; before it if `windows` is negative."""
        return self._starts.moved(self._localized(moment), windows)

    def is_excluded(self, start: datetime) -> bool:
        """Whether the window that starts at `start` is left out."""
        return any(
            is_cron_time(exclusion, start) if isinstance(exclusion, str) else exclusion == start
            for exclusion in self.exclusions or ()
        )

    def _windows_from(self, moment: datetime) -> Iterator[TimeWindow]:
        """The windows that start at or after a moment; excluded ones are left out."""
        start = self._starts.at_or_after(self._localized(moment))
        return self._not_excluded(TimeWindow(*pair) for pair in pairwise(chain([start], self._starts.after(start))))

    def _windows_back_from(self, moment: datetime) -> Iterator[TimeWindow]:
        """The windows that end at or before a moment, the last one first; excluded ones are left out."""
        ends = self._ends_back_from(self._starts.at(self._localized(moment)))
        return self._not_excluded(TimeWindow(start, end) for end, start in pairwise(ends))

    def _ends_back_from(self, end: datetime) -> Iterator[datetime]:
        while True:
            yield end
            end = self._starts.moved(end, -1)

    def _not_excluded(self, windows: Iterator[TimeWindow]) -> Iterator[TimeWindow]:
        """Leave out excluded windows; end if there are only those, as far as one looks."""
        if not self.exclusions:
            yield from windows
            return
        in_a_row = 0
        for window in windows:
            in_a_row = in_a_row + 1 if self.is_excluded(window.start) else 0
            if not in_a_row:
                yield window
            elif in_a_row == _MOST_EXCLUDED_IN_A_ROW:
                return

    def _last_end(self, current_time: datetime | None) -> datetime:
        """The moment by which a window must have ended to exist at `current_time`."""
        now = self._localized(current_time or time_in_force())
        limit = now
        if self.end_offset > 0:
            coming = self._windows_from(self._starts.at(now))
            limit = next((window.end for window in islice(coming, self.end_offset - 1, None)), now)
        elif self.end_offset < 0:
            limit = next((window.end for window in islice(self._windows_back_from(now), -self.end_offset, None)), now)
        return limit if self.end is None or limit.timestamp() <= self.end.timestamp() else self.end

    # -- subsets -------------------------------------------------------------------------------------------------------

    @property
    def partitions_subset_class(self) -> type[TimeWindowPartitionsSubset]:
        """The class of this definition's subsets."""
        return TimeWindowPartitionsSubset

    def empty_subset(self) -> TimeWindowPartitionsSubset:
        """A subset without keys."""
        return TimeWindowPartitionsSubset(self)

    def subset_with_partition_keys(self, partition_keys: Iterable[str]) -> TimeWindowPartitionsSubset:
        """A subset with those of the keys whose windows exist now."""
        return self.empty_subset().with_partition_keys(partition_keys)

    def subset_with_all_partitions(self) -> TimeWindowPartitionsSubset:
        """A subset with all keys that exist now."""
        return self.subset_with_partition_keys(self.get_partition_keys())

    def get_partition_subset_in_time_window(self, time_window: TimeWindow) -> TimeWindowPartitionsSubset:
        """A subset with the keys of the windows in a window, whether they exist or not."""
        return TimeWindowPartitionsSubset(self, None, [time_window])

    def time_windows_for_partition_keys(self, partition_keys: Iterable[str], validate: bool = True) -> list[TimeWindow]:
        """The windows that keys name; with `validate`, those that exist now."""
        windows = [self.time_window_for_partition_key(key) for key in partition_keys]
        if not validate or not windows:
            return windows
        first, last = self.get_first_partition_window(), self.get_last_partition_window()
        if first is None or last is None:
            return []
        earliest, latest = first.start.timestamp(), last.start.timestamp()
        return [window for window in windows if earliest <= window.start.timestamp() <= latest]

    # -- dates ---------------------------------------------------------------------------------------------------------

    def _as_exclusion(self, exclusion: str | datetime) -> str | datetime:
        if isinstance(exclusion, datetime):
            return self._localized(exclusion)
        check_cron_line("The exclusions of partitions", str(exclusion))  # str: a date is shown as it reads
        return exclusion

    def _as_time(self, moment: datetime | str) -> datetime:
        if isinstance(moment, datetime):
            return self._localized(moment)
        try:
            return self._localized(read_time(moment, self.fmt))
        except ValueError as error:
            raise UnreadableDateError(moment, self.fmt) from error

    def _localized(self, moment: datetime) -> datetime:
        return moment.replace(tzinfo=self._zone) if moment.tzinfo is None else moment.astimezone(self._zone)

    # -- as a value ----------------------------------------------------------------------------------------------------

    def get_serializable_unique_identifier(self) -> str:
        """Text that differs if the windows do."""
        return hashlib.sha1(repr(self).encode(), usedforsecurity=False).hexdigest()

    def equal_except_for_start_or_end(self, other: "TimeWindowPartitionsDefinition") -> bool:
        """Whether both have the same windows and keys, from other starts to other ends."""
        return self._facts()[2:] == other._facts()[2:]

    def _facts(self) -> tuple[object, ...]:
        return (self.start, self.end, self.timezone, self.fmt, self.end_offset, self.cron_schedule, self.exclusions)

    def __eq__(self, other: object) -> bool:
        """Equal if the windows and keys are, whichever class declares them."""
        return isinstance(other, TimeWindowPartitionsDefinition) and self._facts() == other._facts()

    def __hash__(self) -> int:
        """By the windows and keys."""
        return hash(self._facts())

    def __str__(self) -> str:
        """The length of the windows, and their start."""
        kind = self.schedule_type
        name = kind.value.capitalize() if kind else self.cron_schedule
        shown = f"{name}, starting {self.key_of(self.start)} {self.timezone}."
        if self.end_offset:
            plural = "" if self.end_offset == 1 else "s"
            shown += f" End offsetted by {self.end_offset} partition{plural}."
        return shown

    def __repr__(self) -> str:
        """The windows and keys, as Dagster shows them."""
        end = None if self.end is None else self.end.timestamp()
        exclusions = f", exclusions={list(self.exclusions)}" if self.exclusions else ""
        return (
            f"TimeWindowPartitionsDefinition(start={self.start.timestamp()}, end={end}, timezone='{self.timezone}', "
            f"fmt='{self.fmt}', end_offset={self.end_offset}, cron_schedule='{self.cron_schedule}'){exclusions}"
        )
