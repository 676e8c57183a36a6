"""Definitions as they were collected: the jobs among them, and the faults of all together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from dagwire.containers.as_container import container_from
from dagwire.containers.keys import Container, Requirement
from dagwire.containers.scope_checks import declaration_faults, requirement_faults
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.tick import AnyTick
from dagwire.definitions.definition_faults import checked_list, repeated_checks, repeated_ticks, unbound_requirements
from dagwire.definitions.jobs.asset_graph import (
    AnyAsset,
    KnownAssets,
    asset_nodes,
    known_assets,
    missing_inputs,
    nodes_by_asset,
    unfilled_inputs,
)
from dagwire.definitions.jobs.asset_job import IMPLICIT_JOB, UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.upstream_partitions import unconnected_partitions
from dagwire.definitions.ops.node import in_running_order
from dagwire.definitions.specs.argument_types import check_text_keys
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.executor_definition import AnyExecutor, checked_executor
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.errors import (
    DagwireError,
    DuplicateDefinitionError,
    InvalidDefinitionError,
    UnknownNameError,
)
from dagwire.resources.logger_definition import LoggerDefinition, checked_loggers


class CollectedDefinitions:
    """The definitions that a `Definitions` is given, each checked for its kind."""

    def __init__(  # Dagster's signature
        self,
        assets: Iterable[AnyAsset | AssetChecksDefinition] | None = None,
        schedules: Iterable[ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition] | None = None,
        sensors: Iterable[SensorDefinition] | None = None,
        jobs: Iterable[JobDefinition | UnresolvedAssetJobDefinition] | None = None,
        resources: object = None,
        executor: AnyExecutor | None = None,
        loggers: Mapping[str, object] | None = None,
        asset_checks: Iterable[AssetChecksDefinition] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the definitions.

        Args:
            assets: The assets, in any order; a `SourceAsset` or `AssetSpec` is made elsewhere.
            schedules: The schedules.
            sensors: The sensors.
            jobs: The jobs. Jobs that schedules and sensors hold need not be repeated.
            resources: A container, used as it is, or `{key: resource, definition or plain value}`.
            executor: Kept for Dagster, where it runs the jobs that name none; a run of dagwire stays in one process.
            loggers: `{name: logger definition}` for jobs that name none.
            asset_checks: The checks.
            metadata: Facts about the definitions, for people.

        Raises:
            ArgumentTypeError: A definition is of another kind than its argument takes.
        """
        given = checked_list("assets", assets, AssetsDefinition, AssetSpec, SourceAsset, AssetChecksDefinition)
        checks = [item for item in given if isinstance(item, AssetChecksDefinition)]
        self.assets: list[AnyAsset] = [item for item in given if not isinstance(item, AssetChecksDefinition)]
        self.asset_checks: list[AssetChecksDefinition] = [
            *checks,
            *checked_list("asset_checks", asset_checks, AssetChecksDefinition),
        ]
        partitioned = UnresolvedPartitionedAssetScheduleDefinition
        self.schedules: list[ScheduleDefinition | UnresolvedPartitionedAssetScheduleDefinition] = checked_list(
            "schedules", schedules, ScheduleDefinition, partitioned
        )
        self.sensors: list[SensorDefinition] = checked_list("sensors", sensors, SensorDefinition)
        self.jobs: list[JobDefinition | UnresolvedAssetJobDefinition] = checked_list(
            "jobs", jobs, JobDefinition, UnresolvedAssetJobDefinition
        )
        self.resources: Any = resources
        """The resources as they were passed: a container or a mapping."""
        self.container: Container = container_from(resources)
        self.executor: AnyExecutor | None = checked_executor("Definitions", executor)
        """The executor of jobs that name none; inert here."""
        check_text_keys("Definitions", "loggers", loggers)
        self.loggers: dict[str, LoggerDefinition] = checked_loggers("Definitions", loggers)
        self.metadata: dict[str, MetadataValue] = normalized_metadata(metadata, "Definitions")
        self._known: tuple[object, KnownAssets] | None = None

    def faults(self) -> list[DagwireError]:
        """Every fault of definitions and resource keys, schedules and sensors included."""
        faults, requirements = self._faults_and_requirements()
        faults += declaration_faults(self.container, requirements)
        return list({str(fault): fault for fault in faults}.values())  # several jobs may have the same

    def requirements(self) -> list[Requirement]:
        """Every key that a definition asks for, with who asks."""
        return self._faults_and_requirements()[1]

    def _faults_and_requirements(self) -> tuple[list[DagwireError], list[Requirement]]:
        faults: list[DagwireError] = repeated_ticks(self._ticks())
        jobs = self.declared_jobs()
        requirements = list(unbound_requirements((*self._with_requirements(), *self.asset_checks), {}))
        try:
            known = self._known_assets()
            faults += repeated_checks(known.made, self.asset_checks)
            faults += unconnected_partitions(known.made)
            nodes = in_running_order(asset_nodes(known.made, self.asset_checks, known=known))
            faults += missing_inputs(unfilled_inputs(nodes), nodes_by_asset(nodes), known.elsewhere)
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
                requirements += unbound_requirements(resolved.steps, resolved.bindings)
        for tick in self._ticks():
            if isinstance(tick, UnresolvedPartitionedAssetScheduleDefinition):
                faults += self._schedule_faults(tick)
                continue
            requirements += unbound_requirements([tick], {})
            unknown = [name for name in tick.job_names if name not in jobs]
            faults += [UnknownNameError(f"job of {tick.label}", name, jobs) for name in unknown]
        return faults, requirements

    def _with_requirements(self) -> list[AssetsDefinition | SourceAsset]:
        """The assets that may require resources; a spec alone does not."""
        return [item for item in self.assets if not isinstance(item, AssetSpec)]

    def _ticks(self) -> list[AnyTick | UnresolvedPartitionedAssetScheduleDefinition]:
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

    def _job_faults(self, job: JobDefinition) -> list[DagwireError]:
        unbound = unbound_requirements(job.steps, job.bindings)
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
            if job.name == IMPLICIT_JOB:
                msg = f"A job cannot be named '{IMPLICIT_JOB}': that is the job of all assets."
                raise InvalidDefinitionError(msg)
            if by_name.setdefault(job.name, job) is not job:
                raise DuplicateDefinitionError("job", job.name)
        return by_name

    def _resolved(self, job: JobDefinition | UnresolvedAssetJobDefinition) -> JobDefinition:
        resolved = (
            replace(job, container=self.container)
            if isinstance(job, JobDefinition)
            else job.resolve_among(self._known_assets(), self.asset_checks, self.container)
        )
        loggers, executor = resolved.logger_defs or self.loggers, resolved.executor_def or self.executor
        return replace(resolved, logger_defs=loggers, executor_def=executor)

    def _known_assets(self) -> KnownAssets:
        kept = self._known
        if kept is None or kept[0] is not self.assets:  # a copy may have got other assets
            kept = self._known = (self.assets, known_assets(self.assets))
        return kept[1]

    def declared_jobs(self) -> dict[str, JobDefinition | UnresolvedAssetJobDefinition]:
        """`{name: job}` of all jobs as they are declared, with those that schedules and sensors hold."""
        return {name: job for name, job in self._jobs_by_name().items() if name != IMPLICIT_JOB}


def _jobs_of(
    ticks: Iterable[AnyTick | UnresolvedPartitionedAssetScheduleDefinition],
) -> Iterator[JobDefinition | UnresolvedAssetJobDefinition]:
    return (job for tick in ticks for job in tick.known_jobs)
