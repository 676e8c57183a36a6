"""`@asset_sensor`: runs to start when an asset was made."""

import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.sensor_context import DefaultSensorStatus, SensorEvaluationContext
from dagwire.definitions.automation.tick import answers_in
from dagwire.definitions.automation.tick_results import SensorResult, SkipReason, TickResult
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidInvocationError, UnexpectedResultError
from dagwire.resources.event_log_entry import EventLogEntry


class AssetSensorDefinition(SensorDefinition):
    """A sensor that is evaluated when an asset was made; also made by `@asset_sensor`.

    It learns of assets from the context's instance, which remembers the runs that were given that instance. Its cursor
    is the number of the last event it was evaluated for.
    """

    _takes_event = True

    def __init__(  # Dagster's signature
        self,
        name: str,
        asset_key: CoercibleToAssetKey,
        job_name: str | None,
        asset_materialization_fn: Callable[..., object],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: object = None,
        jobs: Sequence[object] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        *,
        target: object = None,
    ) -> None:
        """Make a sensor of an asset.

        Args:
            name: The sensor's name.
            asset_key: The asset.
            job_name: The job's name, if the job itself is not at hand.
            asset_materialization_fn: The function, as under `@asset_sensor`.
            minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
            description: For people.
            job: The job to run.
            jobs: The jobs to run, if there are several; each request then names one.
            default_status: Whether it is switched on when it is first deployed.
            required_resource_keys: Resources read as `context.resources.<key>`.
            tags: Tags of the sensor; its runs have the tags of their requests.
            metadata: Facts about the sensor, for people.
            target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.

        Raises:
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
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
        )
        self.asset_key: AssetKey = AssetKey.from_coercible(asset_key)

    def evaluate_tick(self, context: SensorEvaluationContext) -> TickResult:
        """Evaluate once, if the asset was made since the cursor; see `TickDefinition.evaluate_tick`."""
        event = self._new_event(context)
        if event is None:
            return TickResult([], self._nothing_new(), context.cursor)
        result = self.evaluate_event(context, event)
        context.update_cursor(str(event.storage_id))
        return result._replace(cursor=context.cursor)

    def evaluate_event(self, context: SensorEvaluationContext, event: EventLogEntry) -> TickResult:
        """Evaluate once for an event of the asset, whose cursor the caller keeps.

        Raises:
            UnexpectedResultError: The function returned a cursor, which is the sensor's own.
        """
        answers = self._answers(context, self._event_argument(event))
        if any(isinstance(answer, SensorResult) and answer.cursor is not None for answer in answers):
            raise UnexpectedResultError(self.label, "returned a cursor. An asset sensor keeps its own cursor.")
        return self._result(answers, context)

    def __call__(self, *args: object, **kwargs: object) -> Iterator[object]:
        """Call the function in a test, with the event of the asset that the context's instance has.

        Returns:
            The answers of the function, one by one; the reason for a skip if there is no event.

        Raises:
            InvalidInvocationError: No context is given first.
        """
        given = (*args, *kwargs.values())
        context = next((value for value in given if isinstance(value, SensorEvaluationContext)), None)
        if context is None:
            raise InvalidInvocationError(self.label, "takes a context; build one with an instance, and give it first.")
        event = self._new_event(context)
        if event is None:
            return iter([SkipReason(self._nothing_new())])
        answers = answers_in(self.body.call(self, args, {**kwargs, **self._event_argument(event)}))
        context.update_cursor(str(event.storage_id))
        return iter(answers)

    def _event_argument(self, event: EventLogEntry) -> dict[str, Any]:
        """The event, under the name of the parameter that takes it, if there is one."""
        return dict.fromkeys(self.body.signature.inputs, event)

    def _new_event(self, context: SensorEvaluationContext) -> EventLogEntry | None:
        """The latest event of the asset, if it is newer than the cursor."""
        event = context.instance.get_latest_materialization_event(self.asset_key)
        seen = int(context.cursor) if context.cursor and context.cursor.isdecimal() else 0
        return event if event is not None and event.storage_id > seen else None

    def _nothing_new(self) -> str:
        return f"No new materialization events found for asset key {self.asset_key}"


def asset_sensor(  # Dagster's signature
    asset_key: CoercibleToAssetKey,
    *,
    job_name: str | None = None,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: object = None,
    jobs: Sequence[object] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: object = None,
) -> Callable[[Callable[..., Any]], AssetSensorDefinition]:
    """Make a sensor of a function that is evaluated when an asset was made.

    The function takes the context, the event (an `EventLogEntry`, by any parameter name), and resources; it may leave
    out the event, or both. It returns the answers of a `@sensor`, without a cursor.

    Args:
        asset_key: The asset.
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people; the docstring by default.
        job: The job to run.
        jobs: The jobs to run, if there are several; each request then names one.
        default_status: Whether it is switched on when it is first deployed.
        required_resource_keys: Resources read as `context.resources.<key>`.
        tags: Tags of the sensor; its runs have the tags of their requests.
        metadata: Facts about the sensor, for people.
        target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.

    Raises:
        InvalidDefinitionError: There is more than one target, or a parameter that nothing can fill.

    Example:
        >>> from dagwire import DagsterInstance, RunRequest, asset, asset_sensor, build_sensor_context, materialize
        >>> @asset
        ... def trips():
        ...     return 3
        >>> @asset_sensor("trips", job_name="report")
        ... def when_made(context, event):
        ...     return RunRequest(run_key=event.run_id)
        >>> instance = DagsterInstance.ephemeral()
        >>> run = materialize([trips], instance=instance)
        >>> tick = when_made.evaluate_tick(build_sensor_context(instance=instance))
        >>> tick.run_requests[0].run_key == run.run_id
        True
        >>> when_made.evaluate_tick(build_sensor_context(instance=instance, cursor=tick.cursor)).run_requests
        []
    """

    def decorate(function: Callable[..., object]) -> AssetSensorDefinition:
        definition = AssetSensorDefinition(
            name or name_of(function),
            asset_key,
            job_name,
            function,
            minimum_interval_seconds,
            description or inspect.getdoc(function),
            job,
            jobs,
            default_status,
            required_resource_keys,
            tags,
            metadata,
            target=target,
        )
        functools.update_wrapper(definition, function, updated=())
        return definition

    return decorate
