"""`load_assets_from_modules`: the assets and checks that modules define."""

from collections.abc import Iterable
from types import ModuleType
from typing import TypeVar

from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.assets_definition import AssetsDefinition

D = TypeVar("D")


def load_assets_from_modules(modules: Iterable[ModuleType]) -> list[AssetsDefinition]:
    """The assets that are attributes of `modules`, each once, in the order they are defined."""
    return _found(modules, AssetsDefinition)


def load_asset_checks_from_modules(modules: Iterable[ModuleType]) -> list[AssetCheckDefinition]:
    """The checks that are attributes of `modules`, each once, in the order they are defined."""
    return _found(modules, AssetCheckDefinition)


def _found(modules: Iterable[ModuleType], kind: type[D]) -> list[D]:
    values = (value for module in modules for value in vars(module).values())
    return list({id(value): value for value in values if isinstance(value, kind)}.values())
