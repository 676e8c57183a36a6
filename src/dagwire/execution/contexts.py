"""The contexts of assets, ops and checks: what a body can ask of its run."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.partitions import PartitionKeyRange, TimeWindow
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.results import AssetCheckKey, ExtraEvent
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.errors import InvalidInvocationError, UnknownNameError
from dagwire.execution.output_metadata import OutputMetadata
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.execution.partitions_in_context import PartitionsInContext
from dagwire.execution.stored_values import StoredValues
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.init_resource_context import NO_RESOURCES, log
from dagwire.resources.instance import DagsterInstance


class StepContext(BodyContext):
    """The part of a context that all bodies have; lives as long as its step."""

    instance: DagsterInstance
    """The instance of the run: it keeps the keys of dynamic partitions."""
    stored_values: StoredValues | None = None
    """The values that `load_asset_value` can load; None outside a run."""

    def __init__(
        self, run: DagsterRun, partitions: PartitionSelection, node: Node | None, retry_number: int = 0
    ) -> None:
        """Start without resources, config and instance: the caller fills them in. `node` is None outside a run."""
        self.run = run
        self.retry_number = retry_number
        """How often the step has been tried before."""
        self.is_subset = False
        """Whether the run makes only some outputs of the job or of the step."""
        self.resources: Any = NO_RESOURCES
        """The resources that the body asks for, one attribute a key."""
        self.op_config: Any = None
        """The config of this step: a dict, or the `Config` that the body declares."""
        self._partitions = partitions
        self._node = node
        self._mapping_key = node.mapping_key if node else None
        self._definition: Any = node.definition if node else None
        self.added_metadata = OutputMetadata()
        """The metadata that `add_output_metadata` was called with."""
        self.extra_events: list[ExtraEvent] = []
        """The events that `log_event` was called with."""

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.run.run_id

    @property
    def dagster_run(self) -> DagsterRun:
        """The run; Dagster's second name for `run`."""
        return self.run

    @property
    def run_config(self) -> Mapping[str, Any]:
        """The run's config, as a dict."""
        return self.run.run_config

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
        """The time window of the partitions.

        Raises:
            InvalidInvocationError: The run has none, or they are not time windows.
        """
        return self._partitions.time_window

    def add_output_metadata(
        self, metadata: Mapping[str, object], output_name: str | None = None, mapping_key: str | None = None
    ) -> None:
        """Add metadata to an output; it is merged over the metadata that the body returns.

        Args:
            metadata: `{name: value}`.
            output_name: The output, if there are several.
            mapping_key: The key of the value, if the output is dynamic.

        Raises:
            UnknownNameError: There is no such output.
            InvalidInvocationError: There are several outputs or values, and none is named.
        """
        self._check_place(output_name, mapping_key)
        self.added_metadata.add(metadata, output_name, mapping_key)

    def _check_place(self, output_name: str | None, mapping_key: str | None) -> None:
        if self._definition is None:
            return
        outputs = self._definition.output_names
        if output_name is None and len(outputs) > 1:
            problem = f"needs `output_name`, because there are several outputs: {', '.join(outputs)}."
            raise InvalidInvocationError("add_output_metadata", problem)
        if output_name is not None and output_name not in outputs:
            raise UnknownNameError(f"output of {self._definition.label}", output_name, outputs)
        named = output_name or next(iter(outputs), "")
        if mapping_key is None and named in self._definition.dynamic_output_names:
            problem = f"needs `mapping_key`, because the output '{named}' is dynamic."
            raise InvalidInvocationError("add_output_metadata", problem)

    def get_output_metadata(self, output_name: str, mapping_key: str | None = None) -> Mapping[str, object] | None:
        """Return the metadata added to an output, or to one value of a dynamic output; None if there is none."""
        return self.added_metadata.of(output_name, mapping_key) or None

    @property
    def output_metadata(self) -> Mapping[str, object]:
        """The metadata that was added to the only output."""
        return self.added_metadata.of(None)

    def load_asset_value(
        self, asset_key: CoercibleToAssetKey, *, python_type: Any = Any, partition_key: str | None = None
    ) -> Any:
        """Load the stored value of an asset that no parameter takes, by its IO manager.

        Args:
            asset_key: An asset that was made before this step, in another run, or elsewhere.
            python_type: The type to load; shown to the IO manager as `context.dagster_type`.
            partition_key: The partition to load.

        Raises:
            UnknownNameError: The job knows no such asset.
            MissingResourceError: The asset's IO manager is not provided, so its values stay in memory.
            InvalidInvocationError: The context was built by hand.
        """
        if self.stored_values is None:
            raise InvalidInvocationError("load_asset_value", "loads in a run; a context built by hand belongs to none.")
        return self.stored_values.load(AssetKey.from_coercible(asset_key), python_type, partition_key)

    def log_event(self, event: ExtraEvent) -> None:
        """Record an AssetMaterialization, AssetObservation or ExpectationResult."""
        self.extra_events.append(event)

    @property
    def op_def(self) -> Any:
        """The definition whose body runs; None for a context built by hand before its first call."""
        return self._definition

    @property
    def op_execution_context(self) -> "StepContext":
        """This context; Dagster has two objects."""
        return self


