"""`build_input_context` and `build_output_context`: what an IO manager is told, made by hand for a test."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from dagwire.containers.context_resources import HeldResources
from dagwire.definitions.specs.asset_key import AssetKey
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


def build_output_context(
    step_key: str | None = None,
    name: str | None = None,
    definition_metadata: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    mapping_key: str | None = None,
    config: Any = None,
    dagster_type: Any = None,
    version: str | None = None,
    resource_config: Mapping[str, Any] | None = None,
    resources: Any = None,
    op_def: Any = None,
    asset_key: AssetKey | Sequence[str] | str | None = None,
    partition_key: str | None = None,
    asset_partitions_def: Any = None,
    asset_partition_key_range: Any = None,
    asset_spec: Any = None,
    metadata: Mapping[str, Any] | None = None,
    output_metadata: Mapping[str, Any] | None = None,
) -> OutputContext:
    """What `handle_output` is told, outside any run. Arguments are the context's attributes.

    Args:
        asset_key: In any form that an `AssetKey` is made of.
        partition_key: The partition of the run, and of the asset where there is one.
        metadata: `definition_metadata`, by Dagster's older name.

    Example:
        >>> from dagwire import build_output_context
        >>> build_output_context(asset_key=["raw", "trips"], partition_key="2013-01").get_identifier()
        ['raw', 'trips', '2013-01']
    """
    return UnboundOutputContext(
        step_key=step_key,
        name=name,
        definition_metadata=definition_metadata or metadata,
        run_id=run_id,
        mapping_key=mapping_key,
        config=config,
        dagster_type=dagster_type,
        version=version,
        resource_config=resource_config,
        resources=HeldResources("An output context", resources),
        op_def=op_def,
        asset_spec=asset_spec,
        output_metadata=output_metadata,
        **_of_asset(asset_key, partition_key, asset_partitions_def, asset_partition_key_range),
    )


def build_input_context(
    name: str | None = None,
    config: Any = None,
    definition_metadata: Mapping[str, Any] | None = None,
    upstream_output: OutputContext | None = None,
    dagster_type: Any = None,
    resource_config: Mapping[str, Any] | None = None,
    resources: Any = None,
    op_def: Any = None,
    step_context: Any = None,
    asset_key: AssetKey | Sequence[str] | str | None = None,
    partition_key: str | None = None,
    asset_partition_key_range: Any = None,
    asset_partitions_def: Any = None,
    instance: Any = None,
    metadata: Mapping[str, Any] | None = None,
) -> InputContext:
    """What `load_input` is told, outside any run. Arguments are as of `build_output_context`."""
    return UnboundInputContext(
        name=name,
        config=config,
        definition_metadata=definition_metadata or metadata,
        upstream_output=upstream_output,
        dagster_type=dagster_type,
        resource_config=resource_config,
        resources=HeldResources("An input context", resources),
        op_def=op_def,
        step_context=step_context,
        instance=instance,
        **_of_asset(asset_key, partition_key, asset_partitions_def, asset_partition_key_range),
    )


def _of_asset(key: Any, partition_key: str | None, partitions_def: Any, key_range: Any) -> dict[str, Any]:
    """What the contexts have of an asset and its partitions."""
    keys = None
    if key is not None and key_range is not None and partitions_def is not None:
        keys = partitions_def.get_partition_keys_in_range(key_range)
    elif key is not None and partition_key is not None:
        keys = [partition_key]
    return {
        "asset_key": None if key is None else AssetKey.from_coercible(key),
        "partition_key": partition_key,
        "asset_partition_keys": keys,
        "asset_partitions_def": partitions_def,
        "asset_partition_key_range": key_range,
    }
