"""`build_input_context` and `build_output_context`: the contexts of IO managers, built by hand for a test."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from dagwire.containers.context_resources import HeldResources
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.io_context_facts import EVENT_TYPES, partition_facts
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_contexts import InputContext, OutputContext


class _WithResources:
    """A context whose resources with a life cycle are open inside its `with` block."""

    _resources: HeldResources

    @property
    def resources(self) -> Any:
        """The resources given."""
        return self._resources.view

    def __enter__(self) -> Self:
        """Open them."""
        self._resources.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        self._resources.__exit__(kind, error, traceback)


class UnboundOutputContext(_WithResources, OutputContext):
    """An `OutputContext` of no run."""


class UnboundInputContext(_WithResources, InputContext):
    """An `InputContext` of no run."""


EPHEMERAL_RUN_ID = "__EPHEMERAL_RUN_ID"
"""The run of an output context that is built without one; as in Dagster."""


def build_output_context(
    step_key: str | None = None,
    name: str | None = None,
    definition_metadata: Mapping[str, object] | None = None,
    run_id: str | None = None,
    mapping_key: str | None = None,
    config: object = None,
    dagster_type: object = None,
    version: str | None = None,
    resource_config: Mapping[str, object] | None = None,
    resources: object = None,
    op_def: object = None,
    asset_key: AssetKey | Sequence[str] | str | None = None,
    partition_key: str | None = None,
    asset_partitions_def: PartitionsDefinition | None = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    instance: DagsterInstance | None = None,
    asset_spec: AssetSpec | None = None,
    metadata: Mapping[str, object] | None = None,
    output_metadata: Mapping[str, object] | None = None,
) -> OutputContext:
    """Build the context that `handle_output` gets, outside any run. Arguments are the context's attributes.

    Args:
        asset_key: In any form that an `AssetKey` is made of.
        partition_key: The partition of the run, and of the asset unless that has a range.
        metadata: `definition_metadata`, by Dagster's older name.
        instance: Knows the keys of dynamic partitions.

    Example:
        >>> from dagwire import build_output_context
        >>> build_output_context(asset_key=["raw", "trips"], partition_key="2013-01").get_identifier()
        ['raw', 'trips', '2013-01']
    """
    owner = "build_output_context"
    return UnboundOutputContext(
        step_key=step_key,
        name=name,
        definition_metadata=_one_of(owner, definition_metadata, metadata),
        run_id=run_id or EPHEMERAL_RUN_ID,
        mapping_key=mapping_key,
        config=config,
        dagster_type=None if dagster_type is None else resolve_type(dagster_type),
        version=version,
        resource_config=resource_config or {},
        resources=HeldResources("An output context", resources),
        op_def=op_def,
        asset_spec=asset_spec,
        output_metadata=output_metadata,
        event_types=EVENT_TYPES,
        **_of_asset(owner, asset_key, partition_key, asset_partitions_def, asset_partition_key_range, instance),
    )


def build_input_context(
    name: str | None = None,
    config: object = None,
    definition_metadata: Mapping[str, object] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: object = None,
    resource_config: Mapping[str, object] | None = None,
    resources: object = None,
    op_def: object = None,
    step_context: object = None,
    asset_key: AssetKey | Sequence[str] | str | None = None,
    partition_key: str | None = None,
    asset_partition_key_range: PartitionKeyRange | None = None,
    asset_partitions_def: PartitionsDefinition | None = None,
    instance: DagsterInstance | None = None,
    metadata: Mapping[str, object] | None = None,
) -> InputContext:
    """Build the context that `load_input` gets, outside any run. Arguments are as in `build_output_context`."""
    owner = "build_input_context"
    return UnboundInputContext(
        name=name,
        config=config,
        definition_metadata=_one_of(owner, definition_metadata, metadata),
        upstream_output=upstream_output,
        dagster_type=None if dagster_type is None else resolve_type(dagster_type),
        resource_config=resource_config or {},
        resources=HeldResources("An input context", resources),
        op_def=op_def,
        step_context=step_context,
        event_types=EVENT_TYPES,
        **_of_asset(owner, asset_key, partition_key, asset_partitions_def, asset_partition_key_range, instance),
    )


def _one_of(
    owner: str, definition_metadata: Mapping[str, object] | None, metadata: Mapping[str, object] | None
) -> Mapping[str, object] | None:
    """The definition's metadata, which has two names.

    Raises:
        InvalidInvocationError: Both are used.
    """
    if definition_metadata is not None and metadata is not None:
        raise InvalidInvocationError(owner, "takes `definition_metadata` or `metadata`, its older name, not both.")
    return definition_metadata if definition_metadata is not None else metadata


def _of_asset(
    owner: str,
    key: AssetKey | Sequence[str] | str | None,
    partition_key: str | None,
    definition: PartitionsDefinition | None,
    key_range: PartitionKeyRange | None,
    instance: DagsterInstance | None,
) -> dict[str, Any]:
    """The facts about an asset and its partitions.

    Raises:
        InvalidInvocationError: A range of unknown partitions is named.
    """
    if key_range is not None and definition is None:
        raise InvalidInvocationError(owner, "needs `asset_partitions_def` to know the keys of a range.")
    keys: Sequence[str] | None = None
    with partition_loading_context(dynamic_partitions_store=instance):
        if key is not None and key_range is not None and definition is not None:
            keys = definition.get_partition_keys_in_range(key_range)
        elif key is not None and partition_key is not None:
            keys = [partition_key if definition is None else _known(definition, partition_key)]
    return {
        "asset_key": None if key is None else AssetKey.from_coercible(key),
        "partition_key": partition_key,
        "instance": instance,
        "asset_partitions_def": definition,
        **partition_facts(definition, keys, instance),
    }


def _known(definition: PartitionsDefinition, partition_key: str) -> str:
    definition.check_partition_key(partition_key)
    return definition.as_key(partition_key)
