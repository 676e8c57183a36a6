"""`load_assets_from_modules` and its kin: the assets and checks that modules define."""

import importlib
from collections.abc import Iterable, Sequence
from types import ModuleType

from dagwire.definitions.assets.asset_check import AssetCheckDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.asset_graph import AnyAsset
from dagwire.definitions.loading.module_contents import calling_module, found_in, modules_of
from dagwire.definitions.specs.asset_spec import AssetSpec


def load_assets_from_modules(
    modules: Iterable[ModuleType],
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """The assets that are attributes of `modules` or stand in lists there, each once, in the order they are defined.

    Args:
        modules: Where to look.
        group_name: The group of those that name none.
        key_prefix: Parts to put before the keys of those that are made here; what they ask one another for by key
            changes with them.
        include_specs: Whether an `AssetSpec`, which is an asset that is made elsewhere, is taken too.
    """
    found: list[AnyAsset] = found_in(modules, AssetsDefinition, SourceAsset, *([AssetSpec] if include_specs else []))
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
    """The assets of a package and all its modules, which are imported; see `load_assets_from_modules`."""
    return load_assets_from_modules(modules_of(package_module), group_name, key_prefix, include_specs=include_specs)


def load_assets_from_package_name(
    package_name: str,
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """The assets of a package that is imported by its name; see `load_assets_from_modules`."""
    package = importlib.import_module(package_name)
    return load_assets_from_package_module(package, group_name, key_prefix, include_specs=include_specs)


def load_assets_from_current_module(
    group_name: str | None = None,
    key_prefix: str | Sequence[str] | None = None,
    *,
    include_specs: bool = False,
) -> list[AnyAsset]:
    """The assets of the module that calls this; see `load_assets_from_modules`."""
    return load_assets_from_modules([calling_module()], group_name, key_prefix, include_specs=include_specs)


def load_asset_checks_from_modules(modules: Iterable[ModuleType]) -> list[AssetCheckDefinition]:
    """The checks that are attributes of `modules`, each once, in the order they are defined."""
    return found_in(modules, AssetCheckDefinition)


def load_asset_checks_from_package_module(package_module: ModuleType) -> list[AssetCheckDefinition]:
    """The checks of a package and all its modules, which are imported."""
    return found_in(modules_of(package_module), AssetCheckDefinition)


def load_asset_checks_from_package_name(package_name: str) -> list[AssetCheckDefinition]:
    """The checks of a package that is imported by its name."""
    return load_asset_checks_from_package_module(importlib.import_module(package_name))


def load_asset_checks_from_current_module() -> list[AssetCheckDefinition]:
    """The checks of the module that calls this."""
    return found_in([calling_module()], AssetCheckDefinition)
