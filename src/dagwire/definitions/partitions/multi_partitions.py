"""Partitions of several dimensions: one for each combination of their keys."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from dagwire.definitions.partitions.partitions import PARTITION_TAG, PartitionKeyRange, PartitionsDefinition, TimeWindow
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnknownNameError, UnknownPartitionError
from dagwire.resources.instance import DynamicPartitionsStore

SEPARATOR = "|"
"""What stands between the keys of the dimensions, which are in the order of their names; as in Dagster."""


class MultiPartitionKey(str):
    """The key of a partition of several dimensions; text, with a key for each of them."""

    __slots__ = ("keys_by_dimension",)

    keys_by_dimension: Mapping[str, str]

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> Self:
        """Join the keys."""
        ordered = {name: keys_by_dimension[name] for name in sorted(keys_by_dimension)}
        made = super().__new__(cls, SEPARATOR.join(ordered.values()))
        made.keys_by_dimension = ordered
        return made


class MultiPartitionsDefinition(PartitionsDefinition):
    """One partition for each combination of the keys of several dimensions."""

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        """`partitions_defs` is `{dimension: its partitions}`.

        Raises:
            InvalidDefinitionError: There are fewer than two dimensions.
        """
        if len(partitions_defs) < 2:  # noqa: PLR2004  # several are two at least
            msg = f"Partitions of several dimensions have two at least; {len(partitions_defs)} were given."
            raise InvalidDefinitionError(msg)
        self.partitions_defs = {name: partitions_defs[name] for name in sorted(partitions_defs)}

    @property
    def partition_dimension_names(self) -> list[str]:
        """The names of the dimensions, in the order of their keys."""
        return list(self.partitions_defs)

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """All combinations that exist at `current_time`; the first dimension's keys change slowest."""
        definitions = self.partitions_defs.values()
        dimensions = [each.get_partition_keys(current_time, dynamic_partitions_store) for each in definitions]
        return [self._joined(keys) for keys in itertools.product(*dimensions)]

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether every dimension has its key."""
        keys = partition_key.split(SEPARATOR)
        definitions = self.partitions_defs.values()
        return len(keys) == len(self.partitions_defs) and all(
            definition.has_partition_key(key) for key, definition in zip(keys, definitions, strict=True)
        )

    def get_partition_key_from_str(self, partition_key_str: str) -> MultiPartitionKey:
        """The key that text says.

        Raises:
            UnknownPartitionError: It has not one key for each dimension.
        """
        keys = partition_key_str.split(SEPARATOR)
        if len(keys) != len(self.partitions_defs):
            raise UnknownPartitionError(partition_key_str, self.get_partition_keys())
        return self._joined(tuple(keys))

    def as_key(self, text: str) -> MultiPartitionKey:
        """The same as `get_partition_key_from_str`."""
        return self.get_partition_key_from_str(text)

    def tags_of(self, partition_key: str) -> dict[str, str]:
        """The tags of a run that makes a partition: one for each dimension, too."""
        keys = self.as_key(partition_key).keys_by_dimension
        return {PARTITION_TAG: partition_key, **{f"{PARTITION_TAG}/{name}": key for name, key in keys.items()}}

    def get_partition_keys_in_range(self, partition_key_range: PartitionKeyRange) -> list[str]:
        """The combinations of what lies between the two ends in each dimension.

        Raises:
            UnknownPartitionError: An end of the range is no partition.
        """
        for key in partition_key_range:
            self.check_partition_key(key)
        first, last = (self.as_key(key).keys_by_dimension for key in partition_key_range)
        dimensions = [
            definition.get_partition_keys_in_range(PartitionKeyRange(first[name], last[name]))
            for name, definition in self.partitions_defs.items()
        ]
        return [self._joined(keys) for keys in itertools.product(*dimensions)]

    def get_partitions_def_for_dimension(self, dimension_name: str) -> PartitionsDefinition:
        """The partitions of one dimension.

        Raises:
            UnknownNameError: There is no such dimension.
        """
        if dimension_name not in self.partitions_defs:
            raise UnknownNameError("dimension", dimension_name, self.partitions_defs)
        return self.partitions_defs[dimension_name]

    def get_multipartition_keys_with_dimension_value(
        self, dimension_name: str, dimension_partition_key: str
    ) -> list[MultiPartitionKey]:
        """All keys that exist now and have a given key in one dimension.

        Raises:
            UnknownNameError: There is no such dimension.
        """
        self.get_partitions_def_for_dimension(dimension_name)
        keys = (self.as_key(key) for key in self.get_partition_keys())
        return [key for key in keys if key.keys_by_dimension[dimension_name] == dimension_partition_key]

    @property
    def time_dimension(self) -> tuple[str, TimeWindowPartitionsDefinition] | None:
        """The one dimension that has spans of time, and its partitions; None where none has, or several."""
        found = [(n, d) for n, d in self.partitions_defs.items() if isinstance(d, TimeWindowPartitionsDefinition)]
        return found[0] if len(found) == 1 else None

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span of the one dimension that has spans.

        Raises:
            InvalidInvocationError: None has, or several have.
        """
        if self.time_dimension is None:
            raise InvalidInvocationError("A partition", "has no dimension, or several, that are spans of time.")
        name, definition = self.time_dimension
        return definition.time_window_for_partition_key(self.as_key(partition_key).keys_by_dimension[name])

    def _joined(self, keys: tuple[str, ...]) -> MultiPartitionKey:
        return MultiPartitionKey(dict(zip(self.partitions_defs, keys, strict=True)))

    def __eq__(self, other: object) -> bool:
        """Equal where the dimensions are."""
        return isinstance(other, MultiPartitionsDefinition) and self.partitions_defs == other.partitions_defs

    def __hash__(self) -> int:
        """By the dimensions."""
        return hash(tuple(self.partitions_defs.items()))

    def __str__(self) -> str:
        """For people."""
        return "; ".join(f"{name}: {definition}" for name, definition in self.partitions_defs.items())
