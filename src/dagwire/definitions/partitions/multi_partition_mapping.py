"""Partition mappings to and from partitions of several dimensions; and the mapping that holds where none is given."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dagwire.definitions.partitions.multi_partitions import MultiPartitionKey, MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    PartitionMapping,
)
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.partitions.time_window_mapping import TimeWindowPartitionMapping
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import nearest


@dataclass(frozen=True)
class MultiToSingleDimensionPartitionMapping(PartitionMapping):
    """Between partitions of several dimensions and those of one: they go by the dimension that they share."""

    partition_dimension_name: str | None = None
    """The dimension; by default the one with the same partitions, or the one of time."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """Where the upstream asset has the dimensions, all combinations with the keys that the one dimension needs."""
        if isinstance(upstream, MultiPartitionsDefinition):
            assert downstream is not None  # noqa: S101  # `misfit` is asked first
            name = self._dimension(upstream, downstream)
            needed = _between(downstream, upstream.partitions_defs[name], keys)
            return _combinations(upstream, {name: needed})
        assert isinstance(downstream, MultiPartitionsDefinition)  # noqa: S101  # likewise
        name = self._dimension(downstream, upstream)
        own = dict.fromkeys(downstream.get_partition_key_from_str(key).keys_by_dimension[name] for key in keys)
        return _between(downstream.partitions_defs[name], upstream, list(own))

    def _dimension(self, several: MultiPartitionsDefinition, single: PartitionsDefinition) -> str:
        return self.partition_dimension_name or str(shared_dimension(several, single))

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """One side must have several dimensions, one of which is named, or found."""
        several = [side for side in (downstream, upstream) if isinstance(side, MultiPartitionsDefinition)]
        single = [side for side in (downstream, upstream) if side not in several and side is not None]
        if len(several) != 1 or not single:
            return "It goes between partitions of several dimensions and those of one."
        if self.partition_dimension_name is None:
            found = shared_dimension(several[0], single[0])
            return None if found else "Which dimension they share is not clear: name it as `partition_dimension_name`."
        return _strange_dimension(self.partition_dimension_name, several[0])


class DimensionPartitionMapping(NamedTuple):
    """How one dimension of an upstream asset is needed."""

    dimension_name: str
    """The dimension of the downstream asset that it goes by."""
    partition_mapping: PartitionMapping


@dataclass(frozen=True)
class MultiPartitionMapping(PartitionMapping):
    """Between partitions of several dimensions: each upstream dimension goes by a downstream one."""

    downstream_mappings_by_upstream_dimension: Mapping[str, DimensionPartitionMapping]
    """`{upstream dimension: how it is needed}`; of a dimension that is not there all keys are needed."""

    def upstream_keys(
        self, keys: Sequence[str], downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
    ) -> list[str]:
        """For each key the combinations of what its dimensions need."""
        assert isinstance(downstream, MultiPartitionsDefinition)  # noqa: S101  # `misfit` is asked first
        assert isinstance(upstream, MultiPartitionsDefinition)  # noqa: S101  # likewise
        needed: dict[str, None] = {}
        for key in keys:
            own = downstream.get_partition_key_from_str(key).keys_by_dimension
            by_dimension = {
                name: each.partition_mapping.upstream_keys(
                    [own[each.dimension_name]],
                    downstream.partitions_defs[each.dimension_name],
                    upstream.partitions_defs[name],
                )
                for name, each in self.downstream_mappings_by_upstream_dimension.items()
            }
            needed |= dict.fromkeys(_combinations(upstream, by_dimension))
        return list(needed)

    def misfit(self, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> str | None:
        """Both sides must have the dimensions named, and each pair must fit."""
        if not isinstance(downstream, MultiPartitionsDefinition) or not isinstance(upstream, MultiPartitionsDefinition):
            return "It goes between partitions of several dimensions on both sides."
        for name, each in self.downstream_mappings_by_upstream_dimension.items():
            strange = _strange_dimension(name, upstream) or _strange_dimension(each.dimension_name, downstream)
            misfit = strange or each.partition_mapping.misfit(
                downstream.partitions_defs[each.dimension_name], upstream.partitions_defs[name]
            )
            if misfit:
                return misfit
        return None


def inferred_mapping(downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> PartitionMapping:
    """The mapping that holds where none is given.

    Spans of time go by overlap; partitions of several dimensions and of one by the dimension that they share; others by
    equal keys. An asset without partitions needs all.
    """
    if downstream is None:
        return AllPartitionMapping()
    by_dimension = MultiToSingleDimensionPartitionMapping()
    if by_dimension.misfit(downstream, upstream) is None:
        return by_dimension
    if isinstance(downstream, TimeWindowPartitionsDefinition) and isinstance(upstream, TimeWindowPartitionsDefinition):
        return TimeWindowPartitionMapping()
    return IdentityPartitionMapping()


def shared_dimension(several: MultiPartitionsDefinition, single: PartitionsDefinition) -> str | None:
    """The dimension with the partitions `single`, or else the one of time where those are; None where it is not one."""
    is_time = isinstance(single, TimeWindowPartitionsDefinition)
    equal = [name for name, each in several.partitions_defs.items() if each == single]
    of_time = [n for n, each in several.partitions_defs.items() if isinstance(each, TimeWindowPartitionsDefinition)]
    found = equal or (of_time if is_time else [])
    return found[0] if len(found) == 1 else None


def _between(downstream: PartitionsDefinition, upstream: PartitionsDefinition, keys: Sequence[str]) -> list[str]:
    return inferred_mapping(downstream, upstream).upstream_keys(keys, downstream, upstream)


def _combinations(partitions: MultiPartitionsDefinition, by_dimension: Mapping[str, Iterable[str]]) -> list[str]:
    """All combinations, of the keys given where a dimension has some given."""
    names = list(partitions.partitions_defs)
    each = [by_dimension.get(name, partitions.partitions_defs[name].get_partition_keys()) for name in names]
    return [MultiPartitionKey(dict(zip(names, keys, strict=True))) for keys in itertools.product(*each)]


def _strange_dimension(name: str, partitions: MultiPartitionsDefinition) -> str | None:
    known = partitions.partition_dimension_names
    if name in known:
        return None
    guess = nearest(name, known)
    hint = f" Did you mean '{guess}'?" if guess else ""
    return f"There is no dimension '{name}' among {', '.join(known)}.{hint}"
