"""Partitions of two dimensions: one for each combination of their keys."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple, Self

from dagwire.definitions.partitions.dynamic_partitions import DynamicPartitionsDefinition
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PARTITION_TAG, PartitionsDefinition, StaticPartitionsDefinition
from dagwire.definitions.partitions.partitions_subset import DefaultPartitionsSubset
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnknownNameError, UnknownPartitionError
from dagwire.resources.instance import DynamicPartitionsStore

SEPARATOR = "|"
_RESERVED = frozenset("|,[]")
"""The characters that a key of a dimension cannot have, as in Dagster."""
"""Stands between the keys of the dimensions, which are in the order of their names; as in Dagster."""


class PartitionDimensionKey(NamedTuple):
    """The key of one dimension of a partition."""

    dimension_name: str
    partition_key: str


class MultiPartitionKey(str):
    """The key of a partition of several dimensions; text, with a key for each of them."""

    __slots__ = ("keys_by_dimension",)

    keys_by_dimension: Mapping[str, str]

    def __new__(cls, keys_by_dimension: Mapping[str, str]) -> Self:
        """Join the keys, in the order of the dimensions' names.

        Raises:
            InvalidDefinitionError: A dimension's name or key is not text.
        """
        for item in itertools.chain.from_iterable(keys_by_dimension.items()):
            _check_text(item)
        ordered = {name: keys_by_dimension[name] for name in sorted(keys_by_dimension)}
        made = super().__new__(cls, SEPARATOR.join(ordered.values()))
        made.keys_by_dimension = ordered
        return made

    def __getnewargs__(self) -> tuple[dict[str, str]]:  # type: ignore[override]  # a str is made of text, this of a dict
        """The keys by dimension, for copies and pickles."""
        return (dict(self.keys_by_dimension),)

    @property
    def dimension_keys(self) -> list[PartitionDimensionKey]:
        """The keys, each with the name of its dimension."""
        return [PartitionDimensionKey(name, key) for name, key in self.keys_by_dimension.items()]


class PartitionDimensionDefinition(NamedTuple):
    """A dimension: its name and its partitions."""

    name: str
    partitions_def: PartitionsDefinition


class MultiPartitionsDefinition(PartitionsDefinition):
    """One partition for each combination of the keys of two dimensions."""

    def __init__(self, partitions_defs: Mapping[str, PartitionsDefinition]) -> None:
        """`partitions_defs` is `{dimension: its partitions}`.

        Raises:
            InvalidInvocationError: There are not two dimensions.
            InvalidDefinitionError: One of them is of a kind that cannot be combined, or has a key with one of `|,[]`.
        """
        if len(partitions_defs) != 2:  # noqa: PLR2004  # as in Dagster
            problem = f"has two dimensions; {len(partitions_defs)} were passed."
            raise InvalidInvocationError("MultiPartitionsDefinition", problem)
        for name, definition in partitions_defs.items():
            _check_dimension(name, definition)
        self.by_dimension: dict[str, PartitionsDefinition] = {
            name: partitions_defs[name] for name in sorted(partitions_defs)
        }
        """`{dimension: its partitions}`, in the order of their keys."""

    @property
    def partitions_defs(self) -> list[PartitionDimensionDefinition]:
        """The dimensions, in the order of their keys."""
        return [PartitionDimensionDefinition(*item) for item in self.by_dimension.items()]

    @property
    def partition_dimension_names(self) -> list[str]:
        """The names of the dimensions, in the order of their keys."""
        return list(self.by_dimension)

    @property
    def primary_dimension(self) -> PartitionDimensionDefinition:
        """The dimension of time, or else the first one."""
        return self.time_dimension or self.partitions_defs[0]

    @property
    def secondary_dimension(self) -> PartitionDimensionDefinition:
        """The other dimension."""
        return next(each for each in self.partitions_defs if each.name != self.primary_dimension.name)

    # -- keys ----------------------------------------------------------------------------------------------------------

    def get_partition_keys(
        self, current_time: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The combinations that exist at `current_time`; the first dimension's keys change slowest."""
        definitions = self.by_dimension.values()
        dimensions = [each.get_partition_keys(current_time, dynamic_partitions_store) for each in definitions]
        return [self._joined(keys) for keys in itertools.product(*dimensions)]

    def has_partition_key(self, partition_key: str) -> bool:
        """Whether every dimension has its key."""
        keys = partition_key.split(SEPARATOR)
        definitions = self.by_dimension.values()
        return len(keys) == len(self.by_dimension) and all(
            definition.has_partition_key(key) for key, definition in zip(keys, definitions, strict=True)
        )

    def filter_valid_partition_keys(self, partition_keys: set[str]) -> AbstractSet[str]:
        """Keep the keys that exist now, with their dimensions."""
        well_formed = [self.as_key(key) for key in partition_keys if key.count(SEPARATOR) == len(self.by_dimension) - 1]
        valid = {
            name: definition.filter_valid_partition_keys({key.keys_by_dimension[name] for key in well_formed})
            for name, definition in self.by_dimension.items()
        }
        return {key for key in well_formed if all(key.keys_by_dimension[name] in valid[name] for name in valid)}

    def get_partition_key_from_str(self, partition_key_str: str) -> MultiPartitionKey:
        """The key that text spells.

        Raises:
            UnknownPartitionError: It has not one key for each dimension.
        """
        keys = partition_key_str.split(SEPARATOR)
        if len(keys) != len(self.by_dimension):
            raise UnknownPartitionError(partition_key_str, self.get_partition_keys())
        return self._joined(tuple(keys))

    def as_key(self, text: str) -> MultiPartitionKey:
        """`get_partition_key_from_str`, under the name that all partitions have."""
        return self.get_partition_key_from_str(text)

    def get_tags_for_partition_key(self, partition_key: str) -> Mapping[str, str]:
        """The tags of a run that makes a partition: one for each dimension, too."""
        keys = self.as_key(partition_key).keys_by_dimension
        return {PARTITION_TAG: partition_key, **{f"{PARTITION_TAG}/{name}": key for name, key in keys.items()}}

    def get_partition_keys_in_range(
        self, partition_key_range: PartitionKeyRange, dynamic_partitions_store: DynamicPartitionsStore | None = None
    ) -> list[str]:
        """The combinations of the keys between the two ends in each dimension.

        Raises:
            UnknownPartitionError: An end of the range is not a partition.
        """
        with partition_loading_context(dynamic_partitions_store=dynamic_partitions_store):
            for key in partition_key_range:
                self.check_partition_key(key)
            first, last = (self.as_key(key).keys_by_dimension for key in partition_key_range)
            dimensions = [
                definition.get_partition_keys_in_range(PartitionKeyRange(first[name], last[name]))
                for name, definition in self.by_dimension.items()
            ]
        return [self._joined(keys) for keys in itertools.product(*dimensions)]

    def get_partitions_def_for_dimension(self, dimension_name: str) -> PartitionsDefinition:
        """The partitions of one dimension.

        Raises:
            UnknownNameError: There is no such dimension.
        """
        if dimension_name not in self.by_dimension:
            raise UnknownNameError("dimension", dimension_name, self.by_dimension)
        return self.by_dimension[dimension_name]

    def get_multipartition_keys_with_dimension_value(
        self, dimension_name: str, dimension_partition_key: str
    ) -> list[MultiPartitionKey]:
        """The keys that exist and have a given key in one dimension.

        Raises:
            UnknownNameError: There is no such dimension.
        """
        return self.get_multipartition_keys_with_dimension_values(dimension_name, [dimension_partition_key])

    def get_multipartition_keys_with_dimension_values(
        self, dimension_name: str, dimension_partition_keys: Sequence[str]
    ) -> list[MultiPartitionKey]:
        """The keys that exist and have one of the given keys in one dimension.

        Raises:
            UnknownNameError: There is no such dimension.
        """
        known = self.get_partitions_def_for_dimension(dimension_name).filter_valid_partition_keys(
            set(dimension_partition_keys)
        )
        existing = (key for key in dimension_partition_keys if key in known)
        return [key for each in existing for key in self.combinations({dimension_name: [each]})]

    def combinations(self, keys_by_dimension: Mapping[str, Iterable[str]]) -> list[MultiPartitionKey]:
        """The combinations of the keys given for some dimensions, and of all existing keys of the others."""
        each = [keys_by_dimension.get(name) for name in self.by_dimension]
        known = [
            definition.get_partition_keys() if keys is None else keys
            for keys, definition in zip(each, self.by_dimension.values(), strict=True)
        ]
        return [self._joined(keys) for keys in itertools.product(*known)]

    def _joined(self, keys: tuple[str, ...]) -> MultiPartitionKey:
        return MultiPartitionKey(dict(zip(self.by_dimension, keys, strict=True)))

    # -- time ----------------------------------------------------------------------------------------------------------

    @property
    def time_dimension(self) -> PartitionDimensionDefinition | None:
        """The one dimension of time; None if none is of time, or both are."""
        found = [
            each for each in self.partitions_defs if isinstance(each.partitions_def, TimeWindowPartitionsDefinition)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def has_time_window_dimension(self) -> bool:
        """Whether one dimension is of time."""
        return self.time_dimension is not None

    @property
    def time_window_dimension(self) -> PartitionDimensionDefinition:
        """The one dimension of time.

        Raises:
            InvalidInvocationError: None is of time, or both are.
        """
        if self.time_dimension is None:
            raise InvalidInvocationError("A multi partition", "has no dimension of time, or two.")
        return self.time_dimension

    @property
    def time_window_partitions_def(self) -> PartitionsDefinition:
        """The partitions of the one dimension of time."""
        return self.time_window_dimension.partitions_def

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The time window of the one dimension of time.

        Raises:
            InvalidInvocationError: None is of time, or both are.
        """
        name, definition = self.time_window_dimension
        assert isinstance(definition, TimeWindowPartitionsDefinition)  # noqa: S101  # the dimension of time
        return definition.time_window_for_partition_key(self.as_key(partition_key).keys_by_dimension[name])

    # -- subsets and comparison ----------------------------------------------------------------------------------------

    def subset_with_partition_keys(self, partition_keys: Iterable[str]) -> DefaultPartitionsSubset:
        """A subset with these keys, which know their dimensions."""
        return DefaultPartitionsSubset(map(self.as_key, partition_keys))

    def __eq__(self, other: object) -> bool:
        """Equal if the dimensions are."""
        return isinstance(other, MultiPartitionsDefinition) and self.by_dimension == other.by_dimension

    def __hash__(self) -> int:
        """By the dimensions."""
        return hash(tuple(self.by_dimension.items()))

    def __str__(self) -> str:
        """The dimensions, one a line."""
        lines = (f"{name.capitalize()}: {definition}" for name, definition in self.by_dimension.items())
        return "Multi-partitioned, with dimensions: \n" + " \n".join(lines)

    def __repr__(self) -> str:
        """The dimensions, as Dagster shows them."""
        return f"MultiPartitionsDefinition(dimensions={list(map(repr, self.partitions_defs))})"


def _check_text(item: object) -> None:
    if not isinstance(item, str):
        msg = f"MultiPartitionKey: {item!r} is a {type(item).__name__}; dimensions and keys are text."
        raise InvalidDefinitionError(msg)


def _check_dimension(name: str, definition: PartitionsDefinition) -> None:
    kinds = (StaticPartitionsDefinition, TimeWindowPartitionsDefinition, DynamicPartitionsDefinition)
    if not isinstance(definition, kinds) or (
        isinstance(definition, DynamicPartitionsDefinition) and definition.partition_fn is not None
    ):
        msg = (
            f"Dimension '{name}' of multi partitions is a {type(definition).__name__}. A dimension is a fixed list, "
            f"time windows, or dynamic partitions that have a name."
        )
        raise InvalidDefinitionError(msg)
    if isinstance(definition, StaticPartitionsDefinition):
        mixed_up = [key for key in definition.get_partition_keys() if not _RESERVED.isdisjoint(key)]
        if mixed_up:
            msg = f"Dimension '{name}' of multi partitions has the key {mixed_up[0]!r}; no key may have one of `|,[]`."
            raise InvalidDefinitionError(msg)
