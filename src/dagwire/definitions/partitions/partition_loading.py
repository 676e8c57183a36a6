"""`partition_loading_context`: at which time, and of which instance, partitions are asked for their keys."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

from dagwire.resources.instance import DynamicPartitionsStore


class PartitionLoadingContext(NamedTuple):
    """The time and the instance that hold where a call does not say others; lives as long as its block."""

    effective_dt: datetime
    dynamic_partitions_store: DynamicPartitionsStore | None


_in_force: ContextVar[PartitionLoadingContext | None] = ContextVar("dagwire_partition_loading", default=None)


@contextmanager
def partition_loading_context(
    effective_dt: datetime | None = None, dynamic_partitions_store: DynamicPartitionsStore | None = None
) -> Generator[PartitionLoadingContext]:
    """For a block, say at which time and of which instance partitions are asked for their keys.

    It holds in the thread or task that entered the block. What is left out is as in the block around.

    Args:
        effective_dt: The time; now by default.
        dynamic_partitions_store: The `DagsterInstance` that knows the keys of dynamic partitions.

    Example:
        >>> from dagwire import DagsterInstance, DynamicPartitionsDefinition, partition_loading_context
        >>> airlines = DynamicPartitionsDefinition(name="airlines")
        >>> instance = DagsterInstance({"airlines": ["AA", "UA"]})
        >>> with partition_loading_context(dynamic_partitions_store=instance):
        ...     airlines.get_last_partition_key()
        'UA'
    """
    outer = _in_force.get()
    inner = PartitionLoadingContext(
        effective_dt or (outer.effective_dt if outer else datetime.now(UTC)),
        dynamic_partitions_store or (outer.dynamic_partitions_store if outer else None),
    )
    token = _in_force.set(inner)
    try:
        yield inner
    finally:
        _in_force.reset(token)


def time_in_force() -> datetime:
    """The time of the innermost block; now outside any."""
    loading = _in_force.get()
    return loading.effective_dt if loading else datetime.now(UTC)


def store_in_force() -> DynamicPartitionsStore | None:
    """The instance of the innermost block, or None."""
    loading = _in_force.get()
    return loading.dynamic_partitions_store if loading else None
