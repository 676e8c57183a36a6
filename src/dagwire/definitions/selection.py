"""Which assets a selection means. Pure.

A selection is a string, an asset, a key, or a list of these. Strings are names (`trips`), all (`*`), and names with
what is upstream (`+trips` one step, `*trips` all of it) or downstream (`trips+`, `trips*`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagwire.config.narrowing import is_collection
from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_key import AssetKey
from dagwire.errors import UnknownNameError

ALL = "*"


def selected_assets(assets: Sequence[AssetsDefinition], selection: Any) -> list[AssetsDefinition]:
    """The assets that `selection` means, in the order given; None means all.

    Raises:
        UnknownNameError: A name is no asset's.
    """
    if selection is None or selection == ALL:
        return list(assets)
    listed: Iterable[Any] = selection if is_collection(selection) else [selection]
    by_key = {definition.key: definition for definition in assets}
    upstream = {key: [k for k in d.dependency_keys if k in by_key] for key, d in by_key.items()}
    downstream: dict[AssetKey, list[AssetKey]] = {key: [] for key in by_key}
    for key, parents in upstream.items():
        for parent in parents:
            downstream[parent].append(key)
    wanted: set[AssetKey] = set()
    for term in listed:
        wanted |= _term(term, by_key, upstream, downstream)
    return [definition for definition in assets if definition.key in wanted]


def _term(
    term: Any,
    by_key: Mapping[AssetKey, AssetsDefinition],
    upstream: Mapping[AssetKey, Sequence[AssetKey]],
    downstream: Mapping[AssetKey, Sequence[AssetKey]],
) -> set[AssetKey]:
    if not isinstance(term, str):
        return {_known(AssetKey.from_coercible(term), by_key)}
    if term == ALL:
        return set(by_key)
    name = term.strip("+*")
    key = _known(AssetKey.from_user_string(name), by_key)
    before, _, after = term.partition(name)
    return {key} | _reach(key, upstream, before) | _reach(key, downstream, after)


def _known(key: AssetKey, by_key: Mapping[AssetKey, AssetsDefinition]) -> AssetKey:
    if key not in by_key:
        raise UnknownNameError("asset", key.to_user_string(), [known.to_user_string() for known in by_key])
    return key


def _reach(start: AssetKey, neighbours: Mapping[AssetKey, Sequence[AssetKey]], marks: str) -> set[AssetKey]:
    """What lies in one direction: as many steps as there are plus signs, or all of it for a star."""
    reached: set[AssetKey] = set()
    frontier = {start}
    steps_left = len(neighbours) if ALL in marks else len(marks)
    while frontier and steps_left:
        frontier = {key for found in frontier for key in neighbours[found]} - reached
        reached |= frontier
        steps_left -= 1
    return reached
