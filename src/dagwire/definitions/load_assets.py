"""`load_assets_from_modules` and its kin: the assets and checks that modules define."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import TypeVar

from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.assets_definition import AssetsDefinition
from dagwire.errors import InvalidInvocationError

D = TypeVar("D")


def load_assets_from_modules(
    modules: Iterable[ModuleType], group_name: str | None = None, key_prefix: str | Sequence[str] | None = None
) -> list[AssetsDefinition]:
    """The assets that are attributes of `modules`, each once, in the order they are defined.

    Args:
        modules: Where to look.
        group_name: The group of those that name none.
        key_prefix: Parts to put before their keys; what they ask one another for by key changes with them.
    """
    found = _found(modules, AssetsDefinition)
    if group_name is None and key_prefix is None:
        return found
    moved = {key: key.with_prefix(key_prefix) for made in found for key in made.keys} if key_prefix else {}
    return [made.under(moved, group_name) for made in found]


def load_assets_from_package_module(
    package_module: ModuleType, group_name: str | None = None, key_prefix: str | Sequence[str] | None = None
) -> list[AssetsDefinition]:
    """The assets of a package and all its modules, which are imported; see `load_assets_from_modules`."""
    return load_assets_from_modules(_modules_of(package_module), group_name, key_prefix)


def load_assets_from_current_module(
    group_name: str | None = None, key_prefix: str | Sequence[str] | None = None
) -> list[AssetsDefinition]:
    """The assets of the module that calls this; see `load_assets_from_modules`."""
    return load_assets_from_modules([_calling_module()], group_name, key_prefix)


def load_asset_checks_from_modules(modules: Iterable[ModuleType]) -> list[AssetCheckDefinition]:
    """The checks that are attributes of `modules`, each once, in the order they are defined."""
    return _found(modules, AssetCheckDefinition)


def load_asset_checks_from_package_module(package_module: ModuleType) -> list[AssetCheckDefinition]:
    """The checks of a package and all its modules, which are imported."""
    return _found(_modules_of(package_module), AssetCheckDefinition)


def load_asset_checks_from_current_module() -> list[AssetCheckDefinition]:
    """The checks of the module that calls this."""
    return _found([_calling_module()], AssetCheckDefinition)


def _found(modules: Iterable[ModuleType], kind: type[D]) -> list[D]:
    values = (value for module in modules for value in vars(module).values())
    return list({id(value): value for value in values if isinstance(value, kind)}.values())


def _modules_of(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(getattr(package, "__path__", ()), f"{package.__name__}."):
        yield importlib.import_module(found.name)


def _calling_module() -> ModuleType:
    """The first module up the stack that is not this one.

    Raises:
        InvalidInvocationError: No module is being run, as in an interactive session's `exec`.
    """
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__") == __name__:
        frame = frame.f_back
    module = inspect.getmodule(frame) if frame is not None else None
    if module is None:
        raise InvalidInvocationError("load_..._from_current_module", "is called from no module.")
    return module
