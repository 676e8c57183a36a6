"""Values of partitions that a run takes, does not make, and nothing loads: found before anything opens."""

from collections.abc import Iterator

from dagwire.definitions.assets_definition import AssetsDefinition
from dagwire.definitions.handles import OutputHandle
from dagwire.definitions.node import Node
from dagwire.errors import DagwireError, UnstoredPartitionError
from dagwire.execution.handover import Handover
from dagwire.execution.plan import Plan


def unstored_partitions(plan: Plan, handover: Handover | None) -> Iterator[DagwireError]:
    """One fault for each input that takes, by its partition mapping, others than the run hands on in memory.

    Args:
        plan: A run that makes partitions.
        handover: What stores and loads values; None where all are in memory.
    """
    for node in plan.nodes:
        definition = node.definition
        if isinstance(definition, AssetsDefinition) and definition.partition_mappings:
            for name, source in node.inputs.items():
                is_mapped = definition.input_keys.get(name) in definition.partition_mappings
                if is_mapped and isinstance(source, OutputHandle) and _is_in_memory(handover, node, name, source):
                    yield from _fault(plan, definition, name)


def _is_in_memory(handover: Handover | None, node: Node, name: str, source: OutputHandle) -> bool:
    return handover is None or not handover.loads(node, name, source)


def _fault(plan: Plan, definition: AssetsDefinition, name: str) -> Iterator[DagwireError]:
    upstream, made = definition.input_keys[name], plan.partitions
    try:
        taken = made.needed_by(definition, upstream).keys
    except DagwireError as fault:
        yield fault
        return
    if taken != made.keys:
        yield UnstoredPartitionError(definition.label, upstream.to_user_string(), taken, made.keys)
