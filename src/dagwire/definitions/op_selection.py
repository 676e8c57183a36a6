"""Which steps of a job are meant, by name. Pure."""

import re
from collections.abc import Sequence

from dagwire.definitions.handles import OutputHandle, Source, handles_of
from dagwire.definitions.node import Node
from dagwire.definitions.reach import Reach
from dagwire.errors import InvalidDefinitionError, UnknownNameError

_TERM = re.compile(r"(?P<before>\*|\+*)(?P<name>[^*+]+)(?P<after>\*|\+*)")


def chosen_steps(owner: str, nodes: Sequence[Node], selection: Sequence[str] | None) -> list[Node]:
    """The nodes that `selection` means, in their order: names, `+name` one step before, `*name` all that is before.

    Raises:
        UnknownNameError: A name is no step's.
        InvalidDefinitionError: A step that is left out gives what a chosen one takes.
    """
    if selection is None:
        return list(nodes)
    reach = Reach({node.name: node.after for node in nodes})
    wanted = {name for term in selection for name in _meant(owner, term, reach)}
    chosen = [node for node in nodes if node.name in wanted]
    for node in chosen:
        taken = [handle.node for source in node.inputs.values() for handle in handles_of(source)]
        missing = [name for name in taken if name not in wanted]
        if missing:
            msg = f"{owner}: step '{node.name}' takes what '{missing[0]}' gives, which is not selected. Select it too."
            raise InvalidDefinitionError(msg)
    return [_among(node, wanted) for node in chosen]


def _meant(owner: str, term: str, reach: Reach[str]) -> set[str]:
    if term == "*":
        return set(reach.upstream)
    found = _TERM.fullmatch(term)
    name = found["name"] if found else term
    if found is None or name not in reach.upstream:
        raise UnknownNameError(f"step of {owner}", name, reach.upstream)
    own = {name}
    return own | reach.before(own, _depth(found["before"])) | reach.after(own, _depth(found["after"]))


def _depth(marks: str) -> int | None:
    return None if marks == "*" else len(marks)


def _among(node: Node, wanted: set[str]) -> Node:
    """The node, waiting for chosen steps only."""
    waits_for = tuple(left for source in node.waits_for if (left := _left_of(source, wanted)))
    return node.among(tuple(name for name in node.after if name in wanted), waits_for)


def _left_of(source: Source, wanted: set[str]) -> Source | None:
    """What of `source` is chosen steps' to give."""
    if isinstance(source, list):
        return [handle for handle in source if isinstance(handle, OutputHandle) and handle.node in wanted]
    return source if all(handle.node in wanted for handle in handles_of(source)) else None
