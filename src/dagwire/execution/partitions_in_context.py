"""`PartitionsInContext`: the partitions of the assets that a body takes and makes."""

from collections.abc import Sequence
from typing import Any

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.errors import InvalidInvocationError, UnknownNameError
from dagwire.execution.partition_selection import PartitionSelection


class PartitionsInContext:
    """The part of a context that knows the partitions of the assets that the body takes and makes.

    An input is a parameter, or the name of an asset in `deps`; in an op that makes an asset with others, it may be one
    of their parameters. Without a run, or if the run does not know its partitions, an `InvalidInvocationError` is
    raised.
    """

    _partitions: PartitionSelection
    _definition: Any
    _node: Node | None

    # -- of what it takes ----------------------------------------------------------------------------------------------

    def asset_partitions_def_for_input(self, input_name: str) -> PartitionsDefinition:
        """The partitions of the asset that an input is."""
        return self._of_input(input_name).known_definition

    def asset_partition_keys_for_input(self, input_name: str) -> Sequence[str]:
        """The partitions of an input that the body takes, by its partition mapping.

        Raises:
            PartitionMappingError: The mapping does not fit the partitions.
            MissingUpstreamPartitionError: It takes some that do not exist.
        """
        return list(self._of_input(input_name).keys)

    def asset_partition_key_for_input(self, input_name: str) -> str:
        """The one partition of an input that the body takes.

        Raises:
            InvalidInvocationError: It takes several, or none.
        """
        return self._of_input(input_name).only_key

    def asset_partition_key_range_for_input(self, input_name: str) -> PartitionKeyRange:
        """From the first partition of an input that the body takes to the last.

        Raises:
            InvalidInvocationError: They do not follow one another, or there are none.
        """
        return self._of_input(input_name).unbroken_range

    def asset_partitions_time_window_for_input(self, input_name: str) -> TimeWindow:
        """The time window of the partitions of an input that the body takes.

        Raises:
            InvalidInvocationError: They are not time windows, do not follow one another, or there are none.
        """
        partitions = self._of_input(input_name)
        _ = partitions.unbroken_range
        return partitions.time_window

    def _of_input(self, input_name: str) -> PartitionSelection:
        definition = self._assets_definition
        named = {key.to_python_identifier(): key for key in definition.dependency_keys}
        known = {**named, **definition.input_keys}
        if input_name not in known:
            raise UnknownNameError(f"input of {definition.label}", input_name, known)
        return self._partitions.needed_by(definition, known[input_name])

    # -- of what it makes ----------------------------------------------------------------------------------------------

    def asset_partitions_def_for_output(self, output_name: str = "result") -> PartitionsDefinition:
        """The partitions of the asset that an output is."""
        return self._of_output(output_name).known_definition

    def asset_partition_keys_for_output(self, output_name: str = "result") -> Sequence[str]:
        """The partitions that the body makes."""
        return self._of_output(output_name).checked_keys

    def asset_partition_key_for_output(self, output_name: str = "result") -> str:
        """The one partition that the body makes."""
        return self._of_output(output_name).only_key

    def asset_partition_key_range_for_output(self, output_name: str = "result") -> PartitionKeyRange:
        """From the first partition that the body makes to the last."""
        return self._of_output(output_name).key_range

    def asset_partitions_time_window_for_output(self, output_name: str = "result") -> TimeWindow:
        """The time window of the partitions that the body makes."""
        return self._of_output(output_name).time_window

    @property
    def asset_partition_key_range(self) -> PartitionKeyRange:
        """From the first partition that the body makes to the last."""
        return self._of_output(None).key_range

    def _of_output(self, output_name: str | None) -> PartitionSelection:
        definition = self._assets_definition
        if output_name is not None and output_name not in definition.specs_by_output:
            raise UnknownNameError(f"output of {definition.label}", output_name, definition.specs_by_output)
        if definition.partitions_def is None:
            raise InvalidInvocationError(definition.label, "has no partitions.")
        return self._partitions

    @property
    def _assets_definition(self) -> AssetsDefinition:
        asset = self._node.asset if self._node is not None else self._definition
        if not isinstance(asset, AssetsDefinition):
            raise InvalidInvocationError("This context", "belongs to no asset, so it knows no partitions of assets.")
        return asset
