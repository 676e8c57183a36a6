"""The selected steps of a job, by name. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.ops.node import Node, open_input
from dagwire.definitions.steps.output_handles import Collected, OutputHandle, Source, handles_of
from dagwire.definitions.steps.stored_input import StoredInput
from dagwire.errors import InvalidSelectionError, UnknownNameError

_TERM = re.compile(r"(?P<before>\*|\+*)(?P<name>[^*+]+)(?P<after>\*|\+*)")


def chosen_steps(owner: str, nodes: Sequence[Node], selection: Sequence[str] | None) -> list[Node]:
    """The selected nodes, in their order: `name`, `+name` with one step before it, `*name` with all steps before it.

    The name of a graph selects all steps in it.

    Raises:
        UnknownNameError: No step or graph has that name.
        InvalidSelectionError: A selected step needs a step that is left out: it is mapped over its values, or no config
            can give them.
    """
    if selection is None:
        return list(nodes)
    reach = Reach({node.name: node.after for node in nodes})
    wanted = {name for term in selection for name in _meant(owner, term, reach)}
    return [_among(owner, node, wanted) for node in nodes if node.name in wanted]


def _meant(owner: str, term: str, reach: Reach[str]) -> set[str]:
    if term == "*":
        return set(reach.upstream)
    found = _TERM.fullmatch(term)
    name = found["name"] if found else term
    own = {step for step in reach.upstream if step == name or step.startswith(f"{name}.")}
    if found is None or not own:
        raise UnknownNameError(f"step of {owner}", name, reach.upstream)
    return own | reach.upstream_of(own, _depth(found["before"])) | reach.downstream_of(own, _depth(found["after"]))


def _depth(marks: str) -> int | None:
    return None if marks == "*" else len(marks)


def _among(owner: str, node: Node, wanted: set[str]) -> Node:
    """The node, waiting for selected steps only; the run gives the values of the others."""
    inputs = {name: left for name, source in node.inputs.items() if (left := _left_of(source, wanted))}
    opened = [name for name in node.inputs if name not in inputs]
    if opened and (node.mapped_over is not None or any(isinstance(node.inputs[name], Collected) for name in opened)):
        missing = min(name for opening in opened for name in _gives(node.inputs[opening]) - wanted)
        msg = f"{owner}: step '{node.name}' takes each value of '{missing}', which is not selected. Select it too."
        raise InvalidSelectionError(msg)
    inputs_of_run = tuple(open_input(node, name) for name in opened if name not in node.definition.input_manager_keys)
    for opened_input in inputs_of_run:
        if not opened_input.has_default and not opened_input.dagster_type.takes_config:
            missing = min(_gives(node.inputs[opened_input.parameter]) - wanted)
            msg = (
                f"{owner}: step '{node.name}' takes its input '{opened_input.parameter}' of '{missing}', which is not "
                f"selected, and no config can give a {opened_input.dagster_type.display_name}. Select '{missing}' too."
            )
            raise InvalidSelectionError(msg)
    keys = node.definition.input_manager_keys
    return replace(
        node,
        inputs=inputs,
        loads={**node.loads, **{name: StoredInput(keys[name]) for name in opened if name in keys}},
        defaults={**node.defaults, **{one.parameter: one.default for one in inputs_of_run if one.has_default}},
        after=tuple(name for name in node.after if name in wanted),
        waits_for=tuple(left for source in node.waits_for if (left := _left_of(source, wanted))),
        open_inputs=(*node.open_inputs, *inputs_of_run),
    )


def _gives(source: Source) -> set[str]:
    return {handle.node for handle in handles_of(source)}


def _left_of(source: Source, wanted: set[str]) -> Source | None:
    """The part of `source` that selected steps give."""
    if isinstance(source, list):
        return [handle for handle in source if isinstance(handle, OutputHandle) and handle.node in wanted]
    return source if _gives(source) <= wanted else None
