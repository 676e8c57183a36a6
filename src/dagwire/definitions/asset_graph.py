"""Assets and checks as nodes: who comes after whom, by key. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any

from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.composition import OutputHandle
from dagwire.definitions.node import Node
from dagwire.errors import DagwireError, DuplicateDefinitionError, InvalidDefinitionError, nearest


def unique_assets(assets: Iterable[AssetsDefinition]) -> list[AssetsDefinition]:
    """`assets` without repetition of the very same one.

    Raises:
        DuplicateDefinitionError: Two different assets have one key.
    """
    by_key: dict[AssetKey, AssetsDefinition] = {}
    for definition in assets:
        if by_key.setdefault(definition.key, definition) is not definition:
            raise DuplicateDefinitionError("asset", definition.key.to_user_string())
    return list(by_key.values())


def asset_nodes(assets: Sequence[AssetsDefinition], checks: Sequence[AssetCheckDefinition]) -> list[Node]:
    """A node for each asset, and for each check whose asset is among them.

    Dependencies on assets that are not among `assets` order nothing here: they were made before.
    """
    names = {definition.key: definition.name for definition in assets}
    running = [check for check in checks if check.asset_key in names]
    blockers: dict[AssetKey, list[str]] = {}
    for check in running:
        if check.blocking:
            blockers.setdefault(check.asset_key, []).append(check.name)
    nodes: list[Node] = []
    definitions: list[AssetsDefinition | AssetCheckDefinition] = [*assets, *running]
    for definition in definitions:
        parents = [key for key in definition.dependency_keys if key in names]
        after = [names[key] for key in parents]
        if isinstance(definition, AssetsDefinition):
            after += [check for key in parents for check in blockers.get(key, ())]
        inputs = {name: OutputHandle(names[key]) for name, key in definition.input_keys.items() if key in names}
        nodes.append(Node(definition.name, definition, inputs, tuple(after)))
    return nodes


def missing_inputs(nodes: Iterable[Node]) -> list[DagwireError]:
    """One fault for each input whose asset does not run here: its value would have to come from a store."""
    nodes = list(nodes)
    known = {node.definition.key.to_user_string() for node in nodes if isinstance(node.definition, AssetsDefinition)}
    faults: list[DagwireError] = []
    for node in nodes:
        wanted: Any = getattr(node.definition, "input_keys", {})
        for name, key in wanted.items():
            if name in node.inputs:
                continue
            text = key.to_user_string()
            guess = nearest(text, known)
            hint = f" Did you mean '{guess}'?" if guess else ""
            faults.append(
                InvalidDefinitionError(
                    f"{node.definition.label} takes the value of asset '{text}' as its parameter '{name}', and that "
                    f"asset is not run here.{hint} Run it too, or name it in `deps` and read its data from a resource. "
                    f"If '{name}' is a resource, annotate it: `{name}: ResourceParam[...]`."
                )
            )
    return faults
