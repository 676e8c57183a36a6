"""Assets and checks as nodes, in the order of their keys' dependencies. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dagwire.computed_once import computed_once
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.selectable import Selectable
from dagwire.definitions.assets.selection import Selected, selected_among
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.ops.asset_input import stored_elsewhere
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.observable_source_asset import ObservableSourceAsset, ObservationOp
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.definitions.steps.stored_input import StoredAsset, StoredInput, stored_input
from dagwire.errors import DagwireError, DuplicateDefinitionError, InvalidDefinitionError, UnknownNameError
from dagwire.suggestions import did_you_mean

AnyAsset = AssetsDefinition | SourceAsset | AssetSpec
"""An item in the assets of `Definitions`: a definition that makes assets, or the description of one made elsewhere."""


class KnownAssets:
    """The assets to choose from: the ones that can be made here, and the ones that are made elsewhere.

    Lives as long as the jobs that are chosen from it, which share what it has found.
    """

    def __init__(
        self,
        made: Sequence[AssetsDefinition],
        elsewhere: Mapping[AssetKey, StoredAsset],
        observed: Mapping[AssetKey, ObservationOp] | None = None,
    ) -> None:
        """No two assets have one key; `observed` are the steps of those made elsewhere that a run can look at."""
        self.made = made
        self.elsewhere = elsewhere
        self.observed: Mapping[AssetKey, ObservationOp] = observed or {}
        self._selectable: tuple[object, Selectable] | None = None

    @computed_once
    def sources(self) -> list[AssetSpec]:
        """The specs of the assets that are made elsewhere."""
        return [asset.spec for asset in self.elsewhere.values()]

    @computed_once
    def by_key(self) -> dict[AssetKey, AssetsDefinition]:
        """`{key: the definition that makes it}`."""
        return {key: definition for definition in self.made for key in definition.keys}

    @computed_once
    def _places(self) -> dict[AssetsDefinition, int]:
        return {definition: place for place, definition in enumerate(self.made)}

    @computed_once
    def _that_check_alone(self) -> list[AssetsDefinition]:
        return [definition for definition in self.made if definition.can_subset]

    def selected(self, checks: Sequence[AssetChecksDefinition], selection: object) -> Selected:
        """The assets, and those of `checks` and of the assets' own checks, that a selection selects.

        Raises:
            UnknownNameError: A key does not exist.
            InvalidDefinitionError: The selection does not read.
        """
        kept = self._selectable
        if kept is None or kept[0] is not checks:
            keys = (key for check in checks for key in check.check_keys)
            kept = self._selectable = (checks, Selectable(self.made, self.sources, keys))
        return selected_among(kept[1], selection)

    def chosen(self, wanted: Selected | None) -> Sequence[AssetsDefinition]:
        """The definitions with a wanted asset, or with a wanted check that they can make alone; all if it is None."""
        if wanted is None:
            return self.made
        found = {self.by_key[key] for key in wanted.keys if key in self.by_key}
        found.update(d for d in self._that_check_alone if not d.check_keys.isdisjoint(wanted.check_keys))
        return sorted(found, key=self._places.__getitem__)

    def observed_among(self, keys: Collection[AssetKey]) -> dict[AssetKey, ObservationOp]:
        """`{key: step}` of the selected assets that a run can look at."""
        return {key: op for key, op in self.observed.items() if key in keys}

    def stored(self, key: AssetKey) -> StoredAsset | None:
        """The description of an asset that a run does not make; None if there is no such asset."""
        if key in self.elsewhere:
            return self.elsewhere[key]
        return self.by_key[key].stored_as(key) if key in self.by_key else None

    def stored_value_of(self, key: AssetKey) -> StoredAsset:
        """The description of an asset that is asked for by its key.

        Raises:
            UnknownNameError: There is no such asset.
        """
        asset = self.stored(key)
        if asset is None:
            known = [*self.by_key, *self.elsewhere]
            raise UnknownNameError("asset", key.to_user_string(), [one.to_user_string() for one in known])
        return asset


def known_assets(assets: Iterable[AnyAsset]) -> KnownAssets:
    """`assets` sorted, without repetition of the very same one.

    Raises:
        DuplicateDefinitionError: Two different assets have one key.
    """
    by_key: dict[AssetKey, AnyAsset] = {}
    made: list[AssetsDefinition] = []
    elsewhere: dict[AssetKey, StoredAsset] = {}
    observed: dict[AssetKey, ObservationOp] = {}
    for definition in {id(item): item for item in assets}.values():
        if isinstance(definition, AssetsDefinition):
            keys: Collection[AssetKey] = definition.keys
            made.append(definition)
        else:
            keys = (definition.key,)
            elsewhere[definition.key] = stored_elsewhere(definition)
            if isinstance(definition, ObservableSourceAsset):
                observed[definition.key] = definition.op
        for key in keys:
            if by_key.setdefault(key, definition) is not definition:
                raise DuplicateDefinitionError("asset", key.to_user_string())
    return KnownAssets(_connected_by_name(made, elsewhere), elsewhere, observed)


def _connected_by_name(
    made: Sequence[AssetsDefinition], elsewhere: Mapping[AssetKey, StoredAsset]
) -> Sequence[AssetsDefinition]:
    """`made`, with the full key of each upstream asset that is named alone: the only one of that name in the group."""
    known = {*elsewhere, *(key for definition in made for key in definition.keys)}
    if all(key in known for definition in made for key in definition.upstream_keys):
        return made
    keys_by_name: dict[tuple[str, str], list[AssetKey]] = {}
    for spec in (
        *(spec for definition in made for spec in definition.specs),
        *(one.spec for one in elsewhere.values()),
    ):
        keys_by_name.setdefault((spec.group_name or DEFAULT_GROUP, spec.key.path[-1]), []).append(spec.key)
    return [_connected(definition, known, keys_by_name) for definition in made]


def _connected(
    definition: AssetsDefinition, known: Collection[AssetKey], keys_by_name: Mapping[tuple[str, str], list[AssetKey]]
) -> AssetsDefinition:
    moved: dict[AssetKey, AssetKey] = {}
    for key in definition.upstream_keys:
        if key in known or len(key.path) > 1:
            continue
        groups = set(definition.group_names_by_key.values())
        named = {one for group in groups for one in keys_by_name.get((group, key.path[0]), ())}
        if len(named) == 1 and named.isdisjoint(definition.keys):
            moved[key] = named.pop()
    return definition.with_attributes(asset_key_replacements=moved) if moved else definition


def asset_nodes(
    assets: Sequence[AssetsDefinition],
    checks: Sequence[AssetChecksDefinition],
    selected: Selected | None = None,
    known: KnownAssets | None = None,
    observed: Mapping[AssetKey, ObservationOp] | None = None,
) -> list[Node]:
    """A node for each definition of assets, each asset that the run looks at, and each check of one of these assets.

    Dependencies on assets that are not made here order nothing: they were made before.

    Args:
        assets: The definitions.
        checks: The checks; checks of other assets are left out unless they are selected.
        selected: The wanted assets and checks; all by default.
        known: All assets; the values of the ones that do not run here are loaded.
        observed: The steps of the assets that the run looks at; what depends on these comes after.

    Raises:
        InvalidDefinitionError: A definition is wanted in part, and makes all its assets or none.
    """
    made = _made(assets, None if selected is None else selected.keys)
    wanted_checks = {check: _wanted_checks(check, made, selected) for check in checks}
    running = [check for check, wanted in wanted_checks.items() if wanted]
    blockers = _blockers(assets, running)
    uncertain = {spec.key for d in assets for spec in d.specs_by_output.values() if spec.skippable}
    looked_at = observed or {}
    nodes = [Node(op.name, op) for op in looked_at.values()]
    for definition in assets:
        parents = [handle for key in definition.upstream_keys if (handle := made.get(key)) is not None]
        after = [handle.node for handle in parents]
        if looked_at:
            after += [looked_at[key].name for key in definition.upstream_keys if key in looked_at]
        if blockers:
            after += [check for key in definition.upstream_keys for check in blockers.get(key, ())]
        inputs = _inputs(definition.input_keys, made, definition.keys) if definition.input_keys else {}
        loads = _loads(definition, inputs, known) if len(inputs) < len(definition.input_keys) else {}
        wanted = _wanted(definition, selected)
        if isinstance(definition, GraphAssetDefinition):
            nodes.extend(definition.nodes(inputs, loads, after, wanted))
            continue
        waits_for = _waits_for(definition.upstream_keys, made, uncertain) if uncertain else ()
        nodes.append(
            Node(definition.name, definition, inputs, tuple(after), waits_for=waits_for, outputs=wanted, loads=loads)
        )
    for check in running:
        after = [made[key].node for key in check.dependency_keys if key in made]
        inputs = _inputs(check.input_keys, made, ())
        wanted = _subset(check, wanted_checks[check])
        waits_for = _waits_for(check.dependency_keys, made, uncertain)
        loads = _loads(check, inputs, known)
        nodes.append(Node(check.name, check, inputs, tuple(after), waits_for=waits_for, outputs=wanted, loads=loads))
    return nodes


def _waits_for(
    keys: Iterable[AssetKey], made: Mapping[AssetKey, OutputHandle], uncertain: Collection[AssetKey]
) -> tuple[OutputHandle, ...]:
    """The upstream assets that a run may turn out not to make; without them nothing downstream runs."""
    return tuple(made[key] for key in keys if key in uncertain and key in made)


def _made(assets: Iterable[AssetsDefinition], selected: Collection[AssetKey] | None) -> dict[AssetKey, OutputHandle]:
    """`{key: its output}` of the assets that are made here."""
    return {
        spec.key: definition.handle_of(output)
        for definition in assets
        for output, spec in definition.specs_by_output.items()
        if selected is None or spec.key in selected
    }


def _inputs(
    input_keys: Mapping[str, AssetKey], made: Mapping[AssetKey, OutputHandle], own: Collection[AssetKey]
) -> dict[str, Any]:
    """`{parameter: handle}` of the assets that run here; the past of an asset itself is loaded."""
    return {name: made[key] for name, key in input_keys.items() if key in made and key not in own}


def _loads(
    definition: AssetsDefinition | AssetChecksDefinition, inputs: Collection[str], known: KnownAssets | None
) -> dict[str, StoredInput]:
    """`{parameter: the loader of its value}` of the known assets that do not run here."""
    found = (
        (name, known.stored(key))
        for name, key in definition.input_keys.items()
        if known is not None and name not in inputs
    )
    named = definition.input_manager_keys
    return {name: stored_input(asset, named.get(name)) for name, asset in found if asset is not None}


def _wanted(definition: AssetsDefinition, selected: Selected | None) -> frozenset[str] | None:
    """The wanted outputs, a check by the name of its step; None for all."""
    if selected is None:
        return None
    is_whole = definition.keys.issubset(selected.keys)
    if is_whole and not (definition.can_subset and definition.check_keys.difference(selected.check_keys)):
        return None
    if not definition.can_subset:
        missing = ", ".join(sorted(key.to_user_string() for key in definition.keys.difference(selected.keys)))
        msg = (
            f"{definition.label} makes all its assets or none, and {missing} are not selected. Select them too, or "
            f"declare it with `can_subset=True` and make only `context.selected_asset_keys`."
        )
        raise InvalidDefinitionError(msg)
    outputs = [output for output, spec in definition.specs_by_output.items() if spec.key in selected.keys]
    checks = [spec.step_name for spec in definition.check_specs if spec.key in selected.check_keys]
    return frozenset((*outputs, *checks))


def _wanted_checks(
    check: AssetChecksDefinition, made: Collection[AssetKey], selected: Selected | None
) -> set[AssetCheckKey]:
    """Its selected checks; without a selection, its checks of assets that are made."""
    if selected is not None:
        return check.check_keys & selected.check_keys
    return {key for key in check.specs_by_key if key.asset_key in made}


def _subset(check: AssetChecksDefinition, wanted: Collection[AssetCheckKey]) -> frozenset[str] | None:
    """The wanted checks by the names of their steps; None for all."""
    left = [spec for key, spec in check.specs_by_key.items() if key not in wanted]
    if not left:
        return None
    if not check.can_subset:
        msg = (
            f"{check.label} makes all its checks or none, and not all are wanted: "
            f"{', '.join(spec.key.to_user_string() for spec in left)}. Select them and their assets too, or declare it "
            f"with `can_subset=True` and make only `context.selected_asset_check_keys`."
        )
        raise InvalidDefinitionError(msg)
    return frozenset(spec.step_name for key, spec in check.specs_by_key.items() if key in wanted)


def _blockers(assets: Iterable[AssetsDefinition], checks: Iterable[AssetChecksDefinition]) -> dict[AssetKey, list[str]]:
    """`{asset: the steps of its blocking checks}`."""
    blockers: dict[AssetKey, list[str]] = {}
    for definition in assets:
        if isinstance(definition, GraphAssetDefinition) and definition.check_specs:
            for spec, step in definition.blocking_checks:
                blockers.setdefault(spec.asset_key, []).append(step)
    for check in checks:
        for spec in check.specs_by_key.values():
            if spec.blocking:
                blockers.setdefault(spec.asset_key, []).append(check.name)
    return blockers


class UnfilledInput(NamedTuple):
    """An input of an asset or a check to which neither a step nor an IO manager gives a value."""

    label: str
    """The step's name in messages."""
    parameter: str
    key: AssetKey


