"""`load_definitions_from_modules` and its kin: all that modules define, as one `Definitions`."""

import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from dagwire.definitions.assets.asset_check import AssetCheckDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.loading.module_contents import calling_module, found_in, modules_of
from dagwire.definitions.specs.asset_spec import AssetSpec


def load_definitions_from_modules(modules: Iterable[ModuleType], resources: Any = None) -> Definitions:
    """The assets, checks, jobs, schedules and sensors that are attributes of `modules`, or stand in lists there.

    Args:
        modules: Where to look.
        resources: A container, or `{key: resource, definition or plain value}`; resources are not looked for.
    """
    modules = list(modules)
    return Definitions(
        assets=found_in(modules, AssetsDefinition, AssetSpec, SourceAsset),
        asset_checks=found_in(modules, AssetCheckDefinition),
        jobs=found_in(modules, JobDefinition, UnresolvedAssetJobDefinition),
        schedules=found_in(modules, ScheduleDefinition),
        sensors=found_in(modules, SensorDefinition),
        resources=resources,
    )


def load_definitions_from_module(module: ModuleType, resources: Any = None) -> Definitions:
    """What one module defines; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([module], resources)


def load_definitions_from_current_module(resources: Any = None) -> Definitions:
    """What the module that calls this defines above the call; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([calling_module()], resources)


def load_definitions_from_package_module(package_module: ModuleType, resources: Any = None) -> Definitions:
    """What a package and all its modules define, which are imported; see `load_definitions_from_modules`."""
    return load_definitions_from_modules(modules_of(package_module), resources)


def load_definitions_from_package_name(package_name: str, resources: Any = None) -> Definitions:
    """The same, of a package that is imported by its name."""
    return load_definitions_from_package_module(importlib.import_module(package_name), resources)
