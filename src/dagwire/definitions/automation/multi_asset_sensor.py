"""`@multi_asset_sensor`: runs to start when several assets were made."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.automation.multi_asset_context import (
    MonitoredAssets,
    MultiAssetSensorEvaluationContext,
    check_monitored,
    monitoring,
)
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.sensor_context import DefaultSensorStatus, SensorEvaluationContext
from dagwire.definitions.automation.tick_results import SensorResult, TickResult
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnexpectedResultError


class MultiAssetSensorDefinition(SensorDefinition):
    """A sensor that sees what was made of several assets; also made by `@multi_asset_sensor`."""

    def __init__(  # Dagster's signature
        self,
        name: str,
        monitored_assets: MonitoredAssets,
        job_name: str | None,
        asset_materialization_fn: Callable[..., object],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: object = None,
        jobs: Sequence[object] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_assets: AssetSelection | None = None,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Make a sensor of several assets.

        Args:
            name: The sensor's name.
            monitored_assets: The assets: an `AssetSelection`, or keys.
            job_name: The job's name, if the job itself is not at hand.
            asset_materialization_fn: The function, as under `@multi_asset_sensor`.
            minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
            description: For people.
            job: The job to run.
            jobs: The jobs to run, if there are several; each request then names one.
            default_status: Whether it is switched on when it is first deployed.
            request_assets: The assets to make, if no job is named.
            required_resource_keys: Resources read as `context.resources.<key>`.
            tags: Tags of the sensor; its runs have the tags of their requests.
            metadata: Facts about the sensor, for people.

        Raises:
            ArgumentTypeError: `monitored_assets` is neither a selection nor a sequence of keys.
            InvalidDefinitionError: There is more than one target, or a parameter that nothing can fill.
        """
        super().__init__(
            name,
            evaluation_fn=asset_materialization_fn,
            job_name=job_name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=job,
            jobs=jobs,
            default_status=default_status,
            asset_selection=request_assets,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
        )
        check_monitored(self.label, monitored_assets)
        self.monitored_assets: MonitoredAssets = monitored_assets

    def evaluate_tick(self, context: SensorEvaluationContext) -> TickResult:
        """Evaluate once; see `TickDefinition.evaluate_tick`.

        Raises:
            InvalidDefinitionError: Runs are requested, and no event is noted as handled: they would be requested again.
            UnexpectedResultError: The function returned a cursor, which is the sensor's own.
        """
        own = monitoring(context, self.monitored_assets)
        answers = self._answers(own, {})
        if any(isinstance(answer, SensorResult) and answer.cursor is not None for answer in answers):
            raise UnexpectedResultError(self.label, "returned a cursor. It is made of `context.advance_cursor`.")
        own.write_cursor()
        result = self._result(answers, own)
        if result.run_requests and not own.cursor_updated:
            msg = (
                f"{self.label} requests runs, and does not note the events as handled: the next tick would show them "
                f"again. Call `context.advance_all_cursors()`, or `context.advance_cursor` with the events."
            )
            raise InvalidDefinitionError(msg)
        return result

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the function in a test, with a context of `build_multi_asset_sensor_context`.

        Raises:
            InvalidInvocationError: It takes a context, and gets none of this kind.
        """
        given = (*args, *kwargs.values())
        context = next((one for one in given if isinstance(one, MultiAssetSensorEvaluationContext)), None)
        if context is None:
            problem = "takes a context; build one by `build_multi_asset_sensor_context`, and give it first."
            raise InvalidInvocationError(self.label, problem)
        answer = super().__call__(*args, **kwargs)
        if inspect.isgenerator(answer):
            answer = list(answer)
        context.write_cursor()
        return answer


def multi_asset_sensor(  # Dagster's signature
    monitored_assets: MonitoredAssets,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: object = None,
    jobs: Sequence[object] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_assets: AssetSelection | None = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], MultiAssetSensorDefinition]:
    """Make a sensor of a function that sees what was made of several assets since the last tick.

    The function takes a `MultiAssetSensorEvaluationContext` and resources, and returns the answers of a `@sensor`
    without a cursor. It notes what it has handled, by `context.advance_cursor` or `context.advance_all_cursors`.

    Args:
        monitored_assets: The assets: an `AssetSelection`, or keys.
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people; the docstring by default.
        job: The job to run.
        jobs: The jobs to run, if there are several; each request then names one.
        default_status: Whether it is switched on when it is first deployed.
        request_assets: The assets to make, if no job is named.
        required_resource_keys: Resources read as `context.resources.<key>`.
        tags: Tags of the sensor; its runs have the tags of their requests.
        metadata: Facts about the sensor, for people.

    Example:
        >>> from dagwire import AssetKey, DagsterInstance, Definitions, RunRequest, SkipReason, asset, materialize
        >>> from dagwire import build_multi_asset_sensor_context, multi_asset_sensor
        >>> @asset
        ... def orders(): ...
        >>> @asset
        ... def prices(): ...
        >>> @multi_asset_sensor([AssetKey("orders"), AssetKey("prices")], job_name="report")
        ... def both(context):
        ...     if all(context.latest_materialization_records_by_key().values()):
        ...         context.advance_all_cursors()
        ...         return RunRequest()
        ...     return SkipReason("not both yet")
        >>> instance = DagsterInstance.ephemeral()
        >>> run = materialize([orders, prices], instance=instance)
        >>> context = build_multi_asset_sensor_context(
        ...     monitored_assets=both.monitored_assets, instance=instance, definitions=Definitions([orders, prices])
        ... )
        >>> type(both(context)).__name__
        'RunRequest'
    """

    def decorate(function: Callable[..., object]) -> MultiAssetSensorDefinition:
        definition = MultiAssetSensorDefinition(
            name or name_of(function),
            monitored_assets,
            job_name,
            function,
            minimum_interval_seconds,
            description or inspect.getdoc(function),
            job,
            jobs,
            default_status,
            request_assets,
            required_resource_keys,
            tags,
            metadata,
        )
        functools.update_wrapper(definition, function, updated=())
        return definition

    return decorate
