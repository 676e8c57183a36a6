"""`load_value`: the stored value of an asset that no step takes."""

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

from dagwire.containers.build_resources import build_resources
from dagwire.containers.keys import Container, Requirement, find_provider
from dagwire.containers.scope_checks import raise_faults, requirement_faults
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.steps.io_context_facts import EVENT_TYPES, partition_facts
from dagwire.definitions.steps.stored_input import StoredAsset
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.instance_io_manager import InstanceIOManager
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER, InputManager


def load_value(
    asset: StoredAsset,
    container: Container,
    python_type: object,
    instance: DagsterInstance | None,
    partition_key: str | None,
    metadata: Mapping[str, object] | None,
    replacements: Mapping[str, object],
) -> object:
    """The value that the IO manager of `asset` loads; it is opened for this, and closed after.

    Raises:
        MissingResourceError: The IO manager is not provided. Nothing was opened.
    """
    key, name = asset.io_manager_key, asset.spec.key.to_user_string()
    given = {**asset.bindings, **replacements}
    if key == DEFAULT_IO_MANAGER and instance is not None and find_provider(container, key) is None:
        given.setdefault(key, InstanceIOManager(instance))
    if key not in given:
        raise_faults(requirement_faults(container, [Requirement(key, f"load_asset_value of '{name}'", InputManager)]))
    of_asset: dict[str, Any] = {
        "asset_key": asset.spec.key,
        "asset_partitions_def": asset.partitions_def,
        "partition_key": partition_key,
        "event_types": EVENT_TYPES,
        **_of_partition(asset.partitions_def, partition_key, instance),
    }
    context = InputContext(
        upstream_output=OutputContext(asset_spec=asset.spec, definition_metadata=asset.spec.metadata, **of_asset),
        definition_metadata=metadata,
        dagster_type=resolve_type(python_type),
        instance=instance or DagsterInstance.ephemeral(),
        **of_asset,
    )
    with build_resources(container, instance, required_resource_keys=[key], replacements=given) as resources:
        manager: Any = resources.original_resource_dict[key]
        value: Any = manager.load_input(context)
        return _awaited(value) if isawaitable(value) else value


def _of_partition(
    definition: PartitionsDefinition | None, partition_key: str | None, instance: DagsterInstance | None
) -> dict[str, Any]:
    if partition_key is None:
        return {}
    with partition_loading_context(dynamic_partitions_store=instance):
        key = partition_key if definition is None else definition.as_key(partition_key)
    return partition_facts(definition, [key], instance)


def _awaited(value: Any) -> object:
    from anyio import run  # noqa: PLC0415  # only asynchronous IO managers need anyio

    async def finished() -> object:
        return await value

    return run(finished)
