"""The assets and partitions that no run has made, as the runs that make them. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import NamedTuple

from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey

MadePartitions = Callable[[AssetKey], Collection[str | None]]
"""The partitions of an asset that were made; None among them stands for an asset without partitions."""
KeysOf = Callable[[PartitionsDefinition], Sequence[str]]


class MissingRun(NamedTuple):
    """One run that makes what is missing."""

    keys: frozenset[AssetKey]
    partition: str | None


def missing_runs(
    assets: Sequence[AssetsDefinition], chosen: Collection[AssetKey], made: MadePartitions, keys_of: KeysOf
) -> Iterator[MissingRun]:
    """The runs that make all that is missing among `chosen`, in the order in which they are to be done.

    Assets that share their partitions are made together, one run for each partition; they come after the assets of
    other partitions that they take. What an asset needs beyond `chosen` is taken for made.

    Args:
        assets: All assets, in any order.
        chosen: The keys to look at.
        made: The partitions of an asset that were made.
        keys_of: The keys of partitions.
    """
    stage_by_asset = _stages(assets)
    wanted = [asset for asset in assets if not asset.keys.isdisjoint(chosen)]
    groups: dict[int, list[tuple[PartitionsDefinition | None, list[AssetsDefinition]]]] = {}
    for asset in wanted:
        _add(groups.setdefault(stage_by_asset[id(asset)], []), asset)
    for stage in sorted(groups):
        for partitions_def, members in groups[stage]:
            yield from _runs_of(partitions_def, members, chosen, made, keys_of)


def _stages(assets: Sequence[AssetsDefinition]) -> Mapping[int, int]:
    """`{id of the definition: stage}`: an asset of other partitions than one that it takes is a stage later."""
    by_key = {key: asset for asset in assets for key in asset.keys}
    deps_by_key = {key: asset.asset_deps[key] for key, asset in by_key.items()}
    stages: dict[AssetKey, int] = {}
    for key in TopologicalSorter(deps_by_key).static_order():
        if key in by_key:
            own = by_key[key].partitions_def
            before = ((stages[dep], by_key[dep].partitions_def) for dep in deps_by_key[key] if dep in by_key)
            stages[key] = max((stage + (partitions != own) for stage, partitions in before), default=0)
    return {id(asset): max(stages[key] for key in asset.keys) for asset in assets}


def _add(groups: list[tuple[PartitionsDefinition | None, list[AssetsDefinition]]], asset: AssetsDefinition) -> None:
    for partitions_def, members in groups:
        if partitions_def == asset.partitions_def:
            members.append(asset)
            return
    groups.append((asset.partitions_def, [asset]))


def _runs_of(
    partitions_def: PartitionsDefinition | None,
    members: Sequence[AssetsDefinition],
    chosen: Collection[AssetKey],
    made: MadePartitions,
    keys_of: KeysOf,
) -> Iterator[MissingRun]:
    made_by_key = {key: made(key) for asset in members for key in asset.keys}
    for partition in (None,) if partitions_def is None else keys_of(partitions_def):
        keys: set[AssetKey] = set()
        for asset in members:
            missing = {key for key in asset.keys if key in chosen and partition not in made_by_key[key]}
            keys |= missing if asset.can_subset or not missing else asset.keys
        if keys:
            yield MissingRun(frozenset(keys), partition)
