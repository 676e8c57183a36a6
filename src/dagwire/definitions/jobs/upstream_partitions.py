"""The upstream partitions that a step needs, and the faults of their mappings. Pure."""

from collections.abc import Callable, Iterable, Sequence

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.default_mapping import inferred_mapping
from dagwire.definitions.partitions.partition_mapping import KeyMapping, PartitionMapping, upstream_keys_of
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import DagwireError, MissingUpstreamPartitionError, PartitionMappingError

PartitionsOf = Callable[[AssetKey], PartitionsDefinition | None]
"""Looks up the partitions of an asset; None if it has none, or if there is no such asset."""


def needed_partitions(
    definition: AssetsDefinition, keys: Sequence[str], upstream: AssetKey, partitions: PartitionsDefinition
) -> list[str]:
    """The partitions of an upstream asset that a step needs.

    Args:
        definition: The step's.
        keys: The partitions that it makes.
        upstream: The asset.
        partitions: The asset's partitions.

    Raises:
        PartitionMappingError: The mapping cannot connect the two assets' partitions.
        MissingUpstreamPartitionError: It needs some that do not exist.
    """
    fault = _mapping_fault(definition, upstream, partitions)
    if fault is not None:
        raise fault
    mapping = _mapping(definition, upstream, partitions)
    needed = upstream_keys_of(mapping, keys, definition.partitions_def, partitions)
    known = partitions.filter_valid_partition_keys(set(needed))
    missing = [key for key in needed if key not in known]
    if missing:
        raise MissingUpstreamPartitionError(definition.label, upstream.to_user_string(), keys, missing)
    return needed


def mapping_faults(nodes: Iterable[Node], partitions_of: PartitionsOf) -> list[DagwireError]:
    """List a fault for each partition mapping that does not fit the partitions of the two assets it is between."""
    found = (
        _mapping_fault(node.definition, upstream, partitions)
        for node in nodes
        if isinstance(node.definition, AssetsDefinition)
        for upstream in node.definition.partition_mappings
        if (partitions := partitions_of(upstream)) is not None
    )
    return [fault for fault in found if fault is not None]


def unconnected_partitions(made: Sequence[AssetsDefinition]) -> list[DagwireError]:
    """List a fault for each two assets whose partitions no mapping connects, neither a declared nor an inferred one."""
    partitions = {key: one.partitions_def for one in made for key in one.keys if one.partitions_def is not None}
    found = (
        _mapping_fault(one, upstream, partitions[upstream])
        for one in made
        for upstream in sorted(one.dependency_keys)
        if upstream in partitions
    )
    return [fault for fault in found if fault is not None]


def _mapping_fault(
    definition: AssetsDefinition, upstream: AssetKey, partitions: PartitionsDefinition
) -> PartitionMappingError | None:
    mapping = _mapping(definition, upstream, partitions)
    problem = _mismatch(mapping, definition.partitions_def, partitions)
    if problem is None:
        return None
    return PartitionMappingError(definition.label, upstream.to_user_string(), type(mapping).__name__, problem)


def _mapping(definition: AssetsDefinition, upstream: AssetKey, partitions: PartitionsDefinition) -> PartitionMapping:
    """The mapping that a step declares for an upstream asset, or else the one that fits their partitions."""
    return definition.partition_mappings.get(upstream) or inferred_mapping(definition.partitions_def, partitions)


def _mismatch(
    mapping: PartitionMapping, downstream: PartitionsDefinition | None, upstream: PartitionsDefinition
) -> str | None:
    """The reason why a mapping cannot connect two assets' partitions; None if it can."""
    if isinstance(mapping, KeyMapping):
        return mapping.mismatch(downstream, upstream)
    try:
        mapping.validate_partition_mapping(upstream, downstream)
    except Exception as refusal:  # noqa: BLE001  # the user's own words say why
        return str(refusal) or type(refusal).__name__
    return None
