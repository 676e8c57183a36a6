"""Facts that contexts of IO managers have from definitions: partitions, kinds of metadata and events, types."""

from collections.abc import Sequence
from typing import Any

from dagwire.definitions.partitions.key_ranges import time_window_of, unbroken_range
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_events import AssetMaterialization, AssetObservation
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.resources.instance import DynamicPartitionsStore
from dagwire.resources.io_contexts import EventTypes

EVENT_TYPES = EventTypes(normalized_metadata, AssetObservation, (AssetMaterialization, AssetObservation))


def partition_facts(
    definition: PartitionsDefinition | None, keys: Sequence[str] | None, store: DynamicPartitionsStore | None = None
) -> dict[str, Any]:
    """The arguments of a context for a value of some partitions; none if it is not of partitions."""
    if keys is None:
        return {}
    owner = "The IO context"
    return {
        "asset_partition_keys": list(keys),
        "deferred": {
            "asset_partition_key_range": lambda: unbroken_range(owner, definition, keys, store),
            "asset_partitions_time_window": lambda: time_window_of(owner, definition, keys),
        },
    }
