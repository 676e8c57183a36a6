"""`AssetsByHand`: the constructor of `AssetsDefinition`, which makes assets of an op or a graph without a decorator."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from dagwire.definitions.assets.node_assets import BecomesAssets, NodeAssets
from dagwire.definitions.partitions.partition_mapping import PartitionMapping
from dagwire.definitions.partitions.partitions import BackfillPolicy, PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.steps.hook import HookDefinition

T = TypeVar("T")


class AssetsByHand:
    """Assets made by hand; see `AssetsDefinition`."""

    def __init__(
        self,
        *,
        node_def: BecomesAssets,
        keys_by_output_name: Mapping[str, AssetKey],
        keys_by_input_name: Mapping[str, AssetKey] | None = None,
        partitions_def: PartitionsDefinition | None = None,
        partition_mappings: Mapping[AssetKey, PartitionMapping] | None = None,
        asset_deps: Mapping[AssetKey, Iterable[AssetKey]] | None = None,
        can_subset: bool = False,
        resource_defs: object = None,
        group_names_by_key: Mapping[AssetKey, str] | None = None,
        metadata_by_key: Mapping[AssetKey, Mapping[str, object]] | None = None,
        tags_by_key: Mapping[AssetKey, Mapping[str, str]] | None = None,
        descriptions_by_key: Mapping[AssetKey, str] | None = None,
        owners_by_key: Mapping[AssetKey, Sequence[str]] | None = None,
        backfill_policy: BackfillPolicy | None = None,
        hook_defs: Iterable[HookDefinition] | None = None,
    ) -> None:
        """Make assets of an op or a graph by hand; the decorators read most of this from a function.

        Args:
            node_def: The op or graph.
            keys_by_output_name: `{output: the key of the asset that it is}`.
            keys_by_input_name: `{input: the asset whose value it takes}`; the asset of its name by default.
            partitions_def: The partitions of the assets.
            partition_mappings: `{upstream asset: the mapping to its partitions}`.
            asset_deps: `{asset: the assets that it depends on}`, if not every asset depends on every input.
            can_subset: Whether a run may select some of the assets.
            resource_defs: Resources of its own, a dict or a container, stronger than those of `Definitions`.
            group_names_by_key: `{asset: group}`.
            metadata_by_key: `{asset: facts}`.
            tags_by_key: `{asset: tags}`.
            descriptions_by_key: `{asset: text for people}`.
            owners_by_key: `{asset: email addresses, or "team:name"}`.
            backfill_policy: Whether a range of partitions is one run.
            hook_defs: Hooks of every step.

        Raises:
            InvalidDefinitionError: An input, an output or an asset is named that does not exist.
        """
        taken = {name: (keys_by_input_name or {}).get(name, AssetKey(name)) for name in node_def.input_dict}
        definition = node_def.as_assets(
            NodeAssets(
                keys_by_input_name=keys_by_input_name,
                keys_by_output_name=keys_by_output_name,
                partitions_def=partitions_def,
                partition_mappings=_by_name(taken, partition_mappings),
                internal_asset_deps=_by_name(keys_by_output_name, asset_deps),
                can_subset=can_subset,
                resource_defs=resource_defs,
                group_names_by_output_name=_by_name(keys_by_output_name, group_names_by_key),
                metadata_by_output_name=_by_name(keys_by_output_name, metadata_by_key),
                tags_by_output_name=_by_name(keys_by_output_name, tags_by_key),
                descriptions_by_output_name=_by_name(keys_by_output_name, descriptions_by_key),
                owners_by_output_name=_by_name(keys_by_output_name, owners_by_key),
                backfill_policy=backfill_policy,
                hook_defs=hook_defs,
            )
        )
        # The assets of a graph are of a class of their own, which only the graph knows.
        kind: Any = type(definition)
        self.__class__ = kind
        vars(self).update(vars(definition))


def _by_name(keys_by_name: Mapping[str, AssetKey], values_by_key: Mapping[AssetKey, T] | None) -> dict[str, T]:
    """`{input or output: value}`, of values that are given by the keys of assets."""
    values = values_by_key or {}
    return {name: values[key] for name, key in keys_by_name.items() if key in values}
