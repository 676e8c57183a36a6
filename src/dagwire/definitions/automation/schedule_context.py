"""`ScheduleEvaluationContext`: the tick, as a schedule sees it."""

from datetime import datetime
from enum import Enum

from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.specs.argument_types import check_type
from dagwire.errors import InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


class DefaultScheduleStatus(Enum):
    """Whether a schedule is switched on when it is first deployed."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class ScheduleEvaluationContext(TickContext):
    """The tick, as its schedule sees it; lives as long as the tick."""

    def __init__(
        self,
        scheduled_execution_time: datetime | None,
        resources: object,
        instance: DagsterInstance | None = None,
        definitions: object = None,
    ) -> None:
        """`scheduled_execution_time` is the time that the cron line names, not the time of the evaluation.

        Raises:
            ArgumentTypeError: It is not a datetime.
        """
        super().__init__("A schedule context", resources, instance, definitions)
        check_type("build_schedule_context", "scheduled_execution_time", scheduled_execution_time, datetime)
        self._scheduled_execution_time = scheduled_execution_time

    @property
    def scheduled_execution_time(self) -> datetime:
        """The time that the cron line names.

        Raises:
            InvalidInvocationError: The context was built without one.
        """
        if self._scheduled_execution_time is None:
            raise InvalidInvocationError("build_schedule_context", "has no `scheduled_execution_time`; pass it.")
        return self._scheduled_execution_time


def build_schedule_context(
    instance: DagsterInstance | None = None,
    scheduled_execution_time: datetime | None = None,
    resources: object = None,
    repository_def: object = None,
) -> ScheduleEvaluationContext:
    """Build a context with which to call or evaluate a schedule.

    Args:
        instance: The store of earlier runs, read as `context.instance`.
        scheduled_execution_time: The time that the cron line names.
        resources: A container, or `{key: resource, definition or plain value}`. In a direct call those with a life
            cycle are open inside the context's `with` block only; `evaluate_tick` opens them itself.
        repository_def: `Definitions`, or `Definitions.get_repository_def()`. `evaluate_tick` resolves the partitions
            of requests among them.
    """
    return ScheduleEvaluationContext(scheduled_execution_time, resources, instance, repository_def)
