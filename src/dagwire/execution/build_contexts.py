"""`build_op_context` and its kin: contexts for direct calls of assets, ops, checks and hooks."""

from asyncio import AbstractEventLoop
from collections.abc import Mapping

from dagwire.containers.as_container import container_from
from dagwire.containers.context_resources import HeldResources
from dagwire.containers.keys import find_provider, keys_of
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange
from dagwire.errors import InvalidConfigError, InvalidInvocationError
from dagwire.execution.direct_contexts import (
    DirectAssetCheckExecutionContext,
    DirectAssetExecutionContext,
    DirectHookContext,
    DirectOpExecutionContext,
    DirectStepContext,
)
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import EPHEMERAL_RUN_ID


def build_asset_context(
    resources: object = None,
    resources_config: Mapping[str, object] | None = None,
    asset_config: object = None,
    instance: DagsterInstance | None = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: AbstractEventLoop | None = None,
) -> DirectAssetExecutionContext:
    """Build a context for the direct call of an asset or a check.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`. A resource with a life cycle is open
            only inside the context's `with` block.
        resources_config: Config for a resource, merged over its own: `{key: {"config": {field: value}}}`.
        asset_config: The config of the asset.
        instance: The context's `instance`; a new one by default.
        partition_key: The partition to make.
        partition_key_range: The partitions to make; only the two ends are known here.
        run_tags: The run's tags.
        event_loop: The loop in which asynchronous resources open and close. It must be idle.

    Example:
        >>> from dagwire import asset, build_asset_context
        >>> @asset
        ... def month(context):
        ...     return context.partition_key
        >>> month(build_asset_context(partition_key="2013-01"))
        '2013-01'
    """
    context = DirectAssetExecutionContext(*_run_of(partition_key, partition_key_range, run_tags))
    _fill(context, "build_asset_context", resources, resources_config, asset_config, instance, event_loop)
    return context


def build_op_context(
    resources: object = None,
    op_config: object = None,
    resources_config: Mapping[str, object] | None = None,
    instance: DagsterInstance | None = None,
    config: object = None,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    mapping_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
    event_loop: AbstractEventLoop | None = None,
) -> DirectOpExecutionContext:
    """Build a context for the direct call of an op; see `build_asset_context` for the arguments.

    `mapping_key` is the key of the dynamic value that the op is called for.

    Raises:
        InvalidInvocationError: Both `op_config` and `config`, its older name, are passed.
    """
    if op_config and config:
        raise InvalidInvocationError("build_op_context", "takes `op_config` or `config`, and both were passed.")
    context = DirectOpExecutionContext(*_run_of(partition_key, partition_key_range, run_tags))
    context.stand_for(mapping_key)
    _fill(context, "build_op_context", resources, resources_config, op_config or config, instance, event_loop)
    return context


def build_asset_check_context(
    resources: object = None,
    resources_config: Mapping[str, object] | None = None,
    asset_config: object = None,
    instance: DagsterInstance | None = None,
    *,
    partition_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> DirectAssetCheckExecutionContext:
    """Build a context for the direct call of a check; see `build_asset_context` for the arguments."""
    context = DirectAssetCheckExecutionContext(*_run_of(partition_key, None, run_tags))
    _fill(context, "build_asset_check_context", resources, resources_config, asset_config, instance)
    return context


def build_hook_context(
    resources: object = None,
    op: OpDefinition | None = None,
    run_id: str | None = None,
    job_name: str | None = None,
    op_exception: Exception | None = None,
    instance: DagsterInstance | None = None,
) -> DirectHookContext:
    """Build a context for the direct call of a hook.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`. A resource with a life cycle is open
            only inside the context's `with` block.
        op: The op that the hook is called after.
        run_id: The run's id.
        job_name: The job's name.
        op_exception: The exception of the failed op.
        instance: The context's `instance`; a new one by default.
    """
    run = DagsterRun(job_name or EPHEMERAL_RUN_ID, run_id or EPHEMERAL_RUN_ID)
    context = DirectHookContext(run, None, None, op_exception)
    given = {"op": op, "run_id": run_id, "job_name": job_name}
    context.given = frozenset(name for name, value in given.items() if value is not None)
    if op is not None:
        context.op_definition = op
    context.instance = instance or DagsterInstance.ephemeral()
    return context.hold(HeldResources("build_hook_context", resources, None, context.instance))


def _run_of(
    key: str | None, key_range: PartitionKeyRange | None, tags: Mapping[str, str] | None
) -> tuple[DagsterRun, PartitionSelection, None]:
    if key and key_range:
        raise InvalidInvocationError(
            "A context", "takes `partition_key` or `partition_key_range`, and both were passed."
        )
    keys = (key,) if key else tuple(key_range or ())
    run = DagsterRun(EPHEMERAL_RUN_ID, EPHEMERAL_RUN_ID, tags=dict(tags or {}))
    return run, PartitionSelection(keys, is_range=key_range is not None), None


def _fill(
    context: DirectStepContext,
    owner: str,
    resources: object,
    resources_config: Mapping[str, object] | None,
    config: object,
    instance: DagsterInstance | None,
    event_loop: AbstractEventLoop | None = None,
) -> None:
    context.instance = instance or DagsterInstance.ephemeral()
    config_by_key = dict(resources_config or {})
    _check_keys(owner, resources, config_by_key)
    context.hold(HeldResources(owner, resources, config_by_key, context.instance, event_loop))
    context.fill(config, config_by_key)


def _check_keys(owner: str, resources: object, config_by_key: Mapping[str, object]) -> None:
    container = container_from(resources)
    unknown = [key for key in config_by_key if find_provider(container, key) is None]
    if unknown:
        known = ", ".join(keys_of(container)) or "none"
        problems = [f"resources_config.{key}: there is no such resource; there are: {known}" for key in unknown]
        raise InvalidConfigError(owner, problems)
