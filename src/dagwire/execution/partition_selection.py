"""The partitions that one run makes."""

from collections.abc import Mapping
from typing import NamedTuple

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.jobs.upstream_partitions import PartitionsOf, needed_partitions
from dagwire.definitions.partitions.key_ranges import time_window_of, unbroken_range
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import (
    PARTITION_TAG,
    RANGE_END_TAG,
    RANGE_START_TAG,
    PartitionsDefinition,
)
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


class PartitionSelection(NamedTuple):
    """The partitions of one run: none, one, or a range."""

    keys: tuple[str, ...] = ()
    is_range: bool = False
    definition: PartitionsDefinition | None = None
    instance: DagsterInstance | None = None
    """Knows the keys of dynamic partitions; None if the run was started without one."""
    partitions_of: PartitionsOf = lambda _key: None
    """Returns the partitions of another asset; outside a run there are none."""

    @property
    def only_key(self) -> str:
        """The only key.

        Raises:
            InvalidInvocationError: There are several, or none.
        """
        if len(self.keys) != 1:
            raise InvalidInvocationError("The step", f"has {len(self.keys)} partitions here, not one.")
        return self.keys[0]

    @property
    def known_definition(self) -> PartitionsDefinition:
        """The definition whose partitions these are.

        Raises:
            InvalidInvocationError: They are not known.
        """
        if self.definition is None:
            raise InvalidInvocationError("The run", "has no known partitions here.")
        return self.definition

    @property
    def unbroken_range(self) -> PartitionKeyRange:
        """From the first key to the last, with all between them.

        Raises:
            InvalidInvocationError: Some between them are left out, or there are none.
        """
        return unbroken_range("The step", self.definition, self.keys, self.instance)

    def needed_by(self, definition: AssetsDefinition, upstream: AssetKey) -> "PartitionSelection":
        """The partitions of an upstream asset that a step takes to make these.

        Raises:
            InvalidInvocationError: The asset's partitions are not known, or the run makes none of the step's.
            PartitionMappingError: The mapping that was given does not fit the two assets' partitions.
            MissingUpstreamPartitionError: It needs some that do not exist.
        """
        partitions = self.partitions_of(upstream)
        if partitions is None:
            problem = f"has no partitions of asset '{upstream.to_user_string()}': none are known here."
            raise InvalidInvocationError(definition.label, problem)
        keys = self.checked_keys if definition.partitions_def is not None else []
        with partition_loading_context(dynamic_partitions_store=self.instance):
            needed = tuple(needed_partitions(definition, keys, upstream, partitions))
        return self._replace(keys=needed, is_range=len(needed) > 1, definition=partitions)

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
            InvalidInvocationError: The run has none, or its partitions are not time windows.
        """
        return time_window_of("The run", self.definition, self.checked_keys)

    @property
    def checked_keys(self) -> list[str]:
        """The keys of the run's partitions.

        Raises:
            InvalidInvocationError: The run has none.
        """
        if not self.keys:
            raise InvalidInvocationError("The run", "has no partition; give it a `partition_key`.")
        return list(self.keys)


NO_PARTITIONS = PartitionSelection()
"""The selection of a run whose partitions could not be read."""


def selected_partitions(
    definition: PartitionsDefinition | None,
    partition_key: str | None,
    tags: Mapping[str, str],
    instance: DagsterInstance | None = None,
    partitions_of: PartitionsOf = lambda _key: None,
) -> PartitionSelection:
    """The partitions that a run's `partition_key` and tags select; Dagster's two tags select a range.

    `instance` knows which dynamic partitions there are, `partitions_of` what partitions other assets have.

    Raises:
        UnknownPartitionError: A key names no partition.
        InvalidInvocationError: A partition is named where nothing has any, or one end of a range is missing.
    """
    start, end = tags.get(RANGE_START_TAG), tags.get(RANGE_END_TAG)
    key = partition_key or tags.get(PARTITION_TAG)
    if key is None and start is None and end is None:
        return PartitionSelection((), definition=definition, instance=instance, partitions_of=partitions_of)
    if definition is None:
        raise InvalidInvocationError(
            "The run", f"was started with partition '{key or start or end}', and its job has no partitions."
        )
    with partition_loading_context(dynamic_partitions_store=instance):
        keys = _checked_keys(definition, key, start, end)
    return PartitionSelection(keys, key is None, definition, instance, partitions_of)


def _checked_keys(
    definition: PartitionsDefinition, key: str | None, start: str | None, end: str | None
) -> tuple[str, ...]:
    if key is not None:
        definition.check_partition_key(key)
        return (definition.as_key(key),)
    if start is None or end is None:
        raise InvalidInvocationError(
            "The run", f"has one end of a range in its tags; set both {RANGE_START_TAG} and _end."
        )
    keys = definition.get_partition_keys_in_range(PartitionKeyRange(start, end))
    if not keys:
        raise InvalidInvocationError("The run", f"has the range from '{start}' to '{end}' in its tags, which is empty.")
    return tuple(keys)
