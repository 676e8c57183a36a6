"""`Definitions`: assets, checks, jobs, schedules and sensors, bound to one container."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

from dagwire.containers.as_container import container_from
from dagwire.containers.keys import Requirement
from dagwire.containers.merged_container import merged_container
from dagwire.containers.overrides import override
from dagwire.containers.scope_checks import declaration_faults, raise_faults, requirement_faults
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.tick import TickDefinition
from dagwire.definitions.jobs.asset_graph import AnyAsset, KnownAssets, asset_nodes, known_assets, missing_inputs
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.node import in_running_order
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.steps.load_value import load_value
from dagwire.errors import DagwireError, DuplicateDefinitionError, InvalidDefinitionError, UnknownNameError
from dagwire.resources.instance import DagsterInstance

D = TypeVar("D", bound=TickDefinition[Any] | UnresolvedPartitionedAssetScheduleDefinition)

IMPLICIT_JOB = "__ASSET_JOB"
"""The job of all assets, under Dagster's name for it."""


class Definitions:
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

    def __init__(
        self,
        assets: Iterable[AnyAsset] | None = None,
        schedules: Iterable[ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition] | None = None,
        sensors: Iterable[SensorDefinition] | None = None,
        jobs: Iterable[JobDefinition | UnresolvedAssetJobDefinition] | None = None,
        resources: Any = None,
        asset_checks: Iterable[AssetChecksDefinition] | None = None,
    ) -> None:
        """Keep the definitions.

        Args:
            assets: The assets, in any order; a `SourceAsset` or `AssetSpec` is made elsewhere.
            schedules: The schedules.
            sensors: The sensors.
            jobs: The jobs. Jobs that schedules and sensors hold need not be repeated.
            resources: A container, used as it is, or `{key: resource, definition or plain value}`.
            asset_checks: The checks.
        """
        self.assets = list(assets or ())
        self.asset_checks = list(asset_checks or ())
        self.schedules = list(schedules or ())
        self.sensors = list(sensors or ())
        self.jobs = list(jobs or ())
        self.container = container_from(resources)

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
        """The schedule called `name`.

        Raises:
            UnknownNameError: There is none.
            InvalidDefinitionError: It follows partitions that its job does not have.
        """
        return self._resolved_schedule(_named("schedule", name, self.schedules))

    def resolve_sensor_def(self, name: str) -> SensorDefinition:
        """The sensor called `name`.

        Raises:
            UnknownNameError: There is none.
        """
        return _named("sensor", name, self.sensors)

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
        by_key = {made: definition for definition in self._known_assets().made for made in definition.keys}
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
        python_type: Any = Any,
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
        return load_value(asset, self.container, python_type, instance, partition_key, metadata, {})

    @staticmethod
    def merge(*def_sets: "Definitions") -> "Definitions":
        """Merge several definitions and their resources.

        Raises:
            MergeConflictError: Two provide different resources under one key.
        """
        return Definitions(
            assets=_each(def_sets, "assets"),
            schedules=_each(def_sets, "schedules"),
            sensors=_each(def_sets, "sensors"),
            jobs=_each(def_sets, "jobs"),
            asset_checks=_each(def_sets, "asset_checks"),
            resources=merged_container([defs.container for defs in def_sets]),
        )

    @property
    def job_names(self) -> list[str]:
        """The names of all jobs, with those that schedules and sensors hold."""
        return [name for name in self._jobs_by_name() if name != IMPLICIT_JOB]

    # -- faults -------------------------------------------------------------------------------------------------------

    @staticmethod
    def validate_loadable(defs: "Definitions") -> None:
        """Check everything that can be checked without reading the environment.

        Raises:
            InvalidDefinitionError: There is one fault.
            FaultsError: There are several; all are listed.
        """
        raise_faults(defs.faults())

    def faults(self) -> list[DagwireError]:
        """Every fault of definitions and resource keys, schedules and sensors included."""
        faults: list[DagwireError] = []
        jobs = {name: job for name, job in self._jobs_by_name().items() if name != IMPLICIT_JOB}
        requirements = list(_unbound((*self._with_requirements(), *self.asset_checks), {}))
        try:
            known = self._known_assets()
            nodes = in_running_order(asset_nodes(known.made, self.asset_checks, known=known))
            faults += missing_inputs(nodes, known.elsewhere)
            requirements += [requirement for node in nodes for requirement in node.load_requirements]
        except InvalidDefinitionError as fault:
            faults.append(fault)
        for job in jobs.values():
            try:
                resolved = self._resolved(job)
            except InvalidDefinitionError as fault:
                faults.append(fault)
            else:
                faults += resolved.faults()
                requirements += _unbound(resolved.nodes, resolved.bindings)
        for tick in self._ticks():
            if isinstance(tick, UnresolvedPartitionedAssetScheduleDefinition):
                faults += self._schedule_faults(tick)
                continue
            requirements += _unbound([tick], {})
            unknown = [name for name in tick.job_names if name not in jobs]
            faults += [UnknownNameError(f"job for {tick.label}", name, jobs) for name in unknown]
        faults += declaration_faults(self.container, requirements)
        return list({str(fault): fault for fault in faults}.values())  # several jobs may have the same

    def _with_requirements(self) -> list[AssetsDefinition | SourceAsset]:
        """The assets that may require resources; a spec alone does not."""
        return [item for item in self.assets if not isinstance(item, AssetSpec)]

    def _ticks(self) -> list[TickDefinition[Any] | UnresolvedPartitionedAssetScheduleDefinition]:
        return [*self.schedules, *self.sensors]

    def _schedule_faults(self, schedule: UnresolvedPartitionedAssetScheduleDefinition) -> list[DagwireError]:
        """The faults of a schedule of partitions; those of its job are reported with the job."""
        try:
            job = self._resolved(schedule.job)
        except InvalidDefinitionError:
            return []
        try:
            schedule.resolve(job)
        except InvalidDefinitionError as fault:
            return [fault]
        return []

    def _resolved_schedule(
        self, schedule: ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition
    ) -> ScheduleDefinition:
        if isinstance(schedule, ScheduleDefinition):
            return schedule
        return schedule.resolve(self._resolved(schedule.job))

    def _job_faults(self, job: JobDefinition) -> list[DagwireError]:
        unbound = _unbound(job.nodes, job.bindings)
        return [*job.faults(), *requirement_faults(self.container, unbound)]

    def _jobs_by_name(self) -> dict[str, JobDefinition | UnresolvedAssetJobDefinition]:
        """`{name: job}`.

        Raises:
            DuplicateDefinitionError: Two different jobs have one name.
        """
        by_name: dict[str, JobDefinition | UnresolvedAssetJobDefinition] = {
            IMPLICIT_JOB: UnresolvedAssetJobDefinition(IMPLICIT_JOB)
        }
        for job in (*self.jobs, *_jobs_of(self._ticks())):
            if by_name.setdefault(job.name, job) is not job:
                raise DuplicateDefinitionError("job", job.name)
        return by_name

    def _resolved(self, job: JobDefinition | UnresolvedAssetJobDefinition) -> JobDefinition:
        if isinstance(job, JobDefinition):
            return replace(job, container=self.container)
        return job.resolve(self._known_assets(), self.asset_checks, self.container)

    def _known_assets(self) -> KnownAssets:
        return known_assets(self.assets)


def _each(def_sets: Iterable[Definitions], kind: str) -> list[Any]:
    """The definitions of one kind in `def_sets`; an object that is in several is listed once."""
    return list({id(item): item for defs in def_sets for item in getattr(defs, kind)}.values())


def _unbound(definitions: Iterable[Any], stronger: Collection[str]) -> Iterator[Requirement]:
    """The requirements of `definitions` that neither their own bindings nor `stronger` fill."""
    return (
        requirement
        for definition in {id(item): item for item in definitions}.values()
        for requirement in definition.requirements
        if requirement.key not in definition.bindings and requirement.key not in stronger
    )


def _jobs_of(
    ticks: Iterable[TickDefinition[Any] | UnresolvedPartitionedAssetScheduleDefinition],
) -> Iterator[JobDefinition | UnresolvedAssetJobDefinition]:
    return (job for tick in ticks for job in tick.jobs)


def _named(kind: str, name: str, definitions: Iterable[D]) -> D:
    by_name = {definition.name: definition for definition in definitions}
    if name not in by_name:
        raise UnknownNameError(kind, name, by_name)
    return by_name[name]