class OpExecutionContext(PartitionsInContext, StepContext):
    """The context of an op; lives as long as its step."""

    def get_mapping_key(self) -> str | None:
        """Return the key of the dynamic value that the step works on; None if it is not mapped."""
        return self._mapping_key


class AssetExecutionContext(PartitionsInContext, StepContext):
    """The context of an asset; lives as long as its step."""

    @property
    def assets_def(self) -> Any:
        """The asset's definition.

        Raises:
            InvalidInvocationError: The context was built by hand, and no asset has been called with it.
        """
        if self._definition is None:
            raise InvalidInvocationError("A context built by hand", "belongs to no asset until one is called with it.")
        return self._definition

    @property
    def asset_key(self) -> AssetKey:
        """The asset's key.

        Raises:
            InvariantViolationError: The context belongs to no asset yet, or the function makes several.
        """
        return self.assets_def.key  # type: ignore[no-any-return]  # an AssetsDefinition's

    @property
    def selected_output_names(self) -> set[str]:
        """The names of the outputs of this step that the run selects."""
        wanted = self._node.outputs if self._node else None
        return {output for output in self.assets_def.specs_by_output if wanted is None or output in wanted}

    @property
    def selected_asset_keys(self) -> set[AssetKey]:
        """The keys of the assets of this step that the run selects."""
        return {self.assets_def.specs_by_output[output].key for output in self.selected_output_names}

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks in this step that the run selects."""
        wanted = self._node.outputs if self._node else None
        return {spec.key for spec in self.assets_def.check_specs if wanted is None or spec.step_name in wanted}

    def asset_key_for_output(self, output_name: str = "result") -> AssetKey:
        """Return the key of the asset behind an output."""
        return self.assets_def.specs_by_output[output_name].key  # type: ignore[no-any-return]  # a spec's

    def output_for_asset_key(self, asset_key: AssetKey) -> str:
        """Return the name of an asset's output."""
        return self.assets_def.output_of(asset_key)  # type: ignore[no-any-return]  # an AssetsDefinition's

    def asset_key_for_input(self, input_name: str) -> AssetKey:
        """Return the key of the asset whose value a parameter takes."""
        return self.assets_def.input_keys[input_name]  # type: ignore[no-any-return]  # a definition's

    def add_asset_metadata(self, metadata: Mapping[str, object], asset_key: CoercibleToAssetKey | None = None) -> None:
        """Add metadata to an asset of this step; to the only one by default."""
        output = None if asset_key is None else self.output_for_asset_key(AssetKey.from_coercible(asset_key))
        self.add_output_metadata(metadata, output)


class AssetCheckExecutionContext(StepContext):
    """The context of a check; lives as long as its step."""

    @property
    def check_specs(self) -> list[AssetCheckSpec]:
        """The specs of the checks in this step."""
        return list(self._definition.specs_by_key.values()) if self._definition else []

    @property
    def selected_asset_check_keys(self) -> set[AssetCheckKey]:
        """The keys of the checks that the run selects."""
        wanted = self._node.outputs if self._node else None
        return {spec.key for spec in self.check_specs if wanted is None or spec.step_name in wanted}