def unfilled_inputs(nodes: Iterable[Node]) -> Iterator[UnfilledInput]:
    """The inputs of `nodes` that have no value: their assets neither run here nor are known to be made elsewhere."""
    for node in nodes:
        if isinstance(node.definition, AssetsDefinition | AssetChecksDefinition) and node.definition.input_keys:
            for name, key in node.definition.unfilled_inputs({*node.inputs, *node.loads}).items():
                yield UnfilledInput(node.definition.label, name, key)


def missing_inputs(
    unfilled: Iterable[UnfilledInput], made: Iterable[AssetKey], elsewhere: Iterable[AssetKey]
) -> list[DagwireError]:
    """List a fault for each input without a value, with the nearest asset that runs here or is made elsewhere."""
    missing = list(unfilled)
    known = [key.to_user_string() for key in (*made, *elsewhere)] if missing else []
    return [_missing_input(one.label, one.parameter, one.key.to_user_string(), known) for one in missing]


def nodes_by_asset(nodes: Iterable[Node]) -> dict[AssetKey, Any]:
    """`{key: node}` of the assets that `nodes` make."""
    return {
        key: node for node in nodes if isinstance(node.definition, AssetsDefinition) for key in node.definition.keys
    }


def _missing_input(label: str, parameter: str, key: str, known: Sequence[str]) -> InvalidDefinitionError:
    hint = did_you_mean(key, known)
    return InvalidDefinitionError(
        f"{label} takes the value of asset '{key}' as its parameter '{parameter}', and that asset is not run "
        f"here.{hint} Run it too; declare it as made elsewhere, by a `SourceAsset` with an IO manager; or name it in "
        f"`deps` and read its data from a resource. "
        f"If '{parameter}' is a resource, annotate it: `{parameter}: ResourceParam[...]`."
    )
