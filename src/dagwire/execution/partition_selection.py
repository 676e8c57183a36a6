"""Which partitions one run makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dagwire.definitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions import (
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    PartitionKeyRange,
    PartitionsDefinition,
    TimeWindow,
)
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


@dataclass(frozen=True, slots=True)
class PartitionSelection:
    """The partitions of one run: none, one, or a range."""

    keys: tuple[str, ...] = ()
    is_range: bool = False
    definition: PartitionsDefinition | None = None

    @property
    def key(self) -> str:
        """The one key.

        Raises:
            InvalidInvocationError: The run has none, or a range of them.
        """
        if self.is_range:
            raise InvalidInvocationError("The run", "has a range of partitions; read `context.partition_keys`.")
        return self.checked_keys[0]

    @property
    def key_range(self) -> PartitionKeyRange:
        """From the first key to the last.

        Raises:
            InvalidInvocationError: The run has none.
        """
        keys = self.checked_keys
        return PartitionKeyRange(keys[0], keys[-1])

    @property
    def time_window(self) -> TimeWindow:
        """The time that the partitions span.

        Raises:
            InvalidInvocationError: The run has none, or its partitions are no spans of time.
        """
        keys = self.checked_keys
        span: Any = getattr(self.definition, "time_window_for_partition_key", None)
        if span is None:
            raise InvalidInvocationError("The run", "has partitions that are no spans of time.")
        return TimeWindow(span(keys[0]).start, span(keys[-1]).end)

    @property
    def checked_keys(self) -> list[str]:
        """All keys.

        Raises:
            InvalidInvocationError: The run has none.
        """
        if not self.keys:
            raise InvalidInvocationError("The run", "has no partition; give it a `partition_key`.")
        return list(self.keys)


def selected_partitions(
    definition: PartitionsDefinition | None,
    partition_key: str | None,
    tags: Mapping[str, str],
    instance: DagsterInstance | None = None,
) -> PartitionSelection:
    """What a run's `partition_key` and tags select; a range is given by Dagster's two tags.

    `instance` knows which dynamic partitions there are.

    Raises:
        UnknownPartitionError: A key names no partition.
        InvalidInvocationError: A partition is named where nothing has any, or one end of a range is missing.
    """
    start, end = tags.get(RANGE_START_TAG), tags.get(RANGE_END_TAG)
    key = partition_key or tags.get(PARTITION_TAG)
    if key is None and start is None and end is None:
        return PartitionSelection(definition=definition)
    if definition is None:
        raise InvalidInvocationError("The run", f"is given partition '{key or start or end}', and has no partitions.")
    with partition_loading_context(dynamic_partitions_store=instance):
        return _checked_selection(definition, key, start, end)


def _checked_selection(
    definition: PartitionsDefinition, key: str | None, start: str | None, end: str | None
) -> PartitionSelection:
    if key is not None:
        definition.check_partition_key(key)
        return PartitionSelection((definition.as_key(key),), definition=definition)
    if start is None or end is None:
        raise InvalidInvocationError("The run", f"is given one end of a range; give both {RANGE_START_TAG} and _end.")
    keys = definition.get_partition_keys_in_range(PartitionKeyRange(start, end))
    if not keys:
        raise InvalidInvocationError("The run", f"is given the range from '{start}' to '{end}', which is empty.")
    return PartitionSelection(tuple(keys), is_range=True, definition=definition)
