"""`load_definitions_from_modules` and its kin: the definitions of modules, as one `Definitions`."""

import importlib
from collections import Counter
from collections.abc import Iterable, Mapping
from types import ModuleType

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.loading.module_contents import calling_module, definitions_in, modules_of
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.executor_definition import AnyExecutor
from dagwire.errors import DuplicateDefinitionError


def load_definitions_from_modules(
    modules: Iterable[ModuleType],
    resources: object = None,
    loggers: Mapping[str, object] | None = None,
    executor: AnyExecutor | None = None,
) -> Definitions:
    """Find the assets, checks, jobs, schedules and sensors among the attributes of `modules` and in lists there.

    Args:
        modules: The modules to search.
        resources: A container, or `{key: resource, definition or plain value}`; resources are not searched for.
        loggers: As for `Definitions`.
        executor: As for `Definitions`.

    Raises:
        DuplicateDefinitionError: Two different assets, jobs, schedules or sensors have one key or name.
    """
    modules = list(modules)
    assets = definitions_in(modules, AssetsDefinition, AssetSpec, SourceAsset)
    jobs = definitions_in(modules, JobDefinition, UnresolvedAssetJobDefinition)
    schedules = definitions_in(modules, ScheduleDefinition, UnresolvedPartitionedAssetScheduleDefinition)
    sensors = definitions_in(modules, SensorDefinition)
    known_assets(assets)  # refuses two of one key
    for kind, found in {"job": jobs, "schedule": schedules, "sensor": sensors}.items():
        _refuse_repeated(kind, [one.name for one in found])
    return Definitions(
        assets=assets,
        asset_checks=definitions_in(modules, AssetChecksDefinition),
        jobs=jobs,
        schedules=schedules,
        sensors=sensors,
        resources=resources,
        loggers=loggers,
        executor=executor,
    )


def _refuse_repeated(kind: str, names: Iterable[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            raise DuplicateDefinitionError(kind, name)


def load_definitions_from_module(
    module: ModuleType,
    resources: object = None,
    loggers: Mapping[str, object] | None = None,
    executor: AnyExecutor | None = None,
) -> Definitions:
    """Find the definitions of one module; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([module], resources, loggers, executor)


def load_definitions_from_current_module(
    resources: object = None,
    loggers: Mapping[str, object] | None = None,
    executor: AnyExecutor | None = None,
) -> Definitions:
    """Find the definitions of the calling module above the call; see `load_definitions_from_modules`."""
    return load_definitions_from_modules([calling_module()], resources, loggers, executor)


def load_definitions_from_package_module(
    package_module: ModuleType,
    resources: object = None,
    loggers: Mapping[str, object] | None = None,
    executor: AnyExecutor | None = None,
) -> Definitions:
    """Find the definitions of a package and its modules, which are imported; see `load_definitions_from_modules`."""
    return load_definitions_from_modules(modules_of(package_module), resources, loggers, executor)


def load_definitions_from_package_name(
    package_name: str,
    resources: object = None,
    loggers: Mapping[str, object] | None = None,
    executor: AnyExecutor | None = None,
) -> Definitions:
    """Find the definitions of a package that is imported by its name; see `load_definitions_from_modules`."""
    return load_definitions_from_modules(
        modules_of(importlib.import_module(package_name)), resources, loggers, executor
    )
