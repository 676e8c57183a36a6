"""`load_assets_from_modules` and its kin: the assets and checks of modules."""

import importlib
from collections.abc import Iterable
from types import ModuleType

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.asset_graph import AnyAsset, known_assets
from dagwire.definitions.loading.changed_assets import KeyPrefix, LoadedAttributes, changed_assets, changed_checks
from dagwire.definitions.loading.module_contents import calling_module, definitions_in, modules_of
from dagwire.definitions.partitions.partitions import BackfillPolicy
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.definitions.specs.condition_from import condition_from


def load_assets_from_modules(  # Dagster's signature
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: KeyPrefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: KeyPrefix | None = None,
    include_specs: bool = False,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> list[AnyAsset]:
    """Find the assets among the attributes of `modules` and in lists there, each once, in order of definition.

    Args:
        modules: The modules to search.
        group_name: The group of the assets; none of them may be in another.
        key_prefix: Parts to put before the keys of the assets that are made here; dependencies follow.
        automation_condition: The condition of the assets that are made here, in place of their own; inert here.
        backfill_policy: Whether a range of partitions is one run, in place of the assets' own policies.
        source_key_prefix: Parts to put before the key of each `SourceAsset`; dependencies follow.
        include_specs: Whether to include assets that are made elsewhere, as an `AssetSpec` describes them.

    Raises:
        DuplicateDefinitionError: Two different assets have one key.
        InvalidDefinitionError: An asset is in another group.
    """
    owner = "load_assets_from_modules"
    automation_condition = condition_from(owner, automation_condition, auto_materialize_policy)
    attributes = LoadedAttributes(group_name, key_prefix, source_key_prefix, automation_condition, backfill_policy)
    kinds = (AssetsDefinition, SourceAsset, *([AssetSpec] if include_specs else []))
    found: list[AnyAsset] = definitions_in(modules, *kinds)
    known_assets(found)  # refuses two of one key
    return changed_assets(found, attributes)


def load_assets_from_package_module(  # Dagster's signature
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: KeyPrefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: KeyPrefix | None = None,
    include_specs: bool = False,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> list[AnyAsset]:
    """Find the assets of a package and its modules, which are imported; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        modules_of(package_module),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        auto_materialize_policy=auto_materialize_policy,
    )


def load_assets_from_package_name(  # Dagster's signature
    package_name: str,
    group_name: str | None = None,
    key_prefix: KeyPrefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: KeyPrefix | None = None,
    include_specs: bool = False,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> list[AnyAsset]:
    """Find the assets of a package that is imported by its name; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        modules_of(importlib.import_module(package_name)),
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        auto_materialize_policy=auto_materialize_policy,
    )


def load_assets_from_current_module(  # Dagster's signature
    group_name: str | None = None,
    key_prefix: KeyPrefix | None = None,
    *,
    automation_condition: AutomationCondition | None = None,
    backfill_policy: BackfillPolicy | None = None,
    source_key_prefix: KeyPrefix | None = None,
    include_specs: bool = False,
    auto_materialize_policy: AutoMaterializePolicy | None = None,
) -> list[AnyAsset]:
    """Find the assets of the calling module; see `load_assets_from_modules`."""
    return load_assets_from_modules(
        [calling_module()],
        group_name,
        key_prefix,
        automation_condition=automation_condition,
        backfill_policy=backfill_policy,
        source_key_prefix=source_key_prefix,
        include_specs=include_specs,
        auto_materialize_policy=auto_materialize_policy,
    )


def load_asset_checks_from_modules(
    modules: Iterable[ModuleType], asset_key_prefix: KeyPrefix | None = None
) -> list[AssetChecksDefinition]:
    """Find the checks among the attributes of `modules`, each once, in order of definition.

    Args:
        modules: The modules to search.
        asset_key_prefix: Parts to put before the keys of their assets, as when those are loaded with a `key_prefix`.
    """
    return changed_checks(definitions_in(modules, AssetChecksDefinition), asset_key_prefix)


def load_asset_checks_from_package_module(
    package_module: ModuleType, asset_key_prefix: KeyPrefix | None = None
) -> list[AssetChecksDefinition]:
    """Find the checks of a package and its modules, which are imported; see `load_asset_checks_from_modules`."""
    return load_asset_checks_from_modules(modules_of(package_module), asset_key_prefix)


def load_asset_checks_from_package_name(
    package_name: str, asset_key_prefix: KeyPrefix | None = None
) -> list[AssetChecksDefinition]:
    """Find the checks of a package that is imported by its name; see `load_asset_checks_from_modules`."""
    return load_asset_checks_from_modules(modules_of(importlib.import_module(package_name)), asset_key_prefix)


def load_asset_checks_from_current_module(asset_key_prefix: KeyPrefix | None = None) -> list[AssetChecksDefinition]:
    """Find the checks of the calling module; see `load_asset_checks_from_modules`."""
    return load_asset_checks_from_modules([calling_module()], asset_key_prefix)
