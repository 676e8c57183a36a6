"""The assets and the checks that a `SelectionTree` selects among some. Pure."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from dagwire.definitions.assets.selectable import Selectable
from dagwire.definitions.assets.selection_tree import SelectionKind, SelectionTree
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import AssetCheckKey
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP

Question = Callable[[AssetSpec, tuple[object, ...]], bool]


def _group(spec: AssetSpec) -> str:
    return spec.group_name or DEFAULT_GROUP


_QUESTIONS: Mapping[SelectionKind, Question] = {
    SelectionKind.ALL: lambda _spec, _values: True,
    SelectionKind.GROUPS: lambda spec, values: _group(spec) in values,
    SelectionKind.GROUP_PATTERN: lambda spec, values: fnmatchcase(_group(spec), str(values[0])),
    SelectionKind.KEY_PATTERN: lambda spec, values: fnmatchcase(spec.key.to_user_string(), str(values[0])),
    SelectionKind.KEY_PREFIXES: lambda spec, values: any(spec.key.parts[: len(p)] == p for p in _paths(values)),
    SelectionKind.KEY_SUBSTRING: lambda spec, values: str(values[0]) in spec.key.to_user_string(),
    SelectionKind.KIND: lambda spec, values: values[0] in spec.kinds if values[0] is not None else not spec.kinds,
    SelectionKind.OWNER: lambda spec, values: values[0] in spec.owners,
    SelectionKind.TAG: lambda spec, values: spec.tags.get(str(values[0])) == values[1],
}


def _paths(values: tuple[object, ...]) -> tuple[tuple[str, ...], ...]:
    return values  # type: ignore[return-value]  # the class method made them so  # pyright: ignore[reportReturnType]


def selected_assets(tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    """Return the keys of the assets that `tree` selects.

    Raises:
        UnknownNameError: It names an asset that does not exist.
    """
    question = _QUESTIONS.get(tree.kind)
    if question is not None:
        return among.where(lambda spec: question(spec, tree.values), include_sources=tree.include_sources)
    if tree.kind in _FROM_ALL:
        return _FROM_ALL[tree.kind](tree, among)
    own = [selected_assets(operand, among) for operand in tree.operands]
    if tree.kind in _COMBINED:
        return _COMBINED[tree.kind](own)
    return _FROM_ONE[tree.kind](own[0], tree, among) if tree.kind in _FROM_ONE else set()


def _keys(tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    return set[AssetKey]().union(*(among.checked(key) for key in tree.values))


_FROM_ALL: Mapping[SelectionKind, Callable[[SelectionTree, Selectable], set[AssetKey]]] = {
    SelectionKind.KEYS: _keys,
    SelectionKind.EXTERNAL: lambda _tree, among: set(among.sources),
}
_COMBINED: Mapping[SelectionKind, Callable[[list[set[AssetKey]]], set[AssetKey]]] = {
    SelectionKind.ANY: lambda own: set[AssetKey]().union(*own),
    SelectionKind.BOTH: lambda own: own[0].intersection(*own[1:]),
    SelectionKind.MINUS: lambda own: own[0] - own[1],
}


def _upstream(own: set[AssetKey], tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    depth, include_self = tree.values
    found = among.reach.upstream_of(own, depth) - set(among.sources)
    return found | own if include_self else found - own


def _downstream(own: set[AssetKey], tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    depth, include_self = tree.values
    found = among.reach.downstream_of(own, depth)
    return found | own if include_self else found - own


def _roots(own: set[AssetKey], _tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    return own - among.reach.downstream_of(own)


def _sinks(own: set[AssetKey], _tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    return own - among.reach.upstream_of(own)


def _neighbors(own: set[AssetKey], _tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    whole = (d.keys for d in among.definitions if not d.can_subset and not d.keys.isdisjoint(own))
    return own.union(*whole)


def _sources(own: set[AssetKey], _tree: SelectionTree, among: Selectable) -> set[AssetKey]:
    return among.reach.upstream_of(own, 1) & set(among.sources)


_FROM_ONE: Mapping[SelectionKind, Callable[[set[AssetKey], SelectionTree, Selectable], set[AssetKey]]] = {
    SelectionKind.NOT: lambda own, _tree, among: set(among.made) - own,
    SelectionKind.UPSTREAM: _upstream,
    SelectionKind.DOWNSTREAM: _downstream,
    SelectionKind.ROOTS: _roots,
    SelectionKind.SINKS: _sinks,
    SelectionKind.MATERIALIZABLE: lambda own, _tree, among: own - set(among.sources),
    SelectionKind.NEIGHBORS: _neighbors,
    SelectionKind.SOURCES: _sources,
}


def selected_checks(tree: SelectionTree, among: Selectable) -> set[AssetCheckKey]:
    """Return the keys of the checks that `tree` selects: those of its assets, unless it selects checks themselves.

    Raises:
        UnknownNameError: It names an asset or a check that does not exist.
    """
    if not among.check_keys and tree.kind not in (SelectionKind.CHECKS, *_COMBINED):
        return set()
    if tree.kind in _COMBINED_CHECKS:
        return _COMBINED_CHECKS[tree.kind]([selected_checks(operand, among) for operand in tree.operands])
    if tree.kind in _CHECKS:
        return _CHECKS[tree.kind](tree, among)
    assets = selected_assets(tree, among)
    return {key for key in among.check_keys if key.asset_key in assets}


def _not_checks(tree: SelectionTree, among: Selectable) -> set[AssetCheckKey]:
    made = {key for key in among.check_keys if key.asset_key in among.made}
    return made - selected_checks(tree.operands[0], among)


_COMBINED_CHECKS: Mapping[SelectionKind, Callable[[list[set[AssetCheckKey]]], set[AssetCheckKey]]] = {
    SelectionKind.ANY: lambda own: set[AssetCheckKey]().union(*own),
    SelectionKind.BOTH: lambda own: own[0].intersection(*own[1:]),
    SelectionKind.MINUS: lambda own: own[0] - own[1],
}
_CHECKS: Mapping[SelectionKind, Callable[[SelectionTree, Selectable], set[AssetCheckKey]]] = {
    SelectionKind.CHECKS: lambda tree, among: set[AssetCheckKey]().union(*map(among.checked_check, tree.values)),
    SelectionKind.ALL_CHECKS: lambda _tree, among: set(among.check_keys),
    SelectionKind.CHECKS_OF_ASSETS: lambda tree, among: {k for k in among.check_keys if k.asset_key in tree.values},
    SelectionKind.NOT: _not_checks,
}
