"""`PartitionKeyRange` and `TimeWindow`: from one key to another, and from one moment to another."""

from datetime import datetime
from typing import NamedTuple


class TimeWindow(NamedTuple):
    """A time window: its start belongs to it, its end does not. Both have a time zone."""

    start: datetime
    end: datetime


class PartitionKeyRange(NamedTuple):
    """The partitions from one key to another, both of them included."""

    start: str
    end: str
