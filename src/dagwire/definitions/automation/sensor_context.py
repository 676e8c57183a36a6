"""`SensorEvaluationContext`: the tick, as a sensor sees it."""

from enum import Enum
from typing import Any

from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.specs.argument_types import check_type
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


class DefaultSensorStatus(Enum):
    """Whether a sensor is switched on when it is first deployed."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class SensorEvaluationContext(TickContext):
    """The tick, as its sensor sees it; lives as long as the tick."""

    last_run_key = None
    """Always None: run keys are the caller's to remember."""
    last_tick_completion_time = None
    """Always None: the caller alone knows when it evaluated the sensor last."""
    last_completion_time = None
    """Always None; an older name of `last_tick_completion_time`."""

    def __init__(  # one argument for each fact of a tick
        self,
        cursor: str | None,
        resources: object,
        instance: DagsterInstance | None = None,
        sensor_name: str | None = None,
        definitions: object = None,
        *,
        repository_name: str | None = None,
        last_sensor_start_time: float | None = None,
    ) -> None:
        """`cursor` is the cursor that the tick before this one left.

        Raises:
            ArgumentTypeError: An argument has another type.
        """
        super().__init__("A sensor context", resources, instance, definitions)
        check_type("build_sensor_context", "cursor", cursor, str)
        self._cursor = cursor
        self._sensor_name = sensor_name
        self.cursor_updated: bool = False
        """Whether this tick has left a cursor."""
        self.repository_name = repository_name
        """The name of the repository, or None."""
        self.last_sensor_start_time = last_sensor_start_time
        """The time at which the sensor was switched on, in seconds since 1970, or None."""

    @property
    def is_first_tick_since_sensor_start(self) -> bool:
        """Whether the sensor has not been evaluated since it was switched on: true, because no tick is remembered."""
        return self.last_tick_completion_time is None

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
        """Leave `cursor` for the next tick.

        Raises:
            ArgumentTypeError: The cursor is not text.
        """
        check_type("context.update_cursor", "cursor", cursor, str)
        self._cursor = cursor
        self.cursor_updated = True


def build_sensor_context(
    instance: DagsterInstance | None = None,
    cursor: str | None = None,
    repository_name: str | None = None,
    repository_def: object = None,
    sensor_name: str | None = None,
    resources: object = None,
    definitions: object = None,
    last_sensor_start_time: float | None = None,
) -> SensorEvaluationContext:
    """Build a context with which to call or evaluate a sensor.

    Args:
        instance: The store of earlier runs, read as `context.instance`.
        cursor: The cursor that the tick before this one left.
        repository_name: Read as `context.repository_name`.
        repository_def: `Definitions.get_repository_def()`; an older way to pass `definitions`.
        sensor_name: The sensor's name; an evaluation sets it, too.
        resources: A container, or `{key: resource, definition or plain value}`. In a direct call those with a life
            cycle are open inside the context's `with` block only; `evaluate_tick` opens them itself.
        definitions: The definitions among which `evaluate_tick` resolves the partitions and assets of requests.
        last_sensor_start_time: The time at which the sensor was switched on, in seconds since 1970.

    Raises:
        InvalidInvocationError: `definitions` and `repository_def` are both passed.
    """
    if definitions is not None and repository_def is not None:
        raise InvalidInvocationError(
            "build_sensor_context", "has `definitions` and `repository_def`; pass one of them."
        )
    return SensorEvaluationContext(
        cursor,
        resources,
        instance,
        sensor_name,
        definitions if definitions is not None else repository_def,
        repository_name=repository_name,
        last_sensor_start_time=last_sensor_start_time,
    )
