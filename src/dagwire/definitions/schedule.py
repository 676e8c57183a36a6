"""`@schedule`: runs to start at set times."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from dagwire.definitions.tick import TickContext, TickDefinition, tick_body
from dagwire.errors import InvalidInvocationError


class DefaultScheduleStatus(Enum):
    """Whether a schedule is switched on where it is deployed first."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class ScheduleEvaluationContext(TickContext):
    """What a schedule is told of the tick; lives as long as the tick."""

    def __init__(self, scheduled_execution_time: datetime | None, resources: Any) -> None:
        """`scheduled_execution_time` is the moment the cron line names, not the moment it is asked."""
        super().__init__("A schedule context", resources)
        self._scheduled_execution_time = scheduled_execution_time

    @property
    def scheduled_execution_time(self) -> datetime:
        """The moment that the cron line names.

        Raises:
            InvalidInvocationError: The context was built without one.
        """
        if self._scheduled_execution_time is None:
            raise InvalidInvocationError("build_schedule_context", "was given no `scheduled_execution_time`.")
        return self._scheduled_execution_time


def build_schedule_context(
    scheduled_execution_time: datetime | None = None, resources: Any = None
) -> ScheduleEvaluationContext:
    """A context to call or evaluate a schedule with.

    Args:
        scheduled_execution_time: The moment that the cron line names.
        resources: A container, or `{key: resource, definition or plain value}`. In a direct call those with a life
            cycle are open inside the context's `with` block only; `evaluate_tick` opens them itself.
    """
    return ScheduleEvaluationContext(scheduled_execution_time, resources)


class ScheduleDefinition(TickDefinition[ScheduleEvaluationContext]):
    """A schedule; made by `@schedule`. Callable, as the function is, in a test."""

    kind = "schedule"
    cron_schedule: str
    execution_timezone: str | None
    default_status: DefaultScheduleStatus


def schedule(  # Dagster's signature
    cron_schedule: str,
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    required_resource_keys: Iterable[str] | None = None,
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Make a schedule of a function that says which runs to start: `RunRequest`s, `SkipReason`, a run config, or None.

    Args:
        cron_schedule: The times, as a cron line.
        job_name: The job's name, where the job itself is not at hand.
        name: The function's name by default.
        tags: Tags of the runs.
        execution_timezone: The zone of the cron line; UTC by default.
        description: For people; the docstring by default.
        job: The job to run.
        default_status: Whether it is switched on where it is deployed first.
        required_resource_keys: Resources read as `context.resources.<key>`.

    Raises:
        InvalidDefinitionError: No job is named, or a parameter cannot be filled.
    """

    def decorate(function: Callable[..., Any]) -> ScheduleDefinition:
        own = name or function.__name__
        definition = ScheduleDefinition(
            own,
            tick_body(function, own, "schedule", required_resource_keys),
            job or job_name,
            description=description or inspect.getdoc(function),
            tags=tags,
        )
        definition.cron_schedule = cron_schedule
        definition.execution_timezone = execution_timezone
        definition.default_status = default_status
        return definition

    return decorate
