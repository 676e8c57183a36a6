"""Partition mappings to and from multi partitions. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dagwire.definitions.partitions.multi_partitions import MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_mapping import (
    IdentityPartitionMapping,
    KeyMapping,
    PartitionMapping,
    downstream_keys_of,
    upstream_keys_of,
)
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.time_window_mapping import TimeWindowPartitionMapping
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.suggestions import did_you_mean


def mapping_of_one_dimension(downstream: PartitionsDefinition, upstream: PartitionsDefinition) -> KeyMapping:
    """The mapping between partitions of one dimension: by overlap of time windows, or else by equal keys."""
    if isinstance(downstream, TimeWindowPartitionsDefinition) and isinstance(upstream, TimeWindowPartitionsDefinition):
        return TimeWindowPartitionMapping()
    return IdentityPartitionMapping()


@dataclass(frozen=True)
class MultiToSingleDimensionPartitionMapping(KeyMapping):
    """Multi partitions and partitions of one dimension go by the dimension that they share."""

    partition_dimension_name: str | None = None
    """The dimension; by default the one with equal partitions, or the one of time."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """The keys of the shared dimension; if the upstream asset has more, all combinations with them."""
        assert downstream is not None  # noqa: S101  # `mismatch` was asked first
        if isinstance(upstream, MultiPartitionsDefinition):
            name, shared = self._dimension(upstream, downstream)
            needed = mapping_of_one_dimension(downstream, shared).upstream_keys(keys, downstream, shared)
            return list(upstream.combinations({name: needed}))
        assert isinstance(downstream, MultiPartitionsDefinition)  # noqa: S101  # likewise
        name, shared = self._dimension(downstream, upstream)
        return mapping_of_one_dimension(shared, upstream).upstream_keys(_own(downstream, name, keys), shared, upstream)

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """The keys of the shared dimension; if the downstream asset has more, all combinations with them."""
        if isinstance(downstream, MultiPartitionsDefinition):
            name, shared = self._dimension(downstream, upstream)
            taking = mapping_of_one_dimension(shared, upstream).downstream_keys(keys, upstream, shared)
            return list(downstream.combinations({name: taking}))
        assert isinstance(upstream, MultiPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        name, shared = self._dimension(upstream, downstream)
        mapping = mapping_of_one_dimension(downstream, shared)
        return mapping.downstream_keys(_own(upstream, name, keys), shared, downstream)

    def _dimension(
        self, several: MultiPartitionsDefinition, single: PartitionsDefinition
    ) -> tuple[str, PartitionsDefinition]:
        name = self.partition_dimension_name or str(shared_dimension(several, single))
        return name, several.by_dimension[name]

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """The fault, unless one side alone has several dimensions and the dimension is named, or found."""
        several = [side for side in (downstream, upstream) if isinstance(side, MultiPartitionsDefinition)]
        single = [side for side in (downstream, upstream) if side not in several and side is not None]
        if len(several) != 1 or not single:
            return "It goes between multi partitions and partitions of one dimension."
        if self.partition_dimension_name is None:
            found = shared_dimension(several[0], single[0])
            return None if found else "The dimension that they share is not clear: name it, `partition_dimension_name`."
        unknown = _unknown_dimension(self.partition_dimension_name, several[0])
        return unknown or _unlike(self.partition_dimension_name, several[0], single[0])

    @property
    def description(self) -> str:
        """A sentence for people."""
        name = self.partition_dimension_name
        return (
            f"Partitions go by the dimension '{name}'." if name else "Partitions go by the dimension that they share."
        )


def _unlike(name: str, several: MultiPartitionsDefinition, single: PartitionsDefinition) -> str | None:
    """A sentence on a dimension whose partitions are neither equal to others nor, with them, time windows."""
    dimension = several.by_dimension[name]
    are_windows = isinstance(dimension, TimeWindowPartitionsDefinition) and isinstance(
        single, TimeWindowPartitionsDefinition
    )
    if are_windows or dimension == single:
        return None
    return f"The partitions of the dimension '{name}' are not those of the other asset."


class DimensionPartitionMapping(NamedTuple):
    """The mapping of one upstream dimension."""

    dimension_name: str
    """The downstream dimension that it goes by."""
    partition_mapping: PartitionMapping


@dataclass(frozen=True)
class MultiPartitionMapping(KeyMapping):
    """Multi partitions on both sides: each upstream dimension goes by a downstream one."""

    downstream_mappings_by_upstream_dimension: Mapping[str, DimensionPartitionMapping]
    """`{upstream dimension: its mapping}`; of a dimension that is not named all keys are taken."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """For each key the combinations of the keys that its dimensions take."""
        assert isinstance(downstream, MultiPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        assert isinstance(upstream, MultiPartitionsDefinition)  # noqa: S101  # likewise
        needed: dict[str, None] = {}
        for key in keys:
            own = downstream.as_key(key).keys_by_dimension
            by_dimension = {
                name: upstream_keys_of(
                    each.partition_mapping,
                    [own[each.dimension_name]],
                    downstream.by_dimension[each.dimension_name],
                    upstream.by_dimension[name],
                )
                for name, each in self.downstream_mappings_by_upstream_dimension.items()
            }
            needed |= dict.fromkeys(upstream.combinations(by_dimension))
        return list(needed)

    def downstream_keys(
        self, keys: Sequence[str], upstream: PartitionsDefinition, downstream: PartitionsDefinition
    ) -> list[str]:
        """For each key the combinations of the keys that take its dimensions."""
        assert isinstance(downstream, MultiPartitionsDefinition)  # noqa: S101  # `mismatch` was asked first
        assert isinstance(upstream, MultiPartitionsDefinition)  # noqa: S101  # likewise
        taking: dict[str, None] = {}
        for key in keys:
            own = upstream.as_key(key).keys_by_dimension
            by_dimension = {
                each.dimension_name: downstream_keys_of(
                    each.partition_mapping,
                    [own[name]],
                    upstream.by_dimension[name],
                    downstream.by_dimension[each.dimension_name],
                )
                for name, each in self.downstream_mappings_by_upstream_dimension.items()
            }
            taking |= dict.fromkeys(downstream.combinations(by_dimension))
        return list(taking)

    def mismatch(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must have the dimensions named, and each pair must fit."""
        if not isinstance(downstream, MultiPartitionsDefinition) or not isinstance(upstream, MultiPartitionsDefinition):
            return "It goes between multi partitions on both sides."
        for name, each in self.downstream_mappings_by_upstream_dimension.items():
            unknown = _unknown_dimension(name, upstream) or _unknown_dimension(each.dimension_name, downstream)
            if unknown:
                return unknown
            own, other = downstream.by_dimension[each.dimension_name], upstream.by_dimension[name]
            mapping = each.partition_mapping
            mismatch = mapping.mismatch(own, other) if isinstance(mapping, KeyMapping) else None
            if mismatch:
                return mismatch
        return None

    @property
    def description(self) -> str:
        """A sentence for people."""
        parts = (
            f"'{name}' goes by '{each.dimension_name}' ({each.partition_mapping.description})"
            for name, each in self.downstream_mappings_by_upstream_dimension.items()
        )
        return f"Dimensions: {'; '.join(parts)}"


def shared_dimension(several: MultiPartitionsDefinition, single: PartitionsDefinition) -> str | None:
    """The dimension with the partitions `single`, or else the one of time; None if it is not clear."""
    is_time = isinstance(single, TimeWindowPartitionsDefinition)
    equal = [name for name, each in several.by_dimension.items() if each == single]
    of_time = [n for n, each in several.by_dimension.items() if isinstance(each, TimeWindowPartitionsDefinition)]
    found = equal or (of_time if is_time else [])
    return found[0] if len(found) == 1 else None


def _own(partitions: MultiPartitionsDefinition, name: str, keys: Iterable[str]) -> list[str]:
    """The keys of one dimension, each once."""
    return list(dict.fromkeys(partitions.as_key(key).keys_by_dimension[name] for key in keys))


def _unknown_dimension(name: str, partitions: MultiPartitionsDefinition) -> str | None:
    known = partitions.partition_dimension_names
    if name in known:
        return None
    hint = did_you_mean(name, known)
    return f"There is no dimension '{name}' among {', '.join(known)}.{hint}"
