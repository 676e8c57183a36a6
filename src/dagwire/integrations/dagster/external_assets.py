"""Assets that are made elsewhere, and the facts of all assets, as Dagster's."""

from typing import Any

import dagster as dg

from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.ops.observable_source_asset import ObservableSourceAsset
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.errors import NotCarriedError
from dagwire.integrations.dagster.automation_conditions import dagster_condition, dagster_freshness
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.partitions import dagster_partitions


def external_asset(asset: AssetSpec | SourceAsset) -> dg.AssetSpec | dg.SourceAsset:
    """Return the description of an asset that is made elsewhere as Dagster's.

    Raises:
        NotCarriedError: A run here can look at it: its function is not carried over.
    """
    if isinstance(asset, ObservableSourceAsset):
        problem = "has a function that looks at it, which stays here. Declare a `SourceAsset`, or look at it by an op."
        raise NotCarriedError(asset.label, problem)
    spec = asset if isinstance(asset, AssetSpec) else asset.spec
    owner = f"asset '{spec.key.to_user_string()}'"
    partitions = None if spec.partitions_def is None else dagster_partitions(spec.partitions_def, owner)
    if isinstance(asset, AssetSpec):
        deps = [namesake(dep.asset_key) for dep in asset.deps]
        return dg.AssetSpec(namesake(asset.key), deps=deps, partitions_def=partitions, **facts_of(asset))
    return dg.SourceAsset(
        namesake(asset.key),
        metadata=namesake(dict(asset.raw_metadata)),
        io_manager_key=asset.io_manager_key,
        description=asset.description,
        partitions_def=partitions,
        group_name=spec.group_name,
        tags=dict(spec.tags),
    )


def facts_of(spec: AssetSpec) -> dict[str, Any]:
    """The facts about an asset, as arguments of Dagster's."""
    owner = f"asset '{spec.key.to_user_string()}'"
    condition, freshness = spec.automation_condition, spec.freshness_policy
    return {
        "description": spec.description,
        "metadata": namesake(dict(spec.metadata)) or None,
        "group_name": spec.group_name,
        "code_version": spec.code_version,
        "automation_condition": None if condition is None else dagster_condition(condition, owner),
        "freshness_policy": None if freshness is None else dagster_freshness(freshness),
        "owners": list(spec.owners) or None,
        "tags": dict(spec.tags) or None,
    }
