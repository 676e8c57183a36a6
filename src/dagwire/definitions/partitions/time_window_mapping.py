"""`TimeWindowPartitionMapping`: spans of time need the spans of time that overlap them. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.partitions.partitions import PartitionsDefinition, TimeWindow
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition


@dataclass(frozen=True)
class TimeWindowPartitionMapping(PartitionMapping):
    """A span of time needs the spans upstream that overlap it, or that lie so many spans before or after it.

    Example:
        >>> from dagwire import DailyPartitionsDefinition, TimeWindowPartitionMapping
        >>> days = DailyPartitionsDefinition("2013-01-01", end_date="2014-01-01")
        >>> TimeWindowPartitionMapping(start_offset=-1).upstream_keys(["2013-02-01"], days, days)
        ['2013-01-31', '2013-02-01']
    """

    start_offset: int = 0
    """How many downstream spans later the first span needed starts; earlier where it is negative."""
    end_offset: int = 0
    """How many downstream spans later the last span needed ends."""
    allow_nonexistent_upstream_partitions: bool = False
    """Whether needed spans that do not exist are left out; they are refused otherwise.

    Spans that an offset alone leads to are left out in any case: the first day has no day before it."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys of the spans needed, in order."""
        assert isinstance(downstream, TimeWindowPartitionsDefinition)  # noqa: S101  # `misfit` is asked first
        assert isinstance(upstream, TimeWindowPartitionsDefinition)  # noqa: S101  # likewise
        bounds = _bounds(upstream)
        needed: dict[str, None] = {}
        for key in keys:
            window = downstream.time_window_for_partition_key(key)
            start = _offset(downstream, window.start, self.start_offset, bounds)
            end = _offset(downstream, window.end, self.end_offset, bounds)
            needed |= dict.fromkeys(self._needed(upstream, start, end, bounds))
        return list(needed)

    def _needed(
        self,
        upstream: TimeWindowPartitionsDefinition,
        start: datetime,
        end: datetime,
        bounds: TimeWindow | None,
    ) -> Iterator[str]:
        """The keys of the spans that overlap the time from `start` to `end`."""
        at = upstream.window_at(start).start
        while at < end and start < end:
            following = upstream.moved(at, 1)
            exists = bounds is not None and bounds.start <= at and following <= bounds.end
            is_wanted = exists or not self.allow_nonexistent_upstream_partitions
            if is_wanted and not upstream.is_excluded(at):
                yield upstream.key_of(at)
            at = following

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must be spans of time, in one time zone."""
        sides = {"downstream": downstream, "upstream": upstream}
        for side, partitions in sides.items():
            if not isinstance(partitions, TimeWindowPartitionsDefinition):
                return f"It goes by spans of time, and the partitions of the {side} asset are none."
        zones = [side.timezone for side in sides.values() if isinstance(side, TimeWindowPartitionsDefinition)]
        if zones[0] != zones[1]:
            return f"The spans of the downstream asset are in {zones[0]}, those of the upstream one in {zones[1]}."
        return None


def _bounds(partitions: TimeWindowPartitionsDefinition) -> TimeWindow | None:
    """From the first span that exists to the last."""
    first, last = partitions.get_first_partition_window(), partitions.get_last_partition_window()
    return TimeWindow(first.start, last.end) if first and last else None


def _offset(
    downstream: TimeWindowPartitionsDefinition, moment: datetime, spans: int, bounds: TimeWindow | None
) -> datetime:
    """`moment`, so many spans on; an offset does not lead out of `bounds`."""
    if not spans:
        return moment
    moved = downstream.moved(moment, spans)
    if bounds is None:
        return moved
    return max(moved, bounds.start) if spans < 0 else min(moved, bounds.end)
