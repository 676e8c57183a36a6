"""Partitions: the parts of an asset that are made one at a time, each named by a key."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange
from dagwire.definitions.partitions.partitions_subset import DefaultPartitionsSubset, PartitionsSubset
from dagwire.errors import InvalidDefinitionError, UnknownPartitionError
from dagwire.resources.instance import DynamicPartitionsStore

PARTITION_TAG = "dagster/partition"
PARTITION_SET_TAG = "dagster/partition_set"
"""The tag that names the partitions of a job, under Dagster's name for them: `<job>_partition_set`."""
RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
"""Run tags, spelled as Dagster spells them."""


class PartitionsDefinition(ABC):
    """The partitions that there are, in order."""

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

    def validate_partition_key(self, partition_key: str, context: object = None) -> None:
        """`check_partition_key`, by Dagster's name; `context` is that of `partition_loading_context`, in force."""
        del context
        self.check_partition_key(partition_key)

    def as_key(self, text: str) -> str:
        """The key that `text` spells; a multi partition key knows its dimensions."""
        return text

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The tags of a run that makes a partition."""
        return {PARTITION_TAG: partition_key}

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> list[str]:
        """The keys of a range; none if its start comes after its end.

        Raises:
            UnknownPartitionError: An end of the range is not a partition.
        """
        keys = self.get_partition_keys()
        for end in partition_key_range:
            self.check_partition_key(end)
        return keys[keys.index(partition_key_range.start) : keys.index(partition_key_range.end) + 1]

    def get_first_partition_key(self) -> str | None:
        """The first key, or None."""
        return next(iter(self.get_partition_keys()), None)

    def get_last_partition_key(self, current_time: datetime | None = None) -> str | None:
        """The last key that exists at `current_time`, or None."""
        return next(reversed(self.get_partition_keys(current_time)), None)

    def get_num_partitions(self) -> int:
        """The number of partitions that exist now."""
        return len(self.get_partition_keys())

    def filter_valid_partition_keys(self, partition_keys: set[str]) -> AbstractSet[str]:
        """Keep the keys that exist now."""
        return partition_keys & set(self.get_partition_keys())

    # -- subsets -------------------------------------------------------------------------------------------------------

    @property
    def partitions_subset_class(self) -> type[PartitionsSubset]:
        """The class of this definition's subsets."""
        return DefaultPartitionsSubset

    def empty_subset(self) -> PartitionsSubset:
        """A subset without keys."""
        return DefaultPartitionsSubset()

    def subset_with_partition_keys(self, partition_keys: Iterable[str]) -> PartitionsSubset:
        """A subset with these keys."""
        return self.empty_subset().with_partition_keys(partition_keys)

    def subset_with_all_partitions(self) -> PartitionsSubset:
        """A subset with all keys that exist now."""
        return self.subset_with_partition_keys(self.get_partition_keys())

    def get_serializable_unique_identifier(self) -> str:
        """Text that differs if the keys do."""
        keys = "\n".join(self.get_partition_keys())
        return hashlib.sha1(keys.encode(), usedforsecurity=False).hexdigest()


class StaticPartitionsDefinition(PartitionsDefinition):
    """A fixed list of partitions."""

    def __init__(self, partition_keys: Sequence[str]) -> None:
        """Keep the keys.

        Raises:
            InvalidDefinitionError: One is not text, is there twice, or cannot be written in a range or in a tag.
        """
        self._keys = tuple(partition_keys)
        self._known = frozenset(self._keys)
        for key in self._keys:
            _check_static_key(key)
        if len(self._known) < len(self._keys):
            twice = sorted(key for key in self._known if self._keys.count(key) > 1)
            msg = f"Partition keys must be unique. Duplicate instances of partition keys: {twice}."
            raise InvalidDefinitionError(msg)

    @property
    def partition_keys(self) -> tuple[str, ...]:
        """The list as it was declared."""
        return self._keys

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The list as it was declared, at any time."""
        return list(self._keys)

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether it is in the list."""
        return partition_key in self._known

    def __eq__(self, other: object) -> bool:
        """Equal if the keys are, in this order."""
        return isinstance(other, StaticPartitionsDefinition) and self._keys == other._keys

    def __hash__(self) -> int:
        """By the keys."""
        return hash(self._keys)

    def __str__(self) -> str:
        """The keys."""
        return ", ".join(map(repr, self._keys))

    def __repr__(self) -> str:
        """The call that makes it."""
        return f"StaticPartitionsDefinition(partition_keys={list(self._keys)})"


def _check_static_key(key: object) -> None:
    if not isinstance(key, str):
        msg = f"Partition key {key!r} is a {type(key).__name__}; keys are text."
        raise InvalidDefinitionError(msg)
    if "..." in key:
        msg = f"Partition key {key!r} contains '...', by which ranges of keys are written. Choose another spelling."
        raise InvalidDefinitionError(msg)
    if any(character in key for character in "\a\b\f\n\r\t\v\0"):
        msg = f"Partition key {key!r} contains a control character. Choose a key that can be printed on one line."
        raise InvalidDefinitionError(msg)


class BackfillPolicyType(Enum):
    """Whether a range of partitions is one run or many."""

    SINGLE_RUN = "SINGLE_RUN"
    MULTI_RUN = "MULTI_RUN"


class BackfillPolicy(NamedTuple):
    """The number of runs for a range of partitions."""

    max_partitions_per_run: int | None = 1

    @staticmethod
    def single_run() -> "BackfillPolicy":
        """One run for the whole range; the body works through `context.partition_keys`."""
        return BackfillPolicy(None)

    @staticmethod
    def multi_run(max_partitions_per_run: int = 1) -> "BackfillPolicy":
        """One run for each `max_partitions_per_run` partitions."""
        return BackfillPolicy(max_partitions_per_run)

    @property
    def policy_type(self) -> BackfillPolicyType:
        """Whether it is one run or many."""
        single = self.max_partitions_per_run is None
        return BackfillPolicyType.SINGLE_RUN if single else BackfillPolicyType.MULTI_RUN
