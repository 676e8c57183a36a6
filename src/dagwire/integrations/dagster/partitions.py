"""Partitions and their mappings, in Dagster's classes; each is known by the name of its namesake's attributes."""

from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg

from dagwire.definitions.partitions.dynamic_partitions import DynamicPartitionsDefinition
from dagwire.definitions.partitions.multi_partition_mapping import (
    MultiPartitionMapping,
    MultiToSingleDimensionPartitionMapping,
)
from dagwire.definitions.partitions.multi_partitions import MultiPartitionsDefinition
from dagwire.definitions.partitions.partition_mapping import (
    AllPartitionMapping,
    IdentityPartitionMapping,
    LastPartitionMapping,
    SpecificPartitionsPartitionMapping,
    StaticPartitionMapping,
)
from dagwire.definitions.partitions.partitions import PartitionsDefinition, StaticPartitionsDefinition
from dagwire.definitions.partitions.time_window_mapping import TimeWindowPartitionMapping
from dagwire.definitions.partitions.time_window_partitions import TimeWindowPartitionsDefinition
from dagwire.errors import NotCarriedError


def dagster_partitions(partitions: PartitionsDefinition, owner: str) -> Any:
    """Return `partitions` as Dagster's.

    Raises:
        NotCarriedError: They are of a class that Dagster does not have. `owner` names what they belong to.
    """
    match partitions:
        case StaticPartitionsDefinition():
            return dg.StaticPartitionsDefinition(list(partitions.partition_keys))
        case DynamicPartitionsDefinition(partition_fn=None):
            return dg.DynamicPartitionsDefinition(name=partitions.checked_name)
        case DynamicPartitionsDefinition():
            return dg.DynamicPartitionsDefinition(partitions.partition_fn)
        case MultiPartitionsDefinition():
            dimensions = partitions.by_dimension.items()
            return dg.MultiPartitionsDefinition({name: dagster_partitions(one, owner) for name, one in dimensions})
        case TimeWindowPartitionsDefinition():
            return dg.TimeWindowPartitionsDefinition(
                start=partitions.start,
                end=partitions.end,
                fmt=partitions.fmt,
                timezone=partitions.timezone,
                end_offset=partitions.end_offset,
                cron_schedule=partitions.cron_schedule,
                exclusions=partitions.exclusions,
            )
        case _:
            raise _foreign(owner, "partitions", partitions)


def dagster_mapping(mapping: object, owner: str) -> Any:
    """Return a partition mapping as Dagster's.

    Raises:
        NotCarriedError: It is of a class that Dagster does not have. `owner` names what it belongs to.
    """
    carry = _MAPPINGS.get(type(mapping))
    if carry is None:
        raise _foreign(owner, "the partition mapping", mapping)
    return carry(mapping, owner)


def _many(mapping: Any, owner: str) -> dg.MultiPartitionMapping:
    pairs = mapping.downstream_mappings_by_upstream_dimension.items()
    return dg.MultiPartitionMapping(
        {
            name: dg.DimensionPartitionMapping(one.dimension_name, dagster_mapping(one.partition_mapping, owner))
            for name, one in pairs
        }
    )


def _windows(mapping: TimeWindowPartitionMapping) -> dg.TimeWindowPartitionMapping:
    # Dagster warns of an argument that is in beta.
    more: Any = {"allow_nonexistent_upstream_partitions": True} if mapping.allow_nonexistent_upstream_partitions else {}
    return dg.TimeWindowPartitionMapping(start_offset=mapping.start_offset, end_offset=mapping.end_offset, **more)


_MAPPINGS: Mapping[type, Callable[[Any, str], object]] = {
    AllPartitionMapping: lambda _mapping, _owner: dg.AllPartitionMapping(),
    IdentityPartitionMapping: lambda _mapping, _owner: dg.IdentityPartitionMapping(),
    LastPartitionMapping: lambda _mapping, _owner: dg.LastPartitionMapping(),
    MultiPartitionMapping: _many,
    MultiToSingleDimensionPartitionMapping: lambda mapping, _owner: dg.MultiToSingleDimensionPartitionMapping(
        mapping.partition_dimension_name
    ),
    SpecificPartitionsPartitionMapping: lambda mapping, _owner: dg.SpecificPartitionsPartitionMapping(
        list(mapping.partition_keys)
    ),
    StaticPartitionMapping: lambda mapping, _owner: dg.StaticPartitionMapping(
        mapping.downstream_partition_keys_by_upstream_partition_key
    ),
    TimeWindowPartitionMapping: lambda mapping, _owner: _windows(mapping),
}


def _foreign(owner: str, part: str, value: object) -> NotCarriedError:
    problem = f"of the class {type(value).__name__} cannot be carried: Dagster stores them by its own classes."
    return NotCarriedError(f"{owner}: {part}", problem)
