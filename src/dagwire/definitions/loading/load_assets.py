"""`load_assets_from_modules` and its kin: the assets and checks of modules."""

import importlib
from collections.abc import Iterable, Sequence
from types import ModuleType

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.asset_graph import AnyAsset
from dagwire.definitions.loading.module_contents import calling_module, definitions_in, modules_of
from dagwire.definitions.specs.asset_spec import AssetSpec


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """Find the assets among the attributes of `modules` and in lists there, each once, in order of definition.

    Args:
        modules: The modules to search.
        group_name: The group of assets that have none.
        key_prefix: Parts to put before the keys of the assets that are made here; their dependencies on one another
            follow.
        include_specs: Whether to include `AssetSpec`s, which are assets that are made elsewhere.
    """
    found: list[AnyAsset] = definitions_in(
        modules, AssetsDefinition, SourceAsset, *([AssetSpec] if include_specs else [])
    )
    if group_name is None and key_prefix is None:
        return found
    made = [item for item in found if isinstance(item, AssetsDefinition)]
    moved = {key: key.with_prefix(key_prefix) for one in made for key in one.keys} if key_prefix else {}
    return [item.under(moved, group_name) if isinstance(item, AssetsDefinition) else item for item in found]


def load_assets_from_package_module(
    package_module: ModuleType,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """Find the assets of a package and its modules, which are imported; see `load_assets_from_modules`."""
    return load_assets_from_modules(modules_of(package_module), group_name, key_prefix, include_specs=include_specs)


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """Find the assets of a package that is imported by its name; see `load_assets_from_modules`."""
    package = importlib.import_module(package_name)
    return load_assets_from_package_module(package, group_name, key_prefix, include_specs=include_specs)


def load_assets_from_current_module(
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """Find the assets of the calling module; see `load_assets_from_modules`."""
    return load_assets_from_modules([calling_module()], group_name, key_prefix, include_specs=include_specs)


def load_asset_checks_from_modules(modules: Iterable[ModuleType]) -> list[AssetChecksDefinition]:
    """Find the checks among the attributes of `modules`, each once, in order of definition."""
    return definitions_in(modules, AssetChecksDefinition)


def load_asset_checks_from_package_module(package_module: ModuleType) -> list[AssetChecksDefinition]:
    """Find the checks of a package and its modules, which are imported."""
    return definitions_in(modules_of(package_module), AssetChecksDefinition)


def load_asset_checks_from_package_name(package_name: str) -> list[AssetChecksDefinition]:
    """Find the checks of a package that is imported by its name."""
    return load_asset_checks_from_package_module(importlib.import_module(package_name))


def load_asset_checks_from_current_module() -> list[AssetChecksDefinition]:
    """Find the checks of the calling module."""
    return definitions_in([calling_module()], AssetChecksDefinition)
