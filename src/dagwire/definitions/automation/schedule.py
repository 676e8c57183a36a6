"""`@schedule` and `ScheduleDefinition`: runs that start at set times."""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from dagwire.config.values.type_guards import is_mapping
from dagwire.definitions.automation.tick import TickContext, TickDefinition, TickResult, tick_body
from dagwire.definitions.jobs.asset_job import target_job
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.cron import check_cron_line
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.instance import DagsterInstance


class DefaultScheduleStatus(Enum):
    """Whether a schedule is switched on when it is first deployed."""

    RUNNING = "RUNNING"
    STOPPED = "STOPPED"


class ScheduleEvaluationContext(TickContext):
    """The tick, as its schedule sees it; lives as long as the tick."""

    def __init__(
        self, scheduled_execution_time: datetime | None, resources: Any, instance: DagsterInstance | None = None
    ) -> None:
        """`scheduled_execution_time` is the time that the cron line names, not the time of the evaluation."""
        super().__init__("A schedule context", resources, instance)
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
    instance: DagsterInstance | None = None, scheduled_execution_time: datetime | None = None, resources: Any = None
) -> ScheduleEvaluationContext:
    """Build a context with which to call or evaluate a schedule.

    Args:
        instance: The store of earlier runs, read as `context.instance`.
        scheduled_execution_time: The time that the cron line names.
        resources: A container, or `{key: resource, definition or plain value}`. In a direct call those with a life
            cycle are open inside the context's `with` block only; `evaluate_tick` opens them itself.
    """
    return ScheduleEvaluationContext(scheduled_execution_time, resources, instance)


class ScheduleDefinition(TickDefinition[ScheduleEvaluationContext]):
    """The times at which a job runs, and its run config; also made by `@schedule`. Callable in a test."""

    kind = "schedule"

    def __init__(  # Dagster's signature
        self,
        name: str | None = None,
        *,
        cron_schedule: str | Sequence[str],
        job_name: str | None = None,
        run_config: Any = None,
        run_config_fn: Callable[..., Any] | None = None,
        tags: Mapping[str, str] | None = None,
        tags_fn: Callable[..., Mapping[str, str]] | None = None,
        metadata: Mapping[str, object] | None = None,
        should_execute: Callable[..., bool] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[..., Any] | None = None,
        description: str | None = None,
        job: Any = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: Iterable[str] | None = None,
        target: Any = None,
    ) -> None:
        """Make a schedule of its times, its job and its function.

        Args:
            name: The job's name and "_schedule" by default.
            cron_schedule: The times, as a cron line, or several lines.
            job_name: The job's name, if the job itself is not at hand.
            run_config: The run config of every run.
            run_config_fn: Makes the run config of a tick; it takes the context, or nothing.
            tags: Tags of the runs.
            tags_fn: Makes the tags of a tick, in place of `tags`.
            metadata: Facts about the schedule, for people.
            should_execute: Decides at a tick whether there is a run.
            execution_timezone: The time zone of the cron line; UTC by default.
            execution_fn: A function that returns the runs to start, as under `@schedule`.
            description: For people.
            job: The job to run.
            default_status: Whether it is switched on when it is first deployed.
            required_resource_keys: Resources read as `context.resources.<key>`.
            target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.

        Raises:
            InvalidDefinitionError: The cron line is invalid, no job is named, or a parameter cannot be filled.
        """
        job = job or job_name or target_job(target, name)
        own = name or f"{job if isinstance(job, str) else getattr(job, 'name', 'no')}_schedule"
        check_name("schedule", own)
        for line in [cron_schedule] if isinstance(cron_schedule, str) else cron_schedule:
            check_cron_line(f"schedule '{own}'", line)
        if tags and tags_fn is not None:
            msg = f"schedule '{own}': give `tags` or `tags_fn`, not both."
            raise InvalidDefinitionError(msg)
        self.has_function = execution_fn is not None
        function = execution_fn or _function_of(run_config, run_config_fn, tags_fn)
        body = tick_body(function, own, "schedule", required_resource_keys)
        super().__init__(own, body, job, description=description, tags=tags, metadata=metadata)
        self._tags_fn = tags_fn
        self._should_execute = should_execute
        self.cron_schedule = cron_schedule
        self.execution_timezone = execution_timezone
        self.default_status = default_status

    def evaluate_tick(self, context: ScheduleEvaluationContext) -> TickResult:
        """Evaluate once, if `should_execute` returns true; see `TickDefinition.evaluate_tick`."""
        if self._should_execute is not None and not _call_with_context(self._should_execute, context):
            return TickResult((), f"should_execute function for {self.name} returned false.")
        return super().evaluate_tick(context)

    def _answers(self, context: ScheduleEvaluationContext, event_arguments: Mapping[str, Any]) -> list[Any]:
        """The answers of the function; a run config alone becomes a request, with the tags of `tags_fn`."""
        answers = super()._answers(context, event_arguments)
        if self._tags_fn is None:
            return answers
        return [
            RunRequest(run_config=answer, tags=_call_with_context(self._tags_fn, context))
            if is_mapping(answer)
            else answer
            for answer in answers
        ]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`.

        Raises:
            InvalidInvocationError: It was made without a function.
        """
        if not self.has_function:
            raise InvalidInvocationError(self.label, "has no function of its own to call; use `evaluate_tick`.")
        return super().__call__(*args, **kwargs)


def _function_of(
    run_config: Any,
    run_config_fn: Callable[..., Any] | None,
    tags_fn: Callable[..., Mapping[str, str]] | None,
) -> Callable[..., Any]:
    """Make the function of a schedule from the parts that may replace it."""

    def ask(context: Any) -> Any:
        config = run_config if run_config_fn is None else _call_with_context(run_config_fn, context)
        return RunRequest(run_config=config, tags=None if tags_fn is None else _call_with_context(tags_fn, context))

    return ask


def _call_with_context(function: Callable[..., Any], context: Any) -> Any:
    """Call a function that takes the context, or nothing."""
    return function(context) if inspect.signature(function).parameters else function()


def schedule(  # Dagster's signature
    cron_schedule: str | Sequence[str],
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Mapping[str, str] | None = None,
    tags_fn: Callable[..., Mapping[str, str]] | None = None,
    metadata: Mapping[str, object] | None = None,
    should_execute: Callable[..., bool] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: Any = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    required_resource_keys: Iterable[str] | None = None,
    target: Any = None,
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Make a schedule of a function that returns `RunRequest`s, a `SkipReason`, a run config, or None.

    Args:
        cron_schedule: The times, as a cron line, or several lines.
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        tags: Tags of the runs.
        tags_fn: Makes the tags of a tick, in place of `tags`, if the function returns a run config.
        metadata: Facts about the schedule, for people.
        should_execute: Decides at a tick whether the function is called.
        execution_timezone: The time zone of the cron line; UTC by default.
        description: For people; the docstring by default.
        job: The job to run.
        default_status: Whether it is switched on when it is first deployed.
        required_resource_keys: Resources read as `context.resources.<key>`.
        target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.

    Raises:
        InvalidDefinitionError: The cron line is invalid, no job is named, or a parameter cannot be filled.
    """

    def decorate(function: Callable[..., Any]) -> ScheduleDefinition:
        return ScheduleDefinition(
            name or name_of(function),
            cron_schedule=cron_schedule,
            job_name=job_name,
            execution_fn=function,
            tags=tags,
            tags_fn=tags_fn,
            metadata=metadata,
            should_execute=should_execute,
            execution_timezone=execution_timezone,
            description=description or inspect.getdoc(function),
            job=job,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            target=target,
        )

    return decorate
