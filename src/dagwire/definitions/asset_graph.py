"""Assets and checks as nodes: who comes after whom, by key. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.assets_definition import AssetsDefinition
from dagwire.definitions.graph_asset import GraphAssetDefinition
from dagwire.definitions.handles import OutputHandle
from dagwire.definitions.node import Node
from dagwire.errors import DagwireError, DuplicateDefinitionError, InvalidDefinitionError, nearest


def unique_assets(assets: Iterable[AssetsDefinition]) -> list[AssetsDefinition]:
    """`assets` without repetition of the very same one.

    Raises:
        DuplicateDefinitionError: Two different assets have one key.
    """
    by_key: dict[AssetKey, AssetsDefinition] = {}
    for definition in assets:
        for key in definition.keys:
            if by_key.setdefault(key, definition) is not definition:
                raise DuplicateDefinitionError("asset", key.to_user_string())
    return list(dict.fromkeys(by_key.values()))


def asset_nodes(
    assets: Sequence[AssetsDefinition],
    checks: Sequence[AssetCheckDefinition],
    selected: Collection[AssetKey] | None = None,
) -> list[Node]:
    """A node for each asset definition, and for each check of which an asset is among them.

    Dependencies on assets that are not made here order nothing: they were made before.

    Args:
        assets: The definitions.
        checks: The checks; those of other assets are left out.
        selected: The keys that are wanted, where of some definitions not all are.

    Raises:
        InvalidDefinitionError: Of a definition that cannot make some of its assets alone, only some are wanted.
    """
    made = _made(assets, selected)
    running = [check for check in checks if any(key in made for key in check.asset_keys)]
    blockers = _blockers(running)
    nodes: list[Node] = []
    for definition in assets:
        parents = [handle for key in definition.dependency_keys if (handle := made.get(key)) is not None]
        after = [handle.node for handle in parents]
        if blockers:
            after += [check for key in definition.dependency_keys for check in blockers.get(key, ())]
        inputs = _inputs(definition.input_keys, made) if definition.input_keys else {}
        if isinstance(definition, GraphAssetDefinition):
            nodes += definition.inner_nodes(inputs)
            after += definition.inner_names
            inputs = definition.outer_inputs()
        wanted = _wanted(definition, selected)
        nodes.append(Node(definition.name, definition, inputs, tuple(after), outputs=wanted))
    for check in running:
        after = [made[key].node for key in check.dependency_keys if key in made]
        nodes.append(Node(check.name, check, _inputs(check.input_keys, made), tuple(after)))
    return nodes


def _made(assets: Iterable[AssetsDefinition], selected: Collection[AssetKey] | None) -> dict[AssetKey, OutputHandle]:
    """`{key: the output that it is}` of what is made here."""
    return {
        spec.key: OutputHandle(definition.name, output)
        for definition in assets
        for output, spec in definition.specs_by_output.items()
        if selected is None or spec.key in selected
    }


def _inputs(input_keys: Mapping[str, AssetKey], made: Mapping[AssetKey, OutputHandle]) -> dict[str, Any]:
    return {name: made[key] for name, key in input_keys.items() if key in made}


def _wanted(definition: AssetsDefinition, selected: Collection[AssetKey] | None) -> frozenset[str] | None:
    """The outputs that are wanted; None for all."""
    if selected is None or definition.keys.issubset(selected):
        return None
    wanted = frozenset(output for output, spec in definition.specs_by_output.items() if spec.key in selected)
    if not definition.can_subset:
        missing = ", ".join(sorted(key.to_user_string() for key in definition.keys.difference(selected)))
        msg = (
            f"{definition.label} makes all its assets or none, and {missing} are not selected. Select them too, or "
            f"declare it with `can_subset=True` and make only `context.selected_asset_keys`."
        )
        raise InvalidDefinitionError(msg)
    return wanted


def _blockers(checks: Iterable[AssetCheckDefinition]) -> dict[AssetKey, list[str]]:
    """`{asset: the steps of its blocking checks}`."""
    blockers: dict[AssetKey, list[str]] = {}
    for check in checks:
        for spec in check.specs_by_key.values():
            if spec.blocking:
                blockers.setdefault(spec.asset_key, []).append(check.name)
    return blockers


def missing_inputs(nodes: Iterable[Node]) -> list[DagwireError]:
    """One fault for each input whose asset does not run here: its value would have to come from a store."""
    nodes = list(nodes)
    missing = [
        (node.definition.label, name, key.to_user_string())
        for node in nodes
        if isinstance(node.definition, AssetsDefinition | AssetCheckDefinition)
        for name, key in node.definition.unfilled_inputs(node.inputs).items()
    ]
    known = [key.to_user_string() for key in made_by(nodes)] if missing else []
    return [_missing_input(label, name, key, known) for label, name, key in missing]


def made_by(nodes: Iterable[Node]) -> dict[AssetKey, Any]:
    """`{key: node}` of the assets that `nodes` make."""
    return {
        key: node for node in nodes if isinstance(node.definition, AssetsDefinition) for key in node.definition.keys
    }


def _missing_input(label: str, parameter: str, key: str, known: Sequence[str]) -> InvalidDefinitionError:
    guess = nearest(key, known)
    hint = f" Did you mean '{guess}'?" if guess else ""
    return InvalidDefinitionError(
        f"{label} takes the value of asset '{key}' as its parameter '{parameter}', and that asset is not run "
        f"here.{hint} Run it too, or name it in `deps` and read its data from a resource. "
        f"If '{parameter}' is a resource, annotate it: `{parameter}: ResourceParam[...]`."
    )
