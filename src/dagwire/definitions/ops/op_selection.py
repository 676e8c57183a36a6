"""The selected steps of a job, by name. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dagwire.definitions.assets.graph_traversal import Reach
from dagwire.definitions.ops.node import Node, open_input
from dagwire.definitions.steps.output_handles import Collected, OutputHandle, Source, handles_of
from dagwire.errors import InvalidDefinitionError, UnknownNameError

_TERM = re.compile(r"(?P<before>\*|\+*)(?P<name>[^*+]+)(?P<after>\*|\+*)")


def chosen_steps(owner: str, nodes: Sequence[Node], selection: Sequence[str] | None) -> list[Node]:
    """The selected nodes, in their order: `name`, `+name` with one step before it, `*name` with all steps before it.

    Raises:
        UnknownNameError: No step has that name.
        InvalidDefinitionError: A step that is left out gives each of the values that a chosen one is mapped over.
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
    if found is None or name not in reach.upstream:
        raise UnknownNameError(f"step of {owner}", name, reach.upstream)
    own = {name}
    return own | reach.upstream_of(own, _depth(found["before"])) | reach.downstream_of(own, _depth(found["after"]))


def _depth(marks: str) -> int | None:
    return None if marks == "*" else len(marks)


def _among(owner: str, node: Node, wanted: set[str]) -> Node:
    """The node, waiting for selected steps only; the run gives the values of the others."""
    inputs = {name: source for name, source in node.inputs.items() if _gives(source) <= wanted}
    opened = [name for name in node.inputs if name not in inputs]
    if opened and (node.mapped_over is not None or any(isinstance(node.inputs[name], Collected) for name in opened)):
        missing = min(name for opening in opened for name in _gives(node.inputs[opening]) - wanted)
        msg = f"{owner}: step '{node.name}' takes each value of '{missing}', which is not selected. Select it too."
        raise InvalidDefinitionError(msg)
    return replace(
        node,
        inputs=inputs,
        after=tuple(name for name in node.after if name in wanted),
        waits_for=tuple(left for source in node.waits_for if (left := _left_of(source, wanted))),
        open_inputs=(*node.open_inputs, *(open_input(node, name) for name in opened)),
    )


def _gives(source: Source) -> set[str]:
    return {handle.node for handle in handles_of(source)}


def _left_of(source: Source, wanted: set[str]) -> Source | None:
    """The part of `source` that selected steps give."""
    if isinstance(source, list):
        return [handle for handle in source if isinstance(handle, OutputHandle) and handle.node in wanted]
    return source if _gives(source) <= wanted else None
