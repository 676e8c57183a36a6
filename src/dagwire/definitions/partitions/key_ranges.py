"""Keys of partitions as a range without gaps, and the time that they span. Pure."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DynamicPartitionsStore


@runtime_checkable
class HasTimeWindows(Protocol):
    """Partitions of time, or of several dimensions one of which is time."""

    def time_window_for_partition_key(self, partition_key: str) -> TimeWindow:
        """The time window of one partition."""
        ...


def unbroken_range(
    owner: str,
    definition: PartitionsDefinition | None,
    keys: Sequence[str],
    store: DynamicPartitionsStore | None = None,
) -> PartitionKeyRange:
    """From the first key to the last.

    Raises:
        InvalidInvocationError: There are no keys, or some between them are left out.
    """
    if not keys:
        raise InvalidInvocationError(owner, "takes no partition here.")
    if len(keys) == 1:
        return PartitionKeyRange(keys[0], keys[0])
    if definition is None:
        raise InvalidInvocationError(owner, "knows no partitions here.")
    with partition_loading_context(dynamic_partitions_store=store):
        in_order = definition.get_partition_keys()
        between = PartitionKeyRange(*sorted((keys[0], keys[-1]), key=in_order.index))
        if set(definition.get_partition_keys_in_range(between)) == set(keys):
            return between
    problem = "takes partitions here that do not follow one another; ask for their keys."
    raise InvalidInvocationError(owner, problem)


def time_window_of(owner: str, definition: object, keys: Sequence[str]) -> TimeWindow:
    """From the start of the first partition to the end of the last.

    Raises:
        InvalidInvocationError: There are no keys, or they are not partitions of time.
    """
    if not keys:
        raise InvalidInvocationError(owner, "takes no partition here.")
    if not isinstance(definition, HasTimeWindows):
        raise InvalidInvocationError(owner, "has partitions that are not time windows.")
    first, last = (definition.time_window_for_partition_key(key) for key in (keys[0], keys[-1]))
    return TimeWindow(first.start, last.end)
