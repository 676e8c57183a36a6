"""Partitions of several dimensions: one for each combination of their keys."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Self

from dagwire.definitions.partitions import PartitionsDefinition, TimeWindow
from dagwire.definitions.time_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnknownPartitionError
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

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The span of the one dimension that has spans.

        Raises:
            InvalidInvocationError: None has, or several have.
        """
        spans = {n: d for n, d in self.partitions_defs.items() if isinstance(d, TimeWindowPartitionsDefinition)}
        if len(spans) != 1:
            raise InvalidInvocationError("A partition", f"has {len(spans)} dimensions that are spans of time, not one.")
        name, definition = next(iter(spans.items()))
        return definition.time_window_for_partition_key(
            self.get_partition_key_from_str(partition_key).keys_by_dimension[name]
        )

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
