"""`RunStatusSensorContext`: a run that has come to a status, as a sensor sees it."""

import logging
from typing import Any

from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.specs.argument_types import check_type
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.instance import DagsterInstance


class RunStatusSensorContext(TickContext):
    """A run that has come to a status; lives as long as the sensor's look at it."""

    def __init__(  # Dagster's signature
        self,
        sensor_name: str,
        dagster_run: DagsterRun,
        dagster_event: Any,
        instance: DagsterInstance,
        context: TickContext | None = None,
        resource_defs: object = None,
        logger: "logging.Logger | logging.LoggerAdapter[Any] | None" = None,
        partition_key: str | None = None,
        repository_def: Any = None,
    ) -> None:
        """Show a run to a sensor.

        Args:
            sensor_name: The sensor's name.
            dagster_run: The run.
            dagster_event: The event by which it came to the status.
            instance: The instance that knows the run.
            context: The context of the tick; its resources and definitions are this one's.
            resource_defs: Resources, if there is no `context`.
            logger: The log; dagwire's own by default.
            partition_key: The partition that the run made.
            repository_def: The definitions, if there is no `context`.

        Raises:
            ArgumentTypeError: An argument has another type.
        """
        lookup = repository_def if context is None else context.lookup
        super().__init__("A run status sensor context", resource_defs or {}, instance, lookup)
        check_type("RunStatusSensorContext", "sensor_name", sensor_name, str)
        check_type("RunStatusSensorContext", "dagster_run", dagster_run, DagsterRun)
        if context is not None:
            self.share_resources(context)
        self.sensor_name = sensor_name
        self.dagster_run = dagster_run
        self.dagster_event = dagster_event
        self.partition_key = partition_key
        self._logger = logger

    @property
    def log(self) -> Any:
        """The log; each record has the name of the sensor as `tick`."""
        return self._logger or super().log

    def for_run_failure(self) -> "RunFailureSensorContext":
        """Return this context with what a failed run has."""
        return self._as(RunFailureSensorContext)

    def _as(self, kind: "type[RunFailureSensorContext]") -> "RunFailureSensorContext":
        """Return this context as another kind; both share their state."""
        other = object.__new__(kind)
        other.__dict__ = self.__dict__
        return other


class RunFailureSensorContext(RunStatusSensorContext):
    """A run that failed, as a sensor sees it."""

    @property
    def failure_event(self) -> Any:
        """The event of the run's failure; its `message` names the run and the steps that failed."""
        return self.dagster_event

    def get_step_failure_events(self) -> list[Any]:
        """The events of the steps that failed, in order."""
        return self.instance.step_failure_events(self.dagster_run.run_id)


def build_run_status_sensor_context(
    sensor_name: str,
    dagster_event: Any,
    dagster_instance: DagsterInstance,
    dagster_run: DagsterRun,
    context: TickContext | None = None,
    resources: object = None,
    partition_key: str | None = None,
    *,
    repository_def: Any = None,
) -> RunStatusSensorContext:
    """Build a context with which to call a run status sensor in a test.

    Args:
        sensor_name: The sensor's name.
        dagster_event: The event by which the run came to its status, such as `result.get_run_failure_event()`.
        dagster_instance: The instance that the run was given.
        dagster_run: The run, `result.dagster_run`.
        context: A context of `build_sensor_context`, whose resources and definitions are used.
        resources: `{key: resource, definition or plain value}` or a container, if there is no `context`.
        partition_key: The partition that the run made.
        repository_def: The definitions, read as `context.repository_def`.
    """
    return RunStatusSensorContext(
        sensor_name,
        dagster_run,
        dagster_event,
        dagster_instance,
        context,
        resources,
        partition_key=partition_key,
        repository_def=repository_def,
    )
