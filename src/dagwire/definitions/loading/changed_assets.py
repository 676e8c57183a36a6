"""Loaded assets and checks, with the keys and attributes that the loader gives them. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.asset_graph import AnyAsset
from dagwire.definitions.partitions.partitions import BackfillPolicy
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP
from dagwire.errors import InvalidDefinitionError

KeyPrefix = str | Sequence[str]


class LoadedAttributes(NamedTuple):
    """The attributes that a loader gives the assets it finds."""

    group_name: str | None = None
    key_prefix: KeyPrefix | None = None
    source_key_prefix: KeyPrefix | None = None
    automation_condition: AutomationCondition | None = None
    backfill_policy: BackfillPolicy | None = None


def changed_assets(assets: Iterable[AnyAsset], attributes: LoadedAttributes) -> list[AnyAsset]:
    """Return `assets` with the attributes; dependencies follow the keys that change.

    Raises:
        InvalidDefinitionError: An asset is in another group.
    """
    assets = list(assets)
    if attributes == LoadedAttributes():
        return assets
    moved = _moved_keys(assets, attributes)
    return [_changed(item, moved, attributes) for item in assets]


def changed_checks(
    checks: Iterable[AssetChecksDefinition], asset_key_prefix: KeyPrefix | None
) -> list[AssetChecksDefinition]:
    """Return `checks` of assets whose keys have the prefix."""
    checks = list(checks)
    if not asset_key_prefix:
        return checks
    moved = {key: key.with_prefix(asset_key_prefix) for check in checks for key in check.asset_keys}
    return [check.under(moved) for check in checks]


def _moved_keys(assets: Iterable[AnyAsset], attributes: LoadedAttributes) -> dict[AssetKey, AssetKey]:
    """`{key: new key}` of the assets whose keys change."""
    moved: dict[AssetKey, AssetKey] = {}
    for item in assets:
        if isinstance(item, AssetsDefinition) and attributes.key_prefix:
            moved |= {key: key.with_prefix(attributes.key_prefix) for key in item.keys}
        elif isinstance(item, SourceAsset) and attributes.source_key_prefix:
            moved[item.key] = item.key.with_prefix(attributes.source_key_prefix)
    return moved


def _changed(item: AnyAsset, moved: dict[AssetKey, AssetKey], attributes: LoadedAttributes) -> AnyAsset:
    def changed_spec(spec: AssetSpec) -> AssetSpec:
        changes: dict[str, Any] = {}
        if attributes.group_name is not None:
            changes["group_name"] = _free_group(spec, attributes.group_name)
        if attributes.automation_condition is not None and isinstance(item, AssetsDefinition):
            changes["automation_condition"] = attributes.automation_condition
        return spec.replace_attributes(**changes) if changes else spec

    if isinstance(item, AssetSpec):
        return changed_spec(item)
    if isinstance(item, SourceAsset):
        return item.with_spec(changed_spec(item.spec.replace_attributes(key=moved.get(item.key, item.key))))
    changed = item.map_asset_specs(changed_spec).under(moved, None)
    return changed.with_attributes(backfill_policy=attributes.backfill_policy)


def _free_group(spec: AssetSpec, group_name: str) -> str:
    """The group of an asset that has no other.

    Raises:
        InvalidDefinitionError: The asset is in another group.
    """
    if spec.group_name not in (None, DEFAULT_GROUP, group_name):
        msg = (
            f"asset '{spec.key.to_user_string()}' is in group '{spec.group_name}', and is loaded with "
            f"`group_name='{group_name}'`. Name the group in one place."
        )
        raise InvalidDefinitionError(msg)
    return group_name
