"""Contexts built by hand, for direct calls of assets, ops, checks and hooks."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from dagwire.containers.context_resources import HeldResources
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionKeyRange
from dagwire.errors import InvalidInvocationError
from dagwire.execution.contexts import (
    AssetCheckExecutionContext,
    AssetExecutionContext,
    OpExecutionContext,
    StepContext,
)
from dagwire.execution.hook_context import HookContext
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance

EPHEMERAL_RUN_ID = "EPHEMERAL"


class _Held:
    """The resources of a context built by hand; its `with` block opens and closes them."""

    _held: HeldResources

    def hold(self, held: HeldResources) -> Self:
        """Keep the resources; return the context itself."""
        self._held = held
        return self

    @property
    def resources(self) -> Any:
        """The open resources, one attribute a key.

        Raises:
            InvalidInvocationError: A resource has a life cycle, and there is no `with` block to close it.
        """
        return self._held.view

    @resources.setter
    def resources(self, value: Any) -> None:
        """Ignore the assignment of the base class: a context built by hand has its own resources."""

    def __enter__(self) -> Self:
        """Open the resources."""
        self._held.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the resources."""
        self._held.__exit__(kind, error, traceback)


class _DirectStep(_Held, StepContext):
    """A step's context, built by hand; a call with it binds it to the definition called."""

    def bind(self, definition: Any) -> None:
        """Take over the key, the partitions and the config schema of the definition that is called.

        Raises:
            InvalidConfigError: The context's config does not fit the definition.
            UnknownPartitionError: The definition has no such range of partitions.
        """
        self._definition = definition
        partitions_def = getattr(definition, "partitions_def", None)
        if partitions_def is not None:
            keys = self._partitions.keys
            with partition_loading_context(dynamic_partitions_store=self.instance):
                if self._partitions.is_range:
                    keys = partitions_def.get_partition_keys_in_range(PartitionKeyRange(keys[0], keys[-1]))
            named = tuple(partitions_def.as_key(key) for key in keys)
            self._partitions = self._partitions._replace(keys=named, definition=partitions_def, instance=self.instance)
        body = definition.body
        if body.signature.config is None and body.config_schema is not None:
            self.op_config = body.config_from(self.op_config)


class DirectAssetExecutionContext(_DirectStep, AssetExecutionContext):
    """An asset's context, built by hand for a direct call."""


class DirectOpExecutionContext(_DirectStep, OpExecutionContext):
    """An op's context, built by hand for a direct call."""

    def stand_for(self, mapping_key: str | None) -> None:
        """Set the key of the dynamic value that the op is called for."""
        self._mapping_key = mapping_key


class DirectAssetCheckExecutionContext(_DirectStep, AssetCheckExecutionContext):
    """A check's context, built by hand for a direct call."""


class DirectHookContext(_Held, HookContext):
    """A hook's context, built by hand for a direct call."""


def build_asset_context(
    resources: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    asset_config: Any = None,
    instance: DagsterInstance | None = None,
    *,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> DirectAssetExecutionContext:
    """Build a context for the direct call of an asset or a check.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`. A resource with a life cycle is open
            only inside the context's `with` block.
        resources_config: Config for a resource, merged over what it has: `{key: {field: value}}`.
        asset_config: The config of the asset.
        instance: The context's `instance`; a new one by default.
        partition_key: The partition to make.
        partition_key_range: The partitions to make; only the two ends are known here.
        run_tags: The run's tags.

    Example:
        >>> from dagwire import asset, build_asset_context
        >>> @asset
        ... def month(context):
        ...     return context.partition_key
        >>> month(build_asset_context(partition_key="2013-01"))
        '2013-01'
    """
    context = DirectAssetExecutionContext(*_run_of(partition_key, partition_key_range, run_tags))
    _fill(context, "build_asset_context", resources, resources_config, asset_config, instance)
    return context


def build_op_context(
    resources: Any = None,
    op_config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    instance: DagsterInstance | None = None,
    config: Any = None,
    *,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    mapping_key: str | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> DirectOpExecutionContext:
    """Build a context for the direct call of an op; see `build_asset_context` for the arguments.

    `mapping_key` is the key of the dynamic value that the op is called for.

    Raises:
        InvalidInvocationError: Both `op_config` and `config`, its older name, are passed.
    """
    if op_config is not None and config is not None:
        raise InvalidInvocationError("build_op_context", "takes `op_config` or `config`, and both were passed.")
    context = DirectOpExecutionContext(*_run_of(partition_key, partition_key_range, run_tags))
    context.stand_for(mapping_key)
    _fill(context, "build_op_context", resources, resources_config, op_config if config is None else config, instance)
    return context


def build_asset_check_context(
    resources: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    asset_config: Any = None,
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
    resources: Any = None,
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
    context = DirectHookContext(run, None, None, op_exception, {})
    context.op = op
    context.instance = instance or DagsterInstance.ephemeral()
    return context.hold(HeldResources("build_hook_context", resources, None, context.instance))


def _run_of(
    key: str | None, key_range: PartitionKeyRange | None, tags: Mapping[str, str] | None
) -> tuple[DagsterRun, PartitionSelection, None]:
    keys = (key,) if key else tuple(key_range or ())
    run = DagsterRun(EPHEMERAL_RUN_ID, EPHEMERAL_RUN_ID, tags=dict(tags or {}))
    return run, PartitionSelection(keys, is_range=key_range is not None), None


def _fill(
    context: Any,
    owner: str,
    resources: Any,
    resources_config: Mapping[str, Any] | None,
    config: Any,
    instance: DagsterInstance | None,
) -> None:
    context.instance = instance or DagsterInstance.ephemeral()
    config_by_key = {key: {"config": given} for key, given in (resources_config or {}).items()}
    context.hold(HeldResources(owner, resources, config_by_key, context.instance))
    context.op_config = config
