"""`TimeWindowPartitionsDefinition`: partitions that are spans of time."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dagwire.definitions.partitions.cron import check_cron_line, is_cron_time
from dagwire.definitions.partitions.partition_loading import time_in_force
from dagwire.definitions.partitions.partitions import PartitionKeyRange, PartitionsDefinition, TimeWindow
from dagwire.errors import UnreadableDateError
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
        exclusions: Sequence[str | datetime] | None,
    ) -> None:
        """Whole spans between two dates.

        Args:
            start_date: The first span is the one that starts at or after it; a string is read by `fmt`.
            end_date: No span ends after it; None for no end.
            timezone: Name of the time zone; UTC by default.
            fmt: How keys are written, for `strftime`.
            end_offset: How many spans after the last finished one exist too.
            exclusions: Spans that are left out: their starts, or cron lines that fire at them.

        Raises:
            UnreadableDateError: A date does not read by `fmt`.
            InvalidDefinitionError: An exclusion is neither a time nor a cron line.
        """
        self.fmt = fmt
        self.timezone = timezone or "UTC"
        self.end_offset = end_offset
        self.start = self._as_time(start_date)
        self.end = self._as_time(end_date) if end_date is not None else None
        if isinstance(exclusions, str):
            exclusions = [exclusions]  # its letters are no cron lines, and it may be one
        self.exclusions = tuple(self._as_exclusion(exclusion) for exclusion in exclusions or ())

    @abstractmethod
    def _start_near(self, moment: datetime) -> datetime:
        """The start of a span in the hour, day, week or month of `moment`."""

    @abstractmethod
    def moved(self, start: datetime, spans: int) -> datetime:
        """The start of the span so many after the one that starts at `start`; before it where `spans` is negative."""

    @abstractmethod
    def get_cron_schedule(
        self,
        minute_of_hour: int | None = None,
        hour_of_day: int | None = None,
        day_of_week: int | None = None,
        day_of_month: int | None = None,
    ) -> str:
        """The cron line of the moments at which a span ends, or of another time in it."""

    # -- keys ----------------------------------------------------------------------------------------------------------

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The spans finished at `current_time`, and `end_offset` more."""
        return [self.key_of(window.start) for window in self._windows(current_time)]

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key that exists at `current_time`, or None."""
        window = self.get_last_partition_window(current_time)
        return self.key_of(window.start) if window else None

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether the span that the key names exists now."""
        try:
            window = self.time_window_for_partition_key(partition_key)
        except UnreadableDateError:
            return False
        is_written_so = self.key_of(window.start) == partition_key
        within = window.start >= self.start and window.end <= self._last_end(None)
        return is_written_so and within and not self.is_excluded(window.start)

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> list[str]:
        """The keys of the spans that start in a window."""
        starts = (window.start for window in self._windows(None))
        return [self.key_of(start) for start in starts if time_window.start <= start < time_window.end]

    def get_partition_key_range_for_time_window(self, time_window: TimeWindow) -> PartitionKeyRange:
        """From the key of the span in which a window starts to that of the span in which it ends."""
        first, last = self.window_at(time_window.start), self.window_ending_at(time_window.end)
        return PartitionKeyRange(self.key_of(first.start), self.key_of(last.start))

    def key_of(self, start: datetime) -> str:
        """The key of the span that starts at `start`."""
        return start.strftime(self.fmt)

    # -- spans ---------------------------------------------------------------------------------------------------------

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span that `partition_key` names.

        Raises:
            UnreadableDateError: The key does not read by `fmt`.
        """
        start = self._start_near(self._as_time(partition_key))
        return TimeWindow(start, self.moved(start, 1))

    def start_time_for_partition_key(self, partition_key: str) -> datetime:
        """When the span that `partition_key` names starts."""
        return self.time_window_for_partition_key(partition_key).start

    def end_time_for_partition_key(self, partition_key: str) -> datetime:
        """When the span that `partition_key` names ends."""
        return self.time_window_for_partition_key(partition_key).end

    def get_first_partition_window(self) -> TimeWindow | None:
        """The first span that exists now, or None."""
        return next(self._windows(None), None)

    def get_last_partition_window(self, current_time: datetime | None = None) -> TimeWindow | None:
        """The last span that exists at `current_time`, or None."""
        window = self.window_ending_at(self._last_end(current_time))
        if window.end > self._last_end(current_time):
            window = TimeWindow(self.moved(window.start, -1), window.start)
        while window.start >= self.start and self.is_excluded(window.start):
            window = TimeWindow(self.moved(window.start, -1), window.start)
        return window if window.start >= self.start else None

    def window_at(self, moment: datetime) -> TimeWindow:
        """The span in which `moment` lies, whether it exists or not."""
        moment = self._localized(moment)
        start = self._start_near(moment)
        if start > moment:
            start = self.moved(start, -1)
        return TimeWindow(start, self.moved(start, 1))

    def window_ending_at(self, moment: datetime) -> TimeWindow:
        """The span that ends at `moment`, or in which it lies."""
        window = self.window_at(moment)
        return window if window.start < moment else TimeWindow(self.moved(window.start, -1), window.start)

    def _windows(self, current_time: datetime | None) -> Iterator[TimeWindow]:
        start = self._start_near(self.start)
        while start < self.start:
            start = self.moved(start, 1)
        last_end = self._last_end(current_time)
        while (end := self.moved(start, 1)) <= last_end:
            if not self.is_excluded(start):
                yield TimeWindow(start, end)
            start = end

    def _last_end(self, current_time: datetime | None) -> datetime:
        """The moment by which a span must have ended to exist at `current_time`."""
        now = self._localized(current_time or time_in_force())
        limit = self.moved(now, self.end_offset) if self.end_offset else now
        return min(limit, self.end) if self.end is not None else limit

    def is_excluded(self, start: datetime) -> bool:
        """Whether the span that starts at `start` is left out."""
        return any(
            is_cron_time(exclusion, start) if isinstance(exclusion, str) else exclusion == start
            for exclusion in self.exclusions
        )

    # -- dates ---------------------------------------------------------------------------------------------------------

    def _as_exclusion(self, given: str | datetime) -> str | datetime:
        if isinstance(given, datetime):
            return self._localized(given)
        check_cron_line("The exclusions of partitions", str(given))  # a date, say, is told as it reads
        return given

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
        return f"{kind}, starting {self.key_of(self.start)} {self.timezone}."
