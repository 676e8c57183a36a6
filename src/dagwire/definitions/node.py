"""`Node`: one step of a job, whatever kind of definition it runs; and the order that nodes run in. Pure."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.composition import OutputHandle
from dagwire.definitions.op import OpDefinition
from dagwire.errors import DefinitionCycleError

NodeDefinition = AssetsDefinition | AssetCheckDefinition | OpDefinition


@dataclass(frozen=True, slots=True)
class Node:
    """One step of a job."""

    name: str
    """The step's key, unique in its job."""
    definition: NodeDefinition
    inputs: Mapping[str, OutputHandle] = field(default_factory=dict[str, OutputHandle])
    """`{parameter: the output whose value it takes}`."""
    after: tuple[str, ...] = ()
    """The names of all steps that come before this one, whether it takes their values or not."""
    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`{parameter: value}` given where the job was defined."""


def in_running_order(nodes: Iterable[Node]) -> list[Node]:
    """`nodes`, each after those it comes after; in Dagster's order where that leaves a choice.

    Steps without parents come first, by name; each step that ends is followed by those it made ready, by name.

    Raises:
        DefinitionCycleError: Nodes come after one another in a circle.
    """
    by_name = {node.name: node for node in nodes}
    children: dict[str, list[str]] = {name: [] for name in by_name}
    unmet = {name: len(set(node.after)) for name, node in by_name.items()}
    for node in by_name.values():
        for parent in set(node.after):
            children[parent].append(node.name)
    ready = deque(sorted(name for name, count in unmet.items() if not count))
    order: list[Node] = []
    while ready:
        name = ready.popleft()
        order.append(by_name[name])
        freed: list[str] = []
        for child in children[name]:
            unmet[child] -= 1
            if not unmet[child]:
                freed.append(child)
        ready.extend(sorted(freed))
    if len(order) < len(by_name):
        raise DefinitionCycleError(_circle({name: by_name[name] for name, count in unmet.items() if count}))
    return order


def _circle(stuck: Mapping[str, Node]) -> Sequence[str]:
    """One circle among nodes that wait for one another: follow parents until a name comes again."""
    path = [next(iter(stuck))]
    while True:
        parent = next(name for name in stuck[path[-1]].after if name in stuck)
        if parent in path:
            return path[path.index(parent) :][::-1]
        path.append(parent)
