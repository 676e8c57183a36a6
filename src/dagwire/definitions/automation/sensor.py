"""`@sensor`: runs that start when something has happened."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from dagwire.definitions.automation.tick import TickContext, TickDefinition, tick_body
from dagwire.definitions.jobs.asset_job import target_job
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


class DefaultSensorStatus(Enum):
    """Whether a sensor is switched on when it is first deployed."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class SensorEvaluationContext(TickContext):
    """The tick, as its sensor sees it; lives as long as the tick."""

    def __init__(
        self,
        cursor: str | None,
        resources: Any,
        instance: DagsterInstance | None = None,
        sensor_name: str | None = None,
    ) -> None:
        """`cursor` is the cursor that the tick before this one left."""
        super().__init__("A sensor context", resources, instance)
        self._cursor = cursor
        self._sensor_name = sensor_name
        self.cursor_updated = False
        """Whether this tick has left a cursor."""

    @property
    def sensor_name(self) -> str:
        """The name of the sensor that is evaluated.

        Raises:
            InvalidInvocationError: The context was built without the name, and no sensor was evaluated with it yet.
        """
        if self._sensor_name is None:
            raise InvalidInvocationError(self._owner, "belongs to no sensor yet; pass `sensor_name=`.")
        return self._sensor_name

    def bind(self, definition: Any) -> None:
        """Take the name of the sensor that is evaluated."""
        self._sensor_name = definition.name

    @property
    def cursor(self) -> str | None:
        """The place to go on from: the cursor that the last tick left, or this one has set."""
        return self._cursor

    def update_cursor(self, cursor: str | None) -> None:
        """Leave `cursor` for the next tick."""
        self._cursor = cursor
        self.cursor_updated = True


def build_sensor_context(
    instance: DagsterInstance | None = None,
    cursor: str | None = None,
    resources: Any = None,
    *,
    sensor_name: str | None = None,
) -> SensorEvaluationContext:
    """Build a context with which to call or evaluate a sensor.

    Args:
        instance: The store of earlier runs, read as `context.instance`.
        cursor: The cursor that the tick before this one left.
        resources: A container, or `{key: resource, definition or plain value}`. In a direct call those with a life
            cycle are open inside the context's `with` block only; `evaluate_tick` opens them itself.
        sensor_name: The sensor's name; an evaluation sets it, too.
    """
    return SensorEvaluationContext(cursor, resources, instance, sensor_name)


class SensorDefinition(TickDefinition[SensorEvaluationContext]):
    """A sensor; made by `@sensor`. Callable in a test."""

    kind = "sensor"
    minimum_interval_seconds: int
    default_status: DefaultSensorStatus


def sensor(  # Dagster's signature
    job_name: str | None = None,
    *,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    job: Any = None,
    jobs: Sequence[Any] | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    tags: Mapping[str, str] | None = None,
    metadata: Mapping[str, object] | None = None,
    required_resource_keys: Iterable[str] | None = None,
    target: Any = None,
) -> Callable[[Callable[..., Any]], SensorDefinition]:
    """Make a sensor of a function that returns `RunRequest`s, a `SkipReason`, a `SensorResult`, or None.

    Args:
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people; the docstring by default.
        job: The job to run.
        jobs: The jobs to run, if there are several; each request then names one.
        default_status: Whether it is switched on when it is first deployed.
        tags: Tags of the runs.
        metadata: Facts about the sensor, for people.
        required_resource_keys: Resources read as `context.resources.<key>`.
        target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.

    Raises:
        InvalidDefinitionError: No job is named, or a parameter cannot be filled.
    """

    def decorate(function: Callable[..., Any]) -> SensorDefinition:
        own = name or name_of(function)
        check_name("sensor", own)
        definition = SensorDefinition(
            own,
            tick_body(function, own, "sensor", required_resource_keys),
            job or jobs or job_name or target_job(target, own),
            description=description or inspect.getdoc(function),
            tags=tags,
            metadata=metadata,
        )
        definition.minimum_interval_seconds = minimum_interval_seconds or 30
        definition.default_status = default_status
        return definition

    return decorate
