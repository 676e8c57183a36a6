"""`partition_loading_context`: the time and the instance for which partitions list their keys."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import NamedTuple

from dagwire.resources.instance import DynamicPartitionsStore


class PartitionLoadingContext(NamedTuple):
    """The time and the instance that hold unless a call names others; lives as long as its block."""

    effective_dt: datetime
    dynamic_partitions_store: DynamicPartitionsStore | None


_in_force: ContextVar[PartitionLoadingContext | None] = ContextVar("dagwire_partition_loading", default=None)


@contextmanager
def partition_loading_context(
    effective_dt: datetime | None = None,
    dynamic_partitions_store: DynamicPartitionsStore | None = None,
    new_ctx: PartitionLoadingContext | None = None,
) -> Generator[PartitionLoadingContext]:
    """Set the time and the instance for which partitions list their keys in a block.

    They hold in the thread or task that entered the block. The surrounding block has those that are left out.

    Args:
        effective_dt: The time; now by default.
        dynamic_partitions_store: The `DagsterInstance` that knows the keys of dynamic partitions.
        new_ctx: Both at once, as another block yielded them.

    Example:
        >>> from dagwire import DagsterInstance, DynamicPartitionsDefinition, partition_loading_context
        >>> airlines = DynamicPartitionsDefinition(name="airlines")
        >>> instance = DagsterInstance({"airlines": ["AA", "UA"]})
        >>> with partition_loading_context(dynamic_partitions_store=instance):
        ...     airlines.get_last_partition_key()
        'UA'
    """
    outer = new_ctx or _in_force.get()
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
    """The time of the innermost block; outside any block, now."""
    loading = _in_force.get()
    return loading.effective_dt if loading else datetime.now(UTC)


def store_in_force() -> DynamicPartitionsStore | None:
    """The instance of the innermost block, or None."""
    loading = _in_force.get()
    return loading.dynamic_partitions_store if loading else None
