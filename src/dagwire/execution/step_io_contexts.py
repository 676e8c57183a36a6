"""`StepsIOContexts`: the contexts that IO managers get for the outputs and inputs of a run's steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from dagwire.containers.run_scope import RunScope
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.io_context_facts import EVENT_TYPES, partition_facts
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.definitions.steps.stored_input import StoredAsset
from dagwire.execution.contexts import OpExecutionContext
from dagwire.execution.io_config import IOConfig
from dagwire.execution.plan import Plan
from dagwire.execution.step_context import StepContext
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.launch_config import with_config
from dagwire.resources.recipe import is_configurable


class StepsIOContexts:
    """Makes the contexts of one run; lives as long as it."""

    def __init__(self, run: DagsterRun, plan: Plan, instance: DagsterInstance, io_config: IOConfig) -> None:
        """Keep the facts of the run."""
        self._instance = instance
        self._run = run
        self._plan = plan
        self._io_config = io_config

    def of_output(
        self,
        node: Node,
        handle: OutputHandle,
        scope: RunScope,
        key: str | None,
        metadata: Mapping[str, object] | None = None,
        step: StepContext | None = None,
        run_id: str | None = None,
    ) -> OutputContext:
        """The context of a step's output.

        Args:
            node: The step.
            handle: Names the output, and the value of a dynamic one.
            scope: The scope in which its IO manager is open.
            key: The key of its IO manager; None if the value is in memory.
            metadata: The metadata that the step gave the value.
            step: The context of the step's body, if it has one.
            run_id: The run that gave the value; this one by default.
        """
        definition, output = node.definition, handle.output
        facts: dict[str, Any] = {}
        partitions_def = None
        if isinstance(definition, AssetsDefinition):
            spec = definition.specs_by_output[output]
            facts = {"asset_key": spec.key, "asset_spec": spec}
            partitions_def = definition.partitions_def
        return OutputContext(
            name=output,
            config=self._io_config.of("output", node.template or node.name, output),
            step_key=node.name,
            mapping_key=handle.mapping_key,
            definition_metadata=definition.output_metadata(output),
            output_metadata=metadata,
            dagster_type=definition.output_type(output),
            asset_partitions_def=partitions_def,
            run_id=run_id or self._run.run_id,
            **facts,
            **self._of_run(node, step),
            **self._of_partitions(partitions_def, self._plan.partitions.keys or None),
            **_of_manager(scope, key),
        )

    def of_stored_asset(self, node: Node, asset: StoredAsset) -> OutputContext:
        """The context of an asset that the run does not make: it has no step and no run."""
        return OutputContext(
            name=asset.spec.key.parts[-1],
            asset_key=asset.spec.key,
            asset_spec=asset.spec,
            asset_partitions_def=asset.partitions_def,
            definition_metadata=asset.spec.metadata,
            job_name=self._run.job_name,
            event_types=EVENT_TYPES,
            **self._of_partitions(asset.partitions_def, self._keys_taken(node, asset.spec.key, asset.partitions_def)),
        )

    def of_input(
        self,
        node: Node,
        name: str,
        scope: RunScope,
        key: str,
        upstream: OutputContext | None,
        asset: StoredAsset | None = None,
    ) -> InputContext:
        """The context of a step's input.

        Args:
            node: The step.
            name: The input's name.
            scope: The scope in which its input manager is open.
            key: The key of its input manager.
            upstream: The context of the output that it takes; None for an op's input that takes none.
            asset: The asset that it takes, if that is not made in this run.
        """
        definition = node.definition
        asset_key: AssetKey | None = vars(upstream).get("asset_key") if upstream is not None else None
        partitions_def = vars(upstream).get("asset_partitions_def") if upstream is not None else None
        if asset is not None:
            partitions_def = asset.partitions_def
        return InputContext(
            name=name,
            config=self._io_config.of("input", node.template or node.name, name),
            upstream_output=upstream,
            definition_metadata=definition.input_metadata(name),
            dagster_type=definition.input_type(name),
            asset_key=asset_key,
            asset_partitions_def=partitions_def,
            **self._of_run(node, None),
            **self._of_partitions(partitions_def, self._keys_taken(node, asset_key, partitions_def)),
            **_of_manager(scope, key),
        )

    def _of_run(self, node: Node, step: StepContext | None) -> dict[str, Any]:
        """The facts about run and step in both contexts."""
        partitions = self._plan.partitions
        return {
            "job_name": self._run.job_name,
            "op_def": node.definition,
            "partition_key": partitions.keys[0] if len(partitions.keys) == 1 and not partitions.is_range else None,
            "step_context": step or OpExecutionContext(self._run, partitions, node),
            "event_types": EVENT_TYPES,
            "instance": self._instance,
        }

    def _keys_taken(
        self, node: Node, key: AssetKey | None, upstream: PartitionsDefinition | None
    ) -> Sequence[str] | None:
        """The partitions of an upstream asset that a step takes, by its partition mapping; None if they are not known.

        A check has no mapping: it takes those that the run makes, or all if the run makes none of them.
        """
        if upstream is None or key is None:
            return None
        made, definition = self._plan.partitions, node.asset
        if definition is not None:
            makes_none = definition.partitions_def is not None and not made.keys
            return None if makes_none else made.needed_by(definition, key).keys
        if made.definition == upstream:
            return made.keys
        with partition_loading_context(dynamic_partitions_store=made.instance):
            return upstream.get_partition_keys()

    def _of_partitions(self, definition: PartitionsDefinition | None, keys: Sequence[str] | None) -> dict[str, Any]:
        """The facts about the partitions of an asset."""
        return {} if definition is None else partition_facts(definition, keys, self._plan.partitions.instance)


def _of_manager(scope: RunScope, key: str | None) -> dict[str, Any]:
    """The facts of the IO manager in both contexts: the config it was opened with, and the resources it requires."""
    opening = scope.opening(key) if key is not None else None
    if opening is None:
        return {}
    recipe, context = opening
    value = scope.value(str(key))
    if is_configurable(value) and value.is_open:
        config: Any = value.get_resource_context().resource_config
    else:
        config = _config_of(recipe, context.resource_config, str(key))
    return {"resource_config": config, "resources": context.resources}


def _config_of(recipe: Any, late: object, key: str) -> object:
    """The config of a recipe whose product is another object, with `late` config merged over its own."""
    if is_configurable(recipe):
        configured: Any = with_config(recipe, late, key)
    else:
        configured = recipe.config_from(late, f"resource '{key}'")
    return configured.with_variables_read().plain_config() if is_configurable(configured) else configured
