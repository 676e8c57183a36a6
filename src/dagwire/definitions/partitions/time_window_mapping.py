"""`TimeWindowPartitionMapping`: time windows take the upstream time windows that overlap them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dagwire.definitions.partitions.partition_key_range import TimeWindow
from dagwire.definitions.partitions.partition_mapping import KeyMapping
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.partitions_subset import TimeWindowPartitionsSubset
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition


@dataclass(frozen=True)
class TimeWindowPartitionMapping(KeyMapping):
    """A time window takes the upstream windows that overlap it, or that lie so many windows before or after it.

    Example:
        >>> from dagwire import DailyPartitionsDefinition, TimeWindowPartitionMapping
        >>> days = DailyPartitionsDefinition("2013-01-01", end_date="2014-01-01")
        >>> TimeWindowPartitionMapping(start_offset=-1).upstream_keys(["2013-02-01"], days, days)
        ['2013-01-31', '2013-02-01']
    """

    start_offset: int = 0
    """The number of downstream windows by which the first window taken starts later; earlier if it is negative."""
    end_offset: int = 0
    """The number of downstream windows by which the last window taken ends later."""
    allow_nonexistent_upstream_partitions: bool = False
    """Whether windows that do not exist are left out; they are refused otherwise.

    Windows that an offset alone leads to are left out in any case: the first day has no day before it."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys of the windows taken, in order of time."""
        assert isinstance(downstream, TimeWindowPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        assert isinstance(upstream, TimeWindowPartitionsDefinition)  # noqa: S101  # likewise
        bounds = _bounds(upstream)
        wanted: list[TimeWindow] = []
        for window in _windows_of(downstream, keys):
            start = _offset(downstream, window.start, self.start_offset, bounds)
            end = _offset(downstream, window.end, self.end_offset, bounds)
            wanted += _whole_windows(upstream, start, end)
        if self.allow_nonexistent_upstream_partitions:
            wanted = list(_clipped(wanted, bounds))
        return _keys_in(upstream, wanted)

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """The keys of the windows that take some upstream ones, in order of time."""
        assert isinstance(downstream, TimeWindowPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        assert isinstance(upstream, TimeWindowPartitionsDefinition)  # noqa: S101  # likewise
        bounds = _bounds(downstream)
        taking: list[TimeWindow] = []
        for window in _windows_of(upstream, keys):
            for whole in _whole_windows(downstream, window.start, window.end):
                start = _offset(downstream, whole.start, -self.end_offset, bounds)
                end = _offset(downstream, whole.end, -self.start_offset, bounds)
                if start.timestamp() < end.timestamp():
                    taking.append(TimeWindow(start, end))
        return _keys_in(downstream, _clipped(taking, bounds))

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must have time windows, in one time zone."""
        sides = {"downstream": downstream, "upstream": upstream}
        for side, partitions in sides.items():
            if not isinstance(partitions, TimeWindowPartitionsDefinition):
                return f"It goes by time windows, and the partitions of the {side} asset are not time windows."
        zones = [side.timezone for side in sides.values() if isinstance(side, TimeWindowPartitionsDefinition)]
        if zones[0] != zones[1]:
            return f"The windows of the downstream asset are in {zones[0]}, those of the upstream one in {zones[1]}."
        return None

    def missing_subset(self, keys: Sequence[str], upstream: PartitionsDefinition) -> TimeWindowPartitionsSubset:
        """The time windows of keys that are taken and do not exist."""
        assert isinstance(upstream, TimeWindowPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        windows = upstream.time_windows_for_partition_keys(keys, validate=False)
        return TimeWindowPartitionsSubset(upstream, None, windows)

    @property
    def description(self) -> str:
        """A sentence for people."""
        sentence = "A partition takes the upstream partitions whose time windows overlap its own."
        if self.start_offset or self.end_offset:
            sentence += f" Its start is moved by {self.start_offset} windows, its end by {self.end_offset}."
        return sentence


def _windows_of(partitions: TimeWindowPartitionsDefinition, keys: Sequence[str]) -> Sequence[TimeWindow]:
    """The windows of keys; those that touch are one."""
    windows = partitions.time_windows_for_partition_keys(keys, validate=False)
    return TimeWindowPartitionsSubset(partitions, None, windows).included_time_windows


def _keys_in(partitions: TimeWindowPartitionsDefinition, windows: Iterable[TimeWindow]) -> list[str]:
    return list(TimeWindowPartitionsSubset(partitions, None, windows).get_partition_keys())


def _whole_windows(partitions: TimeWindowPartitionsDefinition, start: datetime, end: datetime) -> list[TimeWindow]:
    """The time of the windows that overlap the time from `start` to `end`; nothing if that is empty."""
    if start.timestamp() >= end.timestamp():
        return []
    return [TimeWindow(partitions.window_at(start).start, partitions.window_ending_at(end).end)]


def _bounds(partitions: TimeWindowPartitionsDefinition) -> TimeWindow | None:
    """From the first window that exists to the last."""
    first, last = partitions.get_first_partition_window(), partitions.get_last_partition_window()
    return TimeWindow(first.start, last.end) if first and last else None


def _clipped(windows: Iterable[TimeWindow], bounds: TimeWindow | None) -> Iterator[TimeWindow]:
    """The parts of windows that lie in `bounds`."""
    if bounds is None:
        return
    for window in windows:
        start = max(window.start, bounds.start, key=_timestamp)
        end = min(window.end, bounds.end, key=_timestamp)
        if _timestamp(start) < _timestamp(end):
            yield TimeWindow(start, end)


def _offset(
    partitions: TimeWindowPartitionsDefinition, moment: datetime, windows: int, bounds: TimeWindow | None
) -> datetime:
    """`moment`, so many windows on; an offset does not lead out of `bounds`."""
    if not windows:
        return moment
    moved = _past_excluded(partitions, moment, windows) if partitions.exclusions else partitions.moved(moment, windows)
    if bounds is None:
        return moved
    return max(moved, bounds.start, key=_timestamp) if windows < 0 else min(moved, bounds.end, key=_timestamp)


def _past_excluded(partitions: TimeWindowPartitionsDefinition, moment: datetime, windows: int) -> datetime:
    """`moment`, so many windows on; excluded windows are not counted."""
    for _ in range(abs(windows)):
        if windows < 0:
            window = partitions.get_prev_partition_window(moment, respect_bounds=False)
            moment = window.start if window else moment
        else:
            window = partitions.get_next_partition_window(moment, respect_bounds=False)
            moment = window.end if window else moment
    return moment


def _timestamp(moment: datetime) -> float:
    return moment.timestamp()
