"""`load_definitions_from_modules` and its kin: the definitions of modules, as one `Definitions`."""

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.loading.module_contents import calling_module, definitions_in, modules_of
from dagwire.definitions.specs.asset_spec import AssetSpec


def load_definitions_from_modules(modules: Iterable[ModuleType], resources: Any = None) -> Definitions:
    """Find the assets, checks, jobs, schedules and sensors among the attributes of `modules` and in lists there.

    Args:
        modules: The modules to search.
        resources: A container, or `{key: resource, definition or plain value}`; resources are not searched for.
    """
    modules = list(modules)
    return Definitions(
        assets=definitions_in(modules, AssetsDefinition, AssetSpec, SourceAsset),
        asset_checks=definitions_in(modules, AssetChecksDefinition),
        jobs=definitions_in(modules, JobDefinition, UnresolvedAssetJobDefinition),
        schedules=definitions_in(modules, ScheduleDefinition),
        sensors=definitions_in(modules, SensorDefinition),
        resources=resources,
    )


def load_definitions_from_module(module: ModuleType, resources: Any = None) -> Definitions:
    """Find the definitions of one module; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([module], resources)


def load_definitions_from_current_module(resources: Any = None) -> Definitions:
    """Find the definitions of the calling module above the call; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([calling_module()], resources)


def load_definitions_from_package_module(package_module: ModuleType, resources: Any = None) -> Definitions:
    """Find the definitions of a package and its modules, which are imported; see `load_definitions_from_modules`."""
    return load_definitions_from_modules(modules_of(package_module), resources)


def load_definitions_from_package_name(package_name: str, resources: Any = None) -> Definitions:
    """Find the definitions of a package that is imported by its name."""
    return load_definitions_from_package_module(importlib.import_module(package_name), resources)
