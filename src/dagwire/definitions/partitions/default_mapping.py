"""The partition mapping between two assets that name none."""

from dagwire.definitions.partitions.multi_partition_mapping import (
    MultiToSingleDimensionPartitionMapping,
    mapping_of_one_dimension,
)
from dagwire.definitions.partitions.partition_mapping import AllPartitionMapping, PartitionMapping
from dagwire.definitions.partitions.partitions import PartitionsDefinition


def inferred_mapping(downstream: PartitionsDefinition | None, upstream: PartitionsDefinition) -> PartitionMapping:
    """The mapping between two assets that name none.

    Time windows go by overlap; multi partitions and those of one dimension by the dimension that they share; others by
    equal keys. An asset without partitions takes all.
    """
    if downstream is None:
        return AllPartitionMapping()
    by_dimension = MultiToSingleDimensionPartitionMapping()
    if by_dimension.mismatch(downstream, upstream) is None:
        return by_dimension
    return mapping_of_one_dimension(downstream, upstream)
