"""`composed_body`: the body of a job or graph, run once to see what it connects."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.ops.asset_as_op import asset_as_op
from dagwire.definitions.ops.composition import Composed, Composition, compose, is_tuple
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.steps.output_handles import Collected, InputHandle, OutputHandle, input_handles_of
from dagwire.errors import InvalidDefinitionError


def composed_body(
    owner: str,
    function: Callable[..., object],
    inputs: Sequence[str],
    outputs: Sequence[str] | None,
    mapping: ConfigMapping | None = None,
) -> Composed:
    """Run the body of a job or graph once.

    Args:
        owner: Its name in messages.
        function: The body.
        inputs: The names of its parameters.
        outputs: The names of its outputs; None to read them from what it returns.
        mapping: The mapping of its config to its ops.

    Raises:
        InvalidDefinitionError: It returns something else than outputs of its steps.
    """
    with compose(Composition(owner, asset_as_op)) as composition:
        returned = function(**{name: InputHandle(name) for name in inputs})
    _check_definitions(owner, composition.nodes.values())
    _check_inputs(owner, composition, inputs)
    mappings = composition.mappings_by_graph | ({"": mapping} if mapping is not None else {})
    returned_outputs = _outputs(owner, returned, outputs)
    return Composed(
        composition.placed, composition.nodes, returned_outputs, composition.outputs_by_graph, mappings, function
    )


def _check_definitions(owner: str, nodes: Iterable[Any]) -> None:
    """Refuse two different definitions of one name: run config and messages could not distinguish them."""
    body_by_name: dict[str, object] = {}
    for definition, body in _definitions_in(nodes):
        if body_by_name.setdefault(definition.name, body) is not body:
            msg = f"{owner} has two different ops or graphs named '{definition.name}'. Give one of them another name."
            raise InvalidDefinitionError(msg)


def _definitions_in(nodes: Iterable[Any]) -> Iterator[tuple[Any, object]]:
    """Each op and graph, and those inside graphs, with its body: copies with another alias or other tags share it."""
    for definition in nodes:
        if isinstance(definition, OpDefinition):
            yield definition, definition.body
        else:
            yield definition, definition.composed.body
            yield from _definitions_in(definition.composed.nodes.values())


def _check_inputs(owner: str, composition: Composition, inputs: Iterable[str]) -> None:
    """Refuse an input that the body connects to nothing."""
    sources = [source for place in composition.placed.values() for source in place.inputs.values()]
    used = {handle.name for source in sources for handle in input_handles_of(source)}
    unused = [name for name in inputs if name not in used]
    if unused:
        raise InvalidDefinitionError(f"{owner} has the input '{unused[0]}', and its body gives it to no op. Remove it.")


def _outputs(owner: str, returned: object, names: Sequence[str] | None) -> dict[str, OutputHandle]:
    found: dict[str, Any] = {}
    if isinstance(returned, OutputHandle):
        found = {names[0] if names else "result": returned}
    elif is_mapping(returned) and names is not None:
        found = dict(returned)
    elif is_tuple(returned) and names:
        found = dict(zip(names, returned, strict=False))
    elif is_tuple(returned) and all(isinstance(handle, OutputHandle) for handle in returned):
        found = {}  # all outputs of an op, returned by a lambda: they have no names in the graph
    elif returned is not None or names == ["result"]:
        found = {"result": returned}
    if not all(isinstance(handle, OutputHandle) for handle in found.values()) or set(found) != set(names or found):
        wanted = f"the outputs {', '.join(names)}" if names else "the output of an op, or nothing"
        given = "a collected list" if isinstance(returned, Collected) else type(returned).__name__
        given = f"a dict of {', '.join(found) or 'nothing'}" if is_mapping(returned) else given
        msg = f"{owner} returns {given}; its body connects ops and returns {wanted}."
        raise InvalidDefinitionError(msg)
    return found
