"""The inputs and outputs of a graph, as its ops declare them. Pure."""

from collections.abc import Iterable, Mapping

from dagwire.definitions.ops.composition import Composed
from dagwire.definitions.steps.input_and_output_definitions import InputDefinition, OutputDefinition
from dagwire.definitions.steps.output_handles import InputHandle
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType


def graph_inputs(
    composed: Composed, inputs: Iterable[str], descriptions: Mapping[str, str | None]
) -> dict[str, InputDefinition]:
    """`{input: its definition}`: an input has the type that all ops agree on that it is given to."""
    return {name: InputDefinition(name, _input_type(composed, name), descriptions.get(name)) for name in inputs}


def _input_type(composed: Composed, name: str) -> DagsterType:
    handle = InputHandle(name)
    taken = [
        (place.definition.ins[argument], source)
        for place in composed.placed.values()
        for argument, source in place.inputs.items()
    ]
    types = {declared.value_type.key: declared.value_type for declared, source in taken if source == handle}
    is_listed = any(isinstance(source, list) and handle in source for _, source in taken)
    return next(iter(types.values())) if len(types) == 1 and not is_listed else ANY


def graph_outputs(composed: Composed, descriptions: Mapping[str, str | None]) -> dict[str, OutputDefinition]:
    """`{output: its definition}`: an output has the type of the op's that it is."""
    found: dict[str, OutputDefinition] = {}
    for name, handle in composed.outputs.items():
        out = composed.placed[handle.node].definition.outs[handle.output]
        found[name] = OutputDefinition(name, out.value_type, descriptions.get(name), is_dynamic=out.is_dynamic)
    return found
