"""Subsets of partitions: some of the keys that a definition has."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Protocol, Self

from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow


class HasPartitionKeys(Protocol):
    """A definition of partitions, as a subset sees it."""

    def get_partition_keys(self) -> Sequence[str]:
        """The keys, in order."""
        ...


class HasWindowsOfKeys(HasPartitionKeys, Protocol):
    """A definition of partitions of time, as a subset sees it."""

    def time_windows_for_partition_keys(self, partition_keys: Iterable[str]) -> Sequence[TimeWindow]:
        """The windows of those keys that exist."""
        ...

    def get_partition_keys_in_time_window(self, time_window: TimeWindow) -> Sequence[str]:
        """The keys of the windows that start in a window."""
        ...


class PartitionsSubset(ABC):
    """Some partitions of a definition. It does not change; operators make another one.

    `definition.subset_with_partition_keys(keys)` makes a subset, `definition.empty_subset()` one without keys.

    Example:
        >>> from dagwire import StaticPartitionsDefinition
        >>> letters = StaticPartitionsDefinition(["a", "b", "c"])
        >>> some = letters.subset_with_partition_keys(["c", "a"])
        >>> "a" in some, len(some), list((some - letters.subset_with_partition_keys(["a"])).get_partition_keys())
        (True, 2, ['c'])
    """

    @abstractmethod
    def get_partition_keys(self) -> Collection[str]:
        """The keys; those of time windows in order of time."""

    @abstractmethod
    def with_partition_keys(self, partition_keys: Iterable[str]) -> "PartitionsSubset":
        """A subset with these keys too."""

    @abstractmethod
    def empty_subset(self) -> "PartitionsSubset":
        """A subset of the same definition without keys."""

    @property
    def is_empty(self) -> bool:
        """Whether there are no keys."""
        return not self.get_partition_keys()

    def with_partition_key_range(
        self, partitions_def: Any, partition_key_range: PartitionKeyRange
    ) -> "PartitionsSubset":
        """A subset with the keys of a range too."""
        return self.with_partition_keys(partitions_def.get_partition_keys_in_range(partition_key_range))

    def get_partition_keys_not_in_subset(self, partitions_def: HasPartitionKeys) -> Sequence[str]:
        """The keys of the definition that are not in the subset, in order."""
        return [key for key in partitions_def.get_partition_keys() if key not in self]

    def get_partition_key_ranges(self, partitions_def: HasPartitionKeys) -> Sequence[PartitionKeyRange]:
        """The keys as ranges without gaps, in order."""
        ranges: list[PartitionKeyRange] = []
        is_open = False
        for key in partitions_def.get_partition_keys():
            if key not in self:
                is_open = False
            elif is_open:
                ranges[-1] = PartitionKeyRange(ranges[-1].start, key)
            else:
                ranges.append(PartitionKeyRange(key, key))
                is_open = True
        return ranges

    def __or__(self, other: "PartitionsSubset") -> "PartitionsSubset":
        """The keys of either subset."""
        return self.with_partition_keys(other.get_partition_keys())

    def __and__(self, other: "PartitionsSubset") -> "PartitionsSubset":
        """The keys of both subsets."""
        return self.empty_subset().with_partition_keys(key for key in self.get_partition_keys() if key in other)

    def __sub__(self, other: "PartitionsSubset") -> "PartitionsSubset":
        """The keys of this subset that are not in the other."""
        return self.empty_subset().with_partition_keys(key for key in self.get_partition_keys() if key not in other)

    def __contains__(self, partition_key: object) -> bool:
        """Whether a key is in the subset."""
        return partition_key in self.get_partition_keys()

    def __len__(self) -> int:
        """The number of keys."""
        return len(self.get_partition_keys())


class DefaultPartitionsSubset(PartitionsSubset):
    """A subset that is a set of keys."""

    def __init__(self, subset: Iterable[str] = ()) -> None:
        """Keep the keys, in order."""
        self._keys = dict.fromkeys(subset)

    @property
    def subset(self) -> set[str]:
        """The keys as a set."""
        return set(self._keys)

    def get_partition_keys(self) -> Collection[str]:
        """The keys, as they were added; equal to a set of them."""
        return self._keys.keys()

    def with_partition_keys(self, partition_keys: Iterable[str]) -> "DefaultPartitionsSubset":
        """A subset with these keys too."""
        return DefaultPartitionsSubset([*self._keys, *partition_keys])

    def empty_subset(self) -> "DefaultPartitionsSubset":
        """A subset without keys."""
        return DefaultPartitionsSubset()

    @classmethod
    def create_empty_subset(cls, partitions_def: object = None) -> Self:
        """A subset without keys, of any definition."""
        del partitions_def
        return cls()

    def __contains__(self, partition_key: object) -> bool:
        """Whether a key is in the subset."""
        return partition_key in self._keys

    def __eq__(self, other: object) -> bool:
        """Equal if the keys are, in any order."""
        return isinstance(other, DefaultPartitionsSubset) and self._keys.keys() == other._keys.keys()

    def __hash__(self) -> int:
        """By the keys."""
        return hash(frozenset(self._keys))

    def __repr__(self) -> str:
        """The keys as a set."""
        return f"DefaultPartitionsSubset(subset={self.subset})"


class TimeWindowPartitionsSubset(PartitionsSubset):
    """A subset of partitions of time: time windows that do not touch one another, in order."""

    def __init__(
        self,
        partitions_def: HasWindowsOfKeys,
        num_partitions: int | None = None,
        included_time_windows: Iterable[TimeWindow] = (),
    ) -> None:
        """Keep the windows; those that touch become one.

        Args:
            partitions_def: Knows the keys of time windows.
            num_partitions: Not needed; the keys are counted.
            included_time_windows: From the start of a partition to the end of it or of a later one.
        """
        del num_partitions
        self.partitions_def = partitions_def
        self.included_time_windows: tuple[TimeWindow, ...] = _merged(included_time_windows)
        self._keys: list[str] | None = None

    def get_partition_keys(self) -> Sequence[str]:
        """The keys, in order of time."""
        if self._keys is None:
            windows = self.included_time_windows
            in_order = (self.partitions_def.get_partition_keys_in_time_window(window) for window in windows)
            self._keys = [key for keys in in_order for key in keys]
        return list(self._keys)

    def with_partition_keys(self, partition_keys: Iterable[str]) -> "TimeWindowPartitionsSubset":
        """A subset with those of these keys that exist, too."""
        added = self.partitions_def.time_windows_for_partition_keys(partition_keys)
        return TimeWindowPartitionsSubset(self.partitions_def, None, [*self.included_time_windows, *added])

    def empty_subset(self) -> "TimeWindowPartitionsSubset":
        """A subset of the same definition without keys."""
        return TimeWindowPartitionsSubset(self.partitions_def)

    def with_partitions_def(self, partitions_def: HasWindowsOfKeys) -> "TimeWindowPartitionsSubset":
        """Take these time windows of another definition."""
        return TimeWindowPartitionsSubset(partitions_def, None, self.included_time_windows)

    def get_partition_key_ranges(self, partitions_def: HasPartitionKeys) -> Sequence[PartitionKeyRange]:
        """The keys of each time window as a range."""
        del partitions_def
        windows = self.included_time_windows
        in_order = (self.partitions_def.get_partition_keys_in_time_window(window) for window in windows)
        return [PartitionKeyRange(keys[0], keys[-1]) for keys in in_order if keys]

    @property
    def num_partitions(self) -> int:
        """The number of keys."""
        return len(self)

    @property
    def is_empty(self) -> bool:
        """Whether there are no windows."""
        return not self.included_time_windows

    def __eq__(self, other: object) -> bool:
        """Equal if definition and windows are."""
        return (
            isinstance(other, TimeWindowPartitionsSubset)
            and self.partitions_def == other.partitions_def
            and self.included_time_windows == other.included_time_windows
        )

    def __hash__(self) -> int:
        """By the windows."""
        return hash(self.included_time_windows)

    def __repr__(self) -> str:
        """The ranges of keys."""
        ranges = [tuple(each) for each in self.get_partition_key_ranges(self.partitions_def)]
        return f"TimeWindowPartitionsSubset({ranges})"


def _merged(windows: Iterable[TimeWindow]) -> tuple[TimeWindow, ...]:
    """The windows in order; those that touch or overlap as one."""
    merged: list[TimeWindow] = []
    for window in sorted(windows, key=lambda each: each.start.timestamp()):
        if merged and window.start.timestamp() <= merged[-1].end.timestamp():
            end = max(window.end, merged[-1].end, key=lambda moment: moment.timestamp())
            merged[-1] = TimeWindow(merged[-1].start, end)
        else:
            merged.append(TimeWindow(*window))
    return tuple(merged)
