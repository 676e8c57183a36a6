"""`PlainStep`: the facts of a step that needs nothing but a call of its function. Pure.

A step is plain if the outcome of a call is known beforehand, except for its value. So it makes one asset, without
checks, partitions or code version, or is an op with one output; it has neither config nor hooks; its function is
neither a generator nor asynchronous; each of its inputs is the one value of another step; and its types are classes,
for which `isinstance` is the whole check. Any other step has more than one possible course, and none of these facts.
"""

from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from typing import TYPE_CHECKING, Any, NamedTuple

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.ins_and_outs import Out
from dagwire.definitions.ops.observable_source_asset import ObservationOp
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.value_types.class_types import NOTHING, InstanceType, PythonObjectDagsterType
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.value_annotations import is_output_annotation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dagwire.definitions.ops.node import Node


class PlainInput(NamedTuple):
    """An input whose value another step gives."""

    parameter: str
    node: str
    output: str
    classes: tuple[type, ...] | None
    """The classes that its value may have; None for any."""


class PlainStep(NamedTuple):
    """The facts of a plain step, made once for all runs."""

    name: str
    function: "Callable[..., object]"
    takes_context: bool
    keys: frozenset[str]
    """The keys of all resources that it asks for, by parameter or by name."""
    resources: tuple[tuple[str, str], ...]
    """`(parameter, key)` of those that it takes as parameters."""
    inputs: tuple[PlainInput, ...]
    defaults: "Mapping[str, object]"
    has_arguments: bool
    """Whether anything but a context is passed."""
    asset_key: AssetKey | None
    """The asset that it makes; None for an op."""
    output_classes: tuple[type, ...] | None
    """The classes that its value may have; None for any."""
    stores_nothing: bool
    """Whether there is no value for other steps."""


def plain_step(node: "Node") -> PlainStep | None:
    """Return the facts of a step that is plain; None for any other."""
    definition = node.definition
    if isinstance(definition, AssetChecksDefinition | ObservationOp):
        return None
    if not (is_plain_definition(definition) and _is_plain_node(node)):
        return None
    inputs = [_plain_input(definition, parameter, source) for parameter, source in node.inputs.items()]
    output_type = definition.output_type(RESULT)
    if None in inputs or not is_class(output_type):
        return None
    signature = definition.body.signature
    return PlainStep(
        node.name,
        definition.body.function,
        signature.context is not None,
        frozenset(definition.body.keys),
        tuple(signature.keys.items()),
        tuple(one for one in inputs if one is not None),
        node.defaults,
        bool(signature.keys or inputs or node.defaults),
        definition.spec.key if isinstance(definition, AssetsDefinition) else None,
        classes_of(output_type),
        RESULT not in definition.stored_outputs,
    )


def _is_plain_node(node: "Node") -> bool:
    """Whether a step takes all values from other steps, and is wanted as a whole and for itself."""
    is_whole = node.outputs is None and node.part_of is None and node.mapped_over is None and node.template is None
    return is_whole and not (node.hooks or node.waits_for or node.open_inputs or node.loads)


def is_plain_definition(definition: AssetsDefinition | OpDefinition) -> bool:
    """Whether a call of a function may be all that there is to do, apart from its inputs and their types."""
    if isinstance(definition, OpDefinition):
        has_one_output = [type(out) for out in definition.outs.values()] == [Out] and RESULT in definition.outs
    else:
        has_one_output = type(definition) is AssetsDefinition and definition.is_plain
        has_one_output = has_one_output and RESULT in definition.specs_by_output
    body = definition.body
    is_wrapped = is_output_annotation(body.signature.returns)
    is_checked = definition.hooks or definition.resources_by_type or body.config_schema is not None
    return has_one_output and not (is_wrapped or is_checked or _is_special(body.function))


def _is_special(function: object) -> bool:
    """Whether a call begins something that is to be driven or awaited."""
    return isgeneratorfunction(function) or iscoroutinefunction(function) or isasyncgenfunction(function)


def _plain_input(definition: AssetsDefinition | OpDefinition, parameter: str, source: Any) -> PlainInput | None:
    declared = definition.input_type(parameter)
    if type(source) is not OutputHandle or source.mapping_key is not None or not is_class(declared):
        return None
    return PlainInput(parameter, source.node, source.output, classes_of(declared))


def is_class(declared: DagsterType) -> bool:
    """Whether `isinstance` is the whole check of a type."""
    return declared.is_any or declared is NOTHING or type(declared) in (InstanceType, PythonObjectDagsterType)


def classes_of(declared: DagsterType) -> tuple[type, ...] | None:
    """Return the classes that a value may have; None for any."""
    return declared.classes if isinstance(declared, InstanceType) else None
