"""`@sensor` and `SensorDefinition`: runs that start when something has happened."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.automation.sensor_context import DefaultSensorStatus, SensorEvaluationContext
from dagwire.definitions.automation.tick import TickDefinition, tick_body
from dagwire.definitions.automation.tick_results import SensorResult, TickResult
from dagwire.definitions.automation.tick_target import tick_target
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidDefinitionError, UnexpectedResultError

DEFAULT_INTERVAL_S = 30
"""The least time between two ticks of a sensor that names none, in seconds."""


class SensorDefinition(TickDefinition[SensorEvaluationContext]):
    """A function that looks for a reason to start runs; also made by `@sensor`. Callable in a test.

    Example:
        >>> from dagwire import RunRequest, SensorDefinition, build_sensor_context
        >>> always = SensorDefinition(name="always", evaluation_fn=lambda context: RunRequest(), job_name="load")
        >>> always.evaluate_tick(build_sensor_context()).run_requests[0].tags
        {'dagster/sensor_name': 'always'}
    """

    kind = "sensor"
    _takes_event = False

    def __init__(  # Dagster's signature
        self,
        name: str | None = None,
        *,
        evaluation_fn: Callable[..., object] | None = None,
        job_name: str | None = None,
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        job: object = None,
        jobs: Sequence[object] | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        asset_selection: object = None,
        required_resource_keys: Iterable[str] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        target: object = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        """Make a sensor of its function and its target.

        A sensor without a target starts no runs; it may report events of assets, and keys of dynamic partitions.

        Args:
            name: The function's name by default.
            evaluation_fn: The function, as under `@sensor`.
            job_name: The job's name, if the job itself is not at hand.
            minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
            description: For people.
            job: The job to run.
            jobs: The jobs to run, if there are several; each request then names one.
            default_status: Whether it is switched on when it is first deployed.
            asset_selection: The assets to make, by the job of all assets; a request may choose some of them.
            required_resource_keys: Resources read as `context.resources.<key>`.
            tags: Tags of the sensor; its runs have the tags of their requests.
            metadata: Facts about the sensor, for people.
            target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.
            owners: Email addresses, or `team:name`.

        Raises:
            InvalidDefinitionError: There is no function, more than one target, or a parameter that nothing can fill.
        """
        if evaluation_fn is None:
            msg = f"sensor '{name}' has no function; pass `evaluation_fn=`."
            raise InvalidDefinitionError(msg)
        own = name if name is not None else name_of(evaluation_fn)
        body = tick_body(evaluation_fn, own, "sensor", required_resource_keys, takes_event=self._takes_event)
        found = tick_target(
            body.owner, own, job=job, jobs=jobs, job_name=job_name, target=target, asset_selection=asset_selection
        )
        super().__init__(own, body, found, description=description, tags=tags, metadata=metadata, owners=owners)
        check_type(self.label, "minimum_interval_seconds", minimum_interval_seconds, int)
        check_type(self.label, "default_status", default_status, DefaultSensorStatus)
        self.minimum_interval_seconds: int = (
            DEFAULT_INTERVAL_S if minimum_interval_seconds is None else minimum_interval_seconds
        )
        self.default_status = default_status

    @property
    def asset_selection(self) -> AssetSelection | None:
        """The assets to make, if no job is named."""
        return self._target.asset_selection

    def _result_of(self, answer: SensorResult, context: SensorEvaluationContext) -> TickResult:
        if answer.cursor is not None and context.cursor_updated:
            problem = "returned a `cursor` and called `context.update_cursor`; do one of them."
            raise UnexpectedResultError(self.label, problem)
        return super()._result_of(answer, context)


def sensor(  # Dagster's signature
    job_name: str | None = None,
    *,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: object = None,
    jobs: Sequence[object] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    asset_selection: object = None,
    required_resource_keys: Iterable[str] | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    target: object = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., Any]], SensorDefinition]:
    """Make a sensor of a function that returns a `RunRequest` or several, a `SkipReason`, a `SensorResult`, or None.

    Args:
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people; the docstring by default.
        job: The job to run.
        jobs: The jobs to run, if there are several; each request then names one.
        default_status: Whether it is switched on when it is first deployed.
        asset_selection: The assets to make, by the job of all assets; a request may choose some of them.
        required_resource_keys: Resources read as `context.resources.<key>`.
        tags: Tags of the sensor; its runs have the tags of their requests.
        metadata: Facts about the sensor, for people.
        target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.
        owners: Email addresses, or `team:name`.

    Raises:
        InvalidDefinitionError: There is more than one target, or a parameter that nothing can fill.
    """

    def decorate(function: Callable[..., object]) -> SensorDefinition:
        definition = SensorDefinition(
            name,
            evaluation_fn=function,
            job_name=job_name,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description or inspect.getdoc(function),
            job=job,
            jobs=jobs,
            default_status=default_status,
            asset_selection=asset_selection,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
            target=target,
            owners=owners,
        )
        functools.update_wrapper(definition, function, updated=())
        return definition

    return decorate
