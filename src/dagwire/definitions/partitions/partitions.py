"""Partitions: the parts of an asset that are made one at a time, each named by a key."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from dagwire.errors import InvalidDefinitionError, UnknownPartitionError
from dagwire.resources.instance import DynamicPartitionsStore

PARTITION_TAG = "dagster/partition"
PARTITION_SET_TAG = "dagster/partition_set"
"""The tag that names the partitions of a job, under Dagster's name for them: `<job>_partition_set`."""
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
"""Run tags, spelled as Dagster spells them."""


class TimeWindow(NamedTuple):
    """A span of time: its start belongs to it, its end does not. Both know their time zone."""

    start: datetime
    end: datetime


class PartitionKeyRange(NamedTuple):
    """The partitions from one key to another, both of them included."""

    start: str
    end: str


class PartitionsDefinition(ABC):
    """Which partitions there are, in order."""

    @abstractmethod
    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The keys that exist.

        Args:
            current_time: When; the time of `partition_loading_context` by default, which is now outside any.
            dynamic_partitions_store: The instance that knows the keys of dynamic partitions; that of
                `partition_loading_context` by default.
        """

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether there is such a partition now."""
        return partition_key in self.get_partition_keys()

    def check_partition_key(self, partition_key: str) -> None:
        """Refuse a key that names no partition.

        Raises:
            UnknownPartitionError: It names the nearest.
        """
        if not self.has_partition_key(partition_key):
            raise UnknownPartitionError(partition_key, self.get_partition_keys())

    def as_key(self, text: str) -> str:
        """The key that `text` says: text again, which may know more of itself."""
        return text

    def tags_of(self, partition_key: str) -> dict[str, str]:
        """The tags of a run that makes a partition."""
        return {PARTITION_TAG: partition_key}

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> list[str]:
        """The keys of a range; none where its start comes after its end.

        Raises:
            UnknownPartitionError: An end of the range is no partition.
        """
        keys = self.get_partition_keys()
        for end in partition_key_range:
            self.check_partition_key(end)
        return keys[keys.index(partition_key_range.start) : keys.index(partition_key_range.end) + 1]

    def __repr__(self) -> str:
        """The kind, and what is said of it."""
        return f"<{type(self).__name__}: {self}>"

    def __str__(self) -> str:
        """For people."""
        return "partitions of its own kind"

    def get_first_partition_key(self) -> str | None:
        """The first key, or None."""
        return next(iter(self.get_partition_keys()), None)

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key that exists at `current_time`, or None."""
        return next(reversed(self.get_partition_keys(current_time)), None)

    def get_num_partitions(self) -> int:
        """How many there are now."""
        return len(self.get_partition_keys())


class StaticPartitionsDefinition(PartitionsDefinition):
    """A fixed list of partitions."""

    def __init__(self, partition_keys: Sequence[str]) -> None:
        """Keep the keys.

        Raises:
            InvalidDefinitionError: One is there twice, or has a character that ranges and dimensions are written with.
        """
        self.partition_keys = tuple(partition_keys)
        self._known = frozenset(self.partition_keys)
        for key in self.partition_keys:
            if len(self._known) < len(self.partition_keys) and self.partition_keys.count(key) > 1:
                msg = f"Partition '{key}' is given twice."
                raise InvalidDefinitionError(msg)
            if "..." in key or "," in key:
                msg = f"Partition '{key}' cannot be named so: commas and '...' are how several are written."
                raise InvalidDefinitionError(msg)

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The list as given, at any time."""
        return list(self.partition_keys)

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether it is in the list."""
        return partition_key in self._known

    def __eq__(self, other: object) -> bool:
        """Equal where the keys are."""
        return isinstance(other, StaticPartitionsDefinition) and self.partition_keys == other.partition_keys

    def __hash__(self) -> int:
        """By the keys."""
        return hash(self.partition_keys)

    def __str__(self) -> str:
        """For people."""
        return ", ".join(self.partition_keys)


class BackfillPolicyType(Enum):
    """Whether a range of partitions is one run or many."""

    SINGLE_RUN = "SINGLE_RUN"
    MULTI_RUN = "MULTI_RUN"


class BackfillPolicy(NamedTuple):
    """How a range of partitions is run."""

    max_partitions_per_run: int | None = 1

    @staticmethod
    def single_run() -> "BackfillPolicy":
        """One run for the whole range; the body works through `context.partition_keys`."""
        return BackfillPolicy(None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> "BackfillPolicy":
        """A run for each so many partitions."""
        return BackfillPolicy(max_partitions_per_run)

    @property
    def policy_type(self) -> BackfillPolicyType:
        """Which of the two it is."""
        single = self.max_partitions_per_run is None
        return BackfillPolicyType.SINGLE_RUN if single else BackfillPolicyType.MULTI_RUN
