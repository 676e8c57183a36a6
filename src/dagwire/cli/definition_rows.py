"""Assets, jobs, schedules and sensors as rows. Reads and opens nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.automation.tick import AnyTick
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.lineage import resolved_schedules
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.valid_attributes import DEFAULT_GROUP


@dataclass(frozen=True, slots=True)
class AssetRow:
    """The row of one asset."""

    asset: str
    group: str
    kinds: list[str]
    after: list[str]
    """The assets that come before it."""
    resources: list[str]
    checks: list[str]
    partitions: str
    made_elsewhere: bool
    description: str


@dataclass(frozen=True, slots=True)
class JobRow:
    """The row of one job."""

    job: str
    steps: list[str]
    resources: list[str]
    partitions: str
    started_by: list[str]
    """The schedules and sensors that ask for it."""
    description: str


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """The row of one schedule."""

    schedule: str
    cron: list[str]
    timezone: str
    job: str
    resources: list[str]
    description: str


@dataclass(frozen=True, slots=True)
class SensorRow:
    """The row of one sensor."""

    sensor: str
    every_s: int
    job: str
    resources: list[str]
    description: str


def asset_rows(defs: Definitions, selection: Iterable[str] | None) -> list[AssetRow]:
    """The selected assets; by default all, those that are made elsewhere included.

    Raises:
        UnknownNameError: The selection names an asset that is not made here.
    """
    known = known_assets(defs.assets)
    keys = AssetSelection.from_coercible(list(selection) if selection else "*").resolve(known.made)
    checks = [spec for check in defs.asset_checks for spec in check.specs_by_key.values()]
    rows = [
        AssetRow(
            asset=spec.key.to_user_string(),
            group=spec.group_name or DEFAULT_GROUP,
            kinds=sorted(spec.kinds),
            after=[key.to_user_string() for key in definition.asset_deps[spec.key]],
            resources=sorted(definition.required_keys),
            checks=[check.name for check in (*definition.check_specs, *checks) if check.asset_key == spec.key],
            partitions=_text(definition.partitions_def),
            made_elsewhere=False,
            description=_first_line(spec.description),
        )
        for definition in known.made
        for spec in definition.specs
        if spec.key in keys
    ]
    elsewhere = () if selection else known.elsewhere.values()
    return [*rows, *(_row_of_elsewhere(asset.spec) for asset in elsewhere)]


def _row_of_elsewhere(spec: AssetSpec) -> AssetRow:
    return AssetRow(
        asset=spec.key.to_user_string(),
        group=spec.group_name or DEFAULT_GROUP,
        kinds=sorted(spec.kinds),
        after=[dep.asset_key.to_user_string() for dep in spec.deps],
        resources=[],
        checks=[],
        partitions=_text(spec.partitions_def),
        made_elsewhere=True,
        description=_first_line(spec.description),
    )


def job_rows(defs: Definitions) -> list[JobRow]:
    """Every job, those that only a schedule or a sensor names included.

    Raises:
        InvalidDefinitionError: One cannot be put together.
    """
    jobs = [defs.resolve_job_def(name) for name in defs.job_names]
    ticks: list[AnyTick] = [*resolved_schedules(defs), *defs.sensors]
    return [
        JobRow(
            job=job.name,
            steps=[node.name for node in job.steps],
            resources=sorted({requirement.key for requirement in job.requirements}),
            partitions=_text(job.partitions_def),
            started_by=[tick.label for tick in ticks if job.name in tick.job_names],
            description=_first_line(job.description),
        )
        for job in jobs
    ]


def schedule_rows(defs: Definitions) -> list[ScheduleRow]:
    """Every schedule."""
    return [
        ScheduleRow(
            schedule=schedule.name,
            cron=[schedule.cron_schedule] if isinstance(schedule.cron_schedule, str) else list(schedule.cron_schedule),
            timezone=schedule.execution_timezone or "UTC",
            job=", ".join(schedule.job_names),
            resources=sorted(schedule.required_keys),
            description=_first_line(schedule.description),
        )
        for schedule in resolved_schedules(defs)
    ]


def sensor_rows(defs: Definitions) -> list[SensorRow]:
    """Every sensor."""
    return [
        SensorRow(
            sensor=sensor.name,
            every_s=sensor.minimum_interval_seconds,
            job=", ".join(sensor.job_names),
            resources=sorted(sensor.required_keys),
            description=_first_line(sensor.description),
        )
        for sensor in defs.sensors
    ]


def _first_line(description: str | None) -> str:
    return (description or "").strip().partition("\n")[0]


def _text(partitions: object) -> str:
    return "" if partitions is None else str(partitions)
