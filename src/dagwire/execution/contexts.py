"""What a body is told of its run: the contexts of assets, ops and checks."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from dagwire.containers.held_resources import HeldResources
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.body import BodyContext
from dagwire.definitions.node import Node
from dagwire.definitions.partitions import PartitionKeyRange, TimeWindow
from dagwire.errors import InvalidInvocationError
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.resources.context import NO_RESOURCES, log


@dataclass(frozen=True, slots=True)
class DagsterRun:
    """What there is to know of one run."""

    run_id: str
    job_name: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    run_config: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


class _StepContext(BodyContext):
    """What every body is told; lives as long as its step."""

    def __init__(self, run: DagsterRun, partitions: PartitionSelection, node: Node | None) -> None:
        """`node` is None outside a run; resources and config are filled in by whoever runs the step."""
        self.run = run
        self.resources: Any = NO_RESOURCES
        """The resources that the body asks for, one attribute a key."""
        self.op_config: Any = None
        """The config of this step: a dict, or the `Config` that the body declares."""
        self._partitions = partitions
        self._node = node
        self._metadata: dict[str, object] = {}

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.run_id

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self.run.job_name

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The run's tags."""
        return self.run.tags

    def has_tag(self, key: str) -> bool:
        """Whether the run has the tag `key`."""
        return key in self.run.tags

    def get_tag(self, key: str) -> str | None:
        """The run's tag `key`, or None."""
        return self.run.tags.get(key)

    @property
    def log(self) -> "logging.LoggerAdapter[logging.Logger]":
        """The logger `dagwire`, with the run's id and the step's name in each record as `run_id` and `step_key`."""
        step = self._node.name if self._node else None
        return logging.LoggerAdapter(log, {"run_id": self.run_id, "step_key": step})

    @property
    def has_partition_key(self) -> bool:
        """Whether the run makes one partition."""
        return bool(self._partitions.keys) and not self._partitions.is_range

    @property
    def has_partition_key_range(self) -> bool:
        """Whether the run makes a range of partitions."""
        return self._partitions.is_range

    @property
    def partition_key(self) -> str:
        """The partition to make.

        Raises:
            InvalidInvocationError: The run has none, or a range of them.
        """
        return self._partitions.key

    @property
    def partition_keys(self) -> Sequence[str]:
        """The partitions to make: one, or all of the range.

        Raises:
            InvalidInvocationError: The run has none.
        """
        return self._partitions.checked_keys

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """From the first partition to the last.

        Raises:
            InvalidInvocationError: The run has none.
        """
        return self._partitions.key_range

    @property
    def partition_time_window(self) -> TimeWindow:
        """The time that the partitions span.

        Raises:
            InvalidInvocationError: The run has none, or they are no spans of time.
        """
        return self._partitions.time_window

    def add_output_metadata(self, metadata: Mapping[str, object]) -> None:
        """Say more about what the body makes; merged over the metadata that it returns."""
        self._metadata.update(metadata)

    @property
    def output_metadata(self) -> Mapping[str, object]:
        """What `add_output_metadata` was told."""
        return self._metadata


class OpExecutionContext(_StepContext):
    """What an op is told of its run; lives as long as its step."""

    @property
    def op_def(self) -> Any:
        """The op."""
        return self._node.definition if self._node else None


class AssetExecutionContext(_StepContext):
    """What an asset is told of its run; lives as long as its step."""

    @property
    def assets_def(self) -> Any:
        """The asset's definition.

        Raises:
            InvalidInvocationError: The context was built by hand, for no asset.
        """
        if self._node is None:
            raise InvalidInvocationError("A context built by hand", "belongs to no asset.")
        return self._node.definition

    @property
    def asset_key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvalidInvocationError: The context was built by hand, for no asset.
        """
        return self.assets_def.key  # type: ignore[no-any-return]  # an AssetsDefinition's


class AssetCheckExecutionContext(_StepContext):
    """What a check is told of its run; lives as long as its step."""

    @property
    def check_specs(self) -> list[Any]:
        """The keys of the checks that this step evaluates."""
        return [self._node.definition.check_key] if self._node else []  # type: ignore[union-attr]  # a check's node


class _Built:
    """The part of a context built by hand: it holds resources, opened by its `with` block."""

    _held: HeldResources

    @property
    def resources(self) -> Any:
        """The open resources, one attribute a key.

        Raises:
            InvalidInvocationError: Some have a life cycle, and no `with` block is there to close them.
        """
        return self._held.view

    @resources.setter
    def resources(self, value: Any) -> None:
        """Ignore what the base class fills in: a context built by hand has its own."""

    def __enter__(self) -> Self:
        """Open the resources it holds."""
        self._held.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        self._held.__exit__(kind, error, traceback)


class DirectAssetExecutionContext(_Built, AssetExecutionContext):
    """An asset's context, built by hand for a direct call."""


class DirectOpExecutionContext(_Built, OpExecutionContext):
    """An op's context, built by hand for a direct call."""


EPHEMERAL_RUN_ID = "EPHEMERAL"


def build_asset_context(
    resources: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    asset_config: Any = None,
    *,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> DirectAssetExecutionContext:
    """A context to call an asset or a check with, outside a run.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`. Those with a life cycle are open inside
            the context's `with` block only.
        resources_config: Config for a resource, merged over what it has: `{key: {field: value}}`.
        asset_config: The config that the asset is given.
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
    _fill(context, "build_asset_context", resources, resources_config, asset_config)
    return context


def build_op_context(
    resources: Any = None,
    op_config: Any = None,
    resources_config: Mapping[str, Any] | None = None,
    *,
    partition_key: str | None = None,
    partition_key_range: PartitionKeyRange | None = None,
    run_tags: Mapping[str, str] | None = None,
) -> DirectOpExecutionContext:
    """A context to call an op with, outside a run; arguments as `build_asset_context` has them."""
    context = DirectOpExecutionContext(*_run_of(partition_key, partition_key_range, run_tags))
    _fill(context, "build_op_context", resources, resources_config, op_config)
    return context


def _run_of(
    key: str | None, key_range: PartitionKeyRange | None, tags: Mapping[str, str] | None
) -> tuple[DagsterRun, PartitionSelection, None]:
    keys = (key,) if key else tuple(key_range or ())
    run = DagsterRun(EPHEMERAL_RUN_ID, EPHEMERAL_RUN_ID, dict(tags or {}))
    return run, PartitionSelection(keys, is_range=key_range is not None), None


def _fill(context: Any, owner: str, resources: Any, resources_config: Mapping[str, Any] | None, config: Any) -> None:
    config_by_key = {key: {"config": given} for key, given in (resources_config or {}).items()}
    context._held = HeldResources(owner, resources, config_by_key)  # this module's own class
    context.op_config = config
