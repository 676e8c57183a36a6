"""Schedules and sensors as Dagster's."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from dagwire.definitions.automation.asset_sensor import AssetSensorDefinition
from dagwire.definitions.automation.multi_asset_sensor import MultiAssetSensorDefinition
from dagwire.definitions.automation.run_status_sensor import RunStatusSensorDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.schedule_context import ScheduleEvaluationContext
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.sensor_context import SensorEvaluationContext
from dagwire.definitions.automation.tick import AnyTick
from dagwire.definitions.automation.tick_results import TickResult
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.errors import NotCarriedError
from dagwire.integrations.dagster.adopted_instance import AdoptedInstance
from dagwire.integrations.dagster.job_definitions import launched
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.own_io_manager import own_resource
from dagwire.integrations.dagster.resource_names import dagster_name


def dagster_schedule(
    schedule: ScheduleDefinition, jobs: Mapping[str, object], definitions: Any
) -> dg.ScheduleDefinition:
    """Return a schedule as Dagster's; `jobs` are `{name: Dagster's job}`."""
    names = _names(schedule)

    def execution_fn(context: Any) -> object:
        own = ScheduleEvaluationContext(
            context.scheduled_execution_time, _resources(context, names), AdoptedInstance(context), definitions
        )
        result = schedule.evaluate_tick(own)
        answers: list[Any] = [*map(_requested, result.run_requests)]
        yield from answers or [dg.SkipReason(result.skip_message)]

    return dg.ScheduleDefinition(
        schedule.name,
        cron_schedule=schedule.cron_schedule,
        execution_timezone=schedule.execution_timezone,
        execution_fn=execution_fn,
        environment_vars=schedule.environment_vars,
        **_shared(schedule, jobs, names),
    )


def dagster_sensor(sensor: SensorDefinition, jobs: Mapping[str, object], definitions: Any) -> dg.SensorDefinition:
    """Return a sensor as Dagster's; `jobs` are `{name: Dagster's job}`.

    Raises:
        NotCarriedError: It looks at runs, or at several assets, by what dagwire's own instance keeps.
    """
    if isinstance(sensor, RunStatusSensorDefinition | MultiAssetSensorDefinition):
        kind = "runs" if isinstance(sensor, RunStatusSensorDefinition) else "several assets"
        problem = f"cannot be carried: it reads of {kind} in dagwire's own instance. Declare it with Dagster."
        raise NotCarriedError(f"sensor '{sensor.name}'", problem)
    names = _names(sensor)
    shared: dict[str, Any] = {
        **_shared(sensor, jobs, names),
        "minimum_interval_seconds": sensor.minimum_interval_seconds,
    }

    def own_context(context: Any) -> SensorEvaluationContext:
        instance = AdoptedInstance(context)
        return SensorEvaluationContext(context.cursor, _resources(context, names), instance, sensor.name, definitions)

    if isinstance(sensor, AssetSensorDefinition):
        return _asset_sensor(sensor, own_context, shared)

    def evaluation_fn(context: object) -> dg.SensorResult:
        result = sensor.evaluate_tick(own_context(context))
        return _sensor_result(result, result.cursor)

    selection = sensor.asset_selection
    if selection is not None:
        shared["asset_selection"] = dg.AssetSelection.from_string(str(selection))
    return dg.SensorDefinition(sensor.name, evaluation_fn=evaluation_fn, **shared)


def _asset_sensor(
    sensor: AssetSensorDefinition, own_context: Callable[[Any], SensorEvaluationContext], shared: dict[str, Any]
) -> dg.AssetSensorDefinition:
    def asset_materialization_fn(context: Any, entry: Any) -> Iterator[dg.SensorResult]:
        # Dagster keeps the cursor of a sensor of an asset, so the result has none. It passes over one that is returned.
        yield _sensor_result(sensor.evaluate_event(own_context(context), entry), None)

    return dg.AssetSensorDefinition(
        name=sensor.name,
        asset_key=namesake(sensor.asset_key),
        job_name=shared.pop("job_name", None),
        asset_materialization_fn=asset_materialization_fn,
        **shared,
    )


def _names(tick: AnyTick) -> dict[str, str]:
    """`{key: Dagster's name}` of the resources that Dagster opens; those bound to the tick itself are opened by it."""
    return {key: dagster_name(key) for key in tick.body.keys if key not in tick.bindings}


def _shared(tick: AnyTick, jobs: Mapping[str, object], names: Mapping[str, str]) -> dict[str, Any]:
    """The arguments that schedules and sensors share."""
    shared: dict[str, Any] = {
        "description": tick.description,
        "default_status": namesake(tick.default_status),  # type: ignore[attr-defined]  # both kinds have one
        "required_resource_keys": set(names.values()),
        "tags": dict(tick.tags) or None,
        "metadata": namesake(dict(tick.metadata)) or None,
    }
    if tick.owners:  # Dagster warns of an argument that is in beta
        shared["owners"] = list(tick.owners)
    known = [jobs[name] for name in tick.job_names if name in jobs]
    if len(known) == 1:
        shared["job"] = known[0]
    elif known:
        shared["jobs"] = known
    elif tick.job_names:
        shared["job_name"] = tick.job_names[0]
    return shared


def _resources(context: Any, names: Mapping[str, str]) -> dict[str, Any]:
    return {key: own_resource(getattr(context.resources, name)) for key, name in names.items()}


def _requested(request: RunRequest) -> dg.RunRequest:
    checks, assets = request.asset_check_keys, request.asset_selection
    return dg.RunRequest(
        request.run_key,
        launched(request.run_config),
        dict(request.tags),
        request.job_name,
        None if assets is None else [namesake(key) for key in assets],
        request.stale_assets_only,
        request.partition_key,
        None if checks is None else [namesake(key) for key in checks],
    )


def _sensor_result(result: TickResult, cursor: str | None) -> dg.SensorResult:
    return dg.SensorResult(
        run_requests=[*map(_requested, result.run_requests)],
        skip_reason=dg.SkipReason(result.skip_message) if result.skip_message and not result.run_requests else None,
        cursor=cursor,
        dynamic_partitions_requests=[namesake(change) for change in result.dynamic_partitions_requests],
        asset_events=[namesake(event) for event in result.asset_events],
    )
