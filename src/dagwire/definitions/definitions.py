"""`Definitions`: assets, checks, jobs, schedules and sensors, bound to one container."""

import copy
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from dagwire.containers.overrides import override
from dagwire.containers.scope_checks import raise_faults
from dagwire.definitions.asset_value_loader import AssetValueLoader
from dagwire.definitions.assets.assets_definition import AssetsDefinition, map_asset_specs
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.tick import AnyTick
from dagwire.definitions.collected_definitions import CollectedDefinitions
from dagwire.definitions.jobs.asset_graph import AnyAsset
from dagwire.definitions.jobs.asset_job import IMPLICIT_JOB, UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.merging import merged_executor, merged_loggers, merged_resources
from dagwire.definitions.repository import RepositoryDefinition
from dagwire.definitions.resolved_asset_graph import AssetGraph
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.load_value import load_value
from dagwire.errors import (
    InvalidInvocationError,
    UnknownNameError,
)
from dagwire.resources.instance import DagsterInstance

T = TypeVar("T", bound=AnyTick)
D = TypeVar("D", bound=AnyTick | UnresolvedPartitionedAssetScheduleDefinition)


class Definitions(CollectedDefinitions):
    """Assets, checks, jobs, schedules and sensors, and the container of their resources.

    Making one reads no environment and opens nothing. `validate_loadable`, and every call that resolves a job, checks
    the definitions and reports all faults at once.

    Example:
        >>> from dagwire import Definitions, ResourceParam, asset
        >>> @asset
        ... def greeting(name: ResourceParam[str]):
        ...     return f"hello, {name}"
        >>> defs = Definitions(assets=[greeting], resources={"name": "Ann"})
        >>> defs.resolve_implicit_global_asset_job_def().execute_in_process().asset_value("greeting")
        'hello, Ann'
    """

    def override(
        self, replacements: Mapping[str, object] | None = None, /, **by_name: object
    ) -> AbstractContextManager[None]:
        """Replace resources in every run started inside a `with` block; see `dagwire.override`."""
        return override(self.container, replacements, **by_name)

    # -- contents ------------------------------------------------------------------------------------------------------

    def resolve_job_def(self, name: str) -> JobDefinition:
        """The job called `name`, bound to the container.

        Raises:
            UnknownNameError: There is none.
            InvalidDefinitionError: A resource or asset is missing or declared wrongly.
        """
        by_name = self._jobs_by_name()
        if name not in by_name:
            raise UnknownNameError("job", name, self.job_names)
        return self.resolve(by_name[name])

    def resolve(self, job: JobDefinition | UnresolvedAssetJobDefinition) -> JobDefinition:
        """`job` among these definitions, bound to the container.

        Raises:
            InvalidDefinitionError: A resource or asset is missing or declared wrongly.
        """
        resolved = self._resolved(job)
        raise_faults(self._job_faults(resolved))
        return resolved

    def get_job_def(self, name: str) -> JobDefinition:
        """`resolve_job_def`, under Dagster's older name."""
        return self.resolve_job_def(name)

    def resolve_implicit_global_asset_job_def(self) -> JobDefinition:
        """The job of all assets.

        Raises:
            InvalidDefinitionError: A resource or asset is missing or declared wrongly.
        """
        return self.resolve_job_def(IMPLICIT_JOB)

    def get_implicit_global_asset_job_def(self) -> JobDefinition:
        """`resolve_implicit_global_asset_job_def`, under Dagster's older name."""
        return self.resolve_implicit_global_asset_job_def()

    def has_implicit_global_asset_job_def(self) -> bool:
        """Return whether there is a job of all assets: whether an asset is made here."""
        return bool(self._known_assets().made)

    def resolve_all_job_defs(self) -> list[JobDefinition]:
        """The jobs, with the one of all assets, sorted by name.

        Raises:
            InvalidDefinitionError: A resource or asset is missing or declared wrongly.
        """
        return [self.resolve_job_def(name) for name in self.all_job_names]

    @property
    def all_job_names(self) -> list[str]:
        """The names of the jobs, with that of all assets, sorted."""
        implicit = [IMPLICIT_JOB] if self.has_implicit_global_asset_job_def() else []
        return sorted([*self.job_names, *implicit])

    def resolve_asset_graph(self) -> AssetGraph:
        """The assets, and which come before which.

        Raises:
            DuplicateDefinitionError: Two different assets have one key.
        """
        return AssetGraph(self.assets, self.asset_checks, self.container)

    def get_repository_def(self) -> RepositoryDefinition:
        """The definitions as a repository of Dagster's, checked.

        Raises:
            InvalidDefinitionError: There is one fault.
            FaultsError: There are several; all are listed.
        """
        raise_faults(self.faults())
        return RepositoryDefinition(self, "__repository__")

    def assets_by_key(self) -> dict[AssetKey, AnyAsset]:
        """`{key: definition}` of all assets, with those that are made elsewhere."""
        keys = [(item.keys if isinstance(item, AssetsDefinition) else (item.key,), item) for item in self.assets]
        return {key: item for found, item in keys for key in found}

    def map_asset_specs(self, *, func: Callable[[AssetSpec], AssetSpec], selection: object = None) -> "Definitions":
        """Definitions whose assets have the specs that `func` returns for theirs.

        Args:
            func: Takes a spec and returns one of the same key.
            selection: Not taken any more; `map_resolved_asset_specs` takes one.

        Raises:
            InvalidInvocationError: There is a selection.
            InvalidDefinitionError: `func` changes a key.
        """
        if selection is not None:
            problem = "takes no `selection` any more; use `map_resolved_asset_specs`."
            raise InvalidInvocationError("Definitions.map_asset_specs", problem)
        return self.map_resolved_asset_specs(func=func)

    def map_resolved_asset_specs(
        self, *, func: Callable[[AssetSpec], AssetSpec], selection: object = None
    ) -> "Definitions":
        """Definitions whose selected assets have the specs that `func` returns for theirs.

        Args:
            func: Takes a spec and returns one of the same key.
            selection: The assets to map; all by default.

        Raises:
            InvalidDefinitionError: `func` changes a key, or the selection names no asset.
        """
        chosen = None if selection is None else self._selected_keys(selection)

        def mapped(spec: AssetSpec) -> AssetSpec:
            return func(spec) if chosen is None or spec.key in chosen else spec

        changed = copy.copy(self)
        plain = [item for item in self.assets if not isinstance(item, SourceAsset)]
        sources = [item for item in self.assets if isinstance(item, SourceAsset)]
        changed.assets = [*map_asset_specs(mapped, plain), *sources]
        return changed

    def _selected_keys(self, selection: object) -> Collection[AssetKey]:
        known = self._known_assets()
        return known.selected(self.asset_checks, selection).keys

    def resolve_all_asset_specs(self) -> list[AssetSpec]:
        """The spec of each asset, sorted by key, with those that are made elsewhere."""
        known = self._known_assets()
        specs = [spec for definition in known.made for spec in definition.specs]
        specs += [asset.spec for asset in known.elsewhere.values()]
        return sorted(specs, key=lambda spec: spec.key.parts)

    def resolve_all_asset_keys(self) -> list[AssetKey]:
        """The keys of all assets, with those that are made elsewhere."""
        return [spec.key for spec in self.resolve_all_asset_specs()]

    def resolve_schedule_def(self, name: str) -> ScheduleDefinition:
        """The schedule called `name`, its job bound to the container.

        Raises:
            UnknownNameError: There is none.
            InvalidDefinitionError: Its job is faulty, or it follows partitions that its job does not have.
        """
        return self._bound(self.schedule_of(_named("schedule", name, self.schedules)))

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """The sensor called `name`, its jobs bound to the container.

        Raises:
            UnknownNameError: There is none.
            InvalidDefinitionError: A job is faulty.
        """
        sensor: SensorDefinition = _named("sensor", name, self.sensors)
        return self._bound(sensor)

    def _bound(self, tick: T) -> T:
        """`tick` with its jobs bound to the container; a job of which only the name is known is looked up."""
        names = [name for name in tick.job_names if name in self._jobs_by_name()]
        return tick.with_updated_jobs([self.resolve_job_def(name) for name in names]) if names else tick

    def schedule_of(
        self, schedule: ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition
    ) -> ScheduleDefinition:
        """`schedule`, with the partitions of its job if it follows them.

        Raises:
            InvalidDefinitionError: It follows partitions that its job does not have.
        """
        if isinstance(schedule, ScheduleDefinition):
            return schedule
        return schedule.resolve(self._resolved(schedule.job))

    def get_schedule_def(self, name: str) -> ScheduleDefinition:
        """`resolve_schedule_def`, under Dagster's older name."""
        return self.resolve_schedule_def(name)

    def get_sensor_def(self, name: str) -> SensorDefinition:
        """`resolve_sensor_def`, under Dagster's older name."""
        return self.resolve_sensor_def(name)

    def resolve_assets_def(self, key: CoercibleToAssetKey) -> AssetsDefinition:
        """The definition that makes an asset.

        Raises:
            UnknownNameError: None does.
        """
        wanted = AssetKey.from_coercible(key)
        by_key = self._known_assets().by_key
        if wanted not in by_key:
            raise UnknownNameError("asset", wanted.to_user_string(), [known.to_user_string() for known in by_key])
        return by_key[wanted]

    def get_assets_def(self, key: CoercibleToAssetKey) -> AssetsDefinition:
        """`resolve_assets_def`, under Dagster's older name."""
        return self.resolve_assets_def(key)

    def load_asset_value(
        self,
        asset_key: CoercibleToAssetKey,
        *,
        python_type: object = None,
        instance: DagsterInstance | None = None,
        partition_key: str | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> Any:
        """The stored value of an asset, as its IO manager loads it.

        Args:
            asset_key: The asset, made here or elsewhere.
            python_type: The type to load; shown to the IO manager as `context.dagster_type`.
            instance: Shown to resources as `context.instance`.
            partition_key: The partition to load.
            metadata: Shown to the IO manager as `context.definition_metadata`.

        Raises:
            UnknownNameError: There is no such asset.
            MissingResourceError: Its IO manager is not provided. Nothing was opened.
        """
        asset = self._known_assets().stored_value_of(AssetKey.from_coercible(asset_key))
        return load_value(
            asset, self.container, Any if python_type is None else python_type, instance, partition_key, metadata, {}
        )

    def get_asset_value_loader(self, instance: DagsterInstance | None = None) -> AssetValueLoader:
        """A loader of stored values, for a `with` block."""
        return AssetValueLoader(self, instance)

    @staticmethod
    def merge(*def_sets: "Definitions") -> "Definitions":
        """Merge several definitions and their resources.

        Raises:
            ArgumentTypeError: One of them is not `Definitions`.
            MergeConflictError: Two provide different resources or loggers under one key, or different executors.
        """
        for defs in def_sets:
            check_type("Definitions.merge", "def_sets", defs, Definitions)
        return Definitions(
            assets=_each(def_sets, "assets"),
            schedules=_each(def_sets, "schedules"),
            sensors=_each(def_sets, "sensors"),
            jobs=_each(def_sets, "jobs"),
            asset_checks=_each(def_sets, "asset_checks"),
            resources=merged_resources([(defs.container, defs.resources) for defs in def_sets]),
            executor=merged_executor(defs.executor for defs in def_sets),
            loggers=merged_loggers(defs.loggers for defs in def_sets),
            metadata={name: value for defs in def_sets for name, value in defs.metadata.items()},
        )

    @property
    def job_names(self) -> list[str]:
        """The names of all jobs, with those that schedules and sensors hold."""
        return list(self.declared_jobs())

    # -- faults -------------------------------------------------------------------------------------------------------

    @staticmethod
    def validate_loadable(defs: "Definitions") -> None:
        """Check everything that can be checked without reading the environment.

        Raises:
            InvalidDefinitionError: There is one fault.
            FaultsError: There are several; all are listed.
        """
        raise_faults(defs.faults())


def _each(def_sets: Iterable[Definitions], kind: str) -> list[Any]:
    """The definitions of one kind in `def_sets`; an object that is in several is listed once."""
    return list({id(item): item for defs in def_sets for item in getattr(defs, kind)}.values())


def _named(kind: str, name: str, definitions: Iterable[D]) -> D:
    by_name = {definition.name: definition for definition in definitions}
    if name not in by_name:
        raise UnknownNameError(kind, name, by_name)
    return by_name[name]
