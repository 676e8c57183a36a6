"""Inputs of partitions that the run does not make and no IO manager loads: found before anything opens."""

from collections.abc import Iterator

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.errors import DagwireError, UnstoredPartitionError
from dagwire.execution.plan import Plan
from dagwire.execution.step_io import StepIO


def unstored_partitions(plan: Plan, step_io: StepIO | None) -> Iterator[DagwireError]:
    """List a fault for each input whose partition mapping takes other partitions than those in memory.

    Args:
        plan: A run that makes partitions.
        step_io: Stores and loads values; None if all are in memory.
    """
    nodes = {node.name: node for node in plan.nodes}
    for node in plan.nodes:
        if node.asset is not None and node.asset.partition_mappings:
            for name, source in node.inputs.items():
                if isinstance(source, OutputHandle) and (step_io is None or not step_io.loads(node, name, source)):
                    yield from _fault(plan, node.asset, _asset_of(nodes[source.node], source.output))


def _asset_of(node: Node, output: str) -> AssetKey | None:
    """The asset that an output is."""
    definition = node.definition
    spec = definition.specs_by_output.get(output) if isinstance(definition, AssetsDefinition) else None
    return spec.key if spec is not None else None


def _fault(plan: Plan, definition: AssetsDefinition, upstream: AssetKey | None) -> Iterator[DagwireError]:
    if upstream is None or upstream not in definition.partition_mappings:
        return
    made = plan.partitions
    try:
        taken = made.needed_by(definition, upstream).keys
    except DagwireError as fault:
        yield fault
        return
    if taken != made.keys:
        yield UnstoredPartitionError(definition.label, upstream.to_user_string(), taken, made.keys)
