"""`@schedule` and `ScheduleDefinition`: runs that start at set times."""

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.definitions.automation.schedule_context import DefaultScheduleStatus, ScheduleEvaluationContext
from dagwire.definitions.automation.tick import TickDefinition, tick_body
from dagwire.definitions.automation.tick_results import TickResult
from dagwire.definitions.automation.tick_target import TickTarget, tick_target
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.cron import check_cron_line, check_timezone
from dagwire.definitions.specs.argument_types import check_text_keys, check_type
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnexpectedResultError


class DecoratedFunction:
    """A function under `@schedule`, which `tags_fn` and `should_execute` may complete."""

    def __init__(self, function: Callable[..., object]) -> None:
        """Keep the function."""
        self.function = function


class ScheduleDefinition(TickDefinition[ScheduleEvaluationContext]):
    """The times at which a job runs, and its run config; also made by `@schedule`. Callable in a test.

    Example:
        >>> from dagwire import ScheduleDefinition, build_schedule_context, job, op
        >>> @op
        ... def greet():
        ...     return "hello"
        >>> @job
        ... def greetings():
        ...     greet()
        >>> daily = ScheduleDefinition(job=greetings, cron_schedule="0 9 * * *", tags={"team": "air"})
        >>> daily.evaluate_tick(build_schedule_context()).run_requests[0].tags
        {'team': 'air', 'dagster/schedule_name': 'greetings_schedule'}
    """

    kind = "schedule"

    def __init__(  # Dagster's signature
        self,
        name: str | None = None,
        *,
        cron_schedule: str | Sequence[str] | None = None,
        job_name: str | None = None,
        run_config: object = None,
        run_config_fn: Callable[..., object] | None = None,
        tags: Mapping[str, object] | None = None,
        tags_fn: Callable[..., Mapping[str, object] | None] | None = None,
        metadata: Mapping[str, object] | None = None,
        should_execute: Callable[..., bool] | None = None,
        environment_vars: Mapping[str, str] | None = None,
        execution_timezone: str | None = None,
        execution_fn: Callable[..., object] | DecoratedFunction | None = None,
        description: str | None = None,
        job: object = None,
        default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
        required_resource_keys: Iterable[str] | None = None,
        target: object = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        """Make a schedule of its times, its job and its function.

        Args:
            name: The job's name and "_schedule" by default.
            cron_schedule: The times, as a cron line, or several lines.
            job_name: The job's name, if the job itself is not at hand.
            run_config: The run config of every run.
            run_config_fn: Makes the run config of a tick; it takes the context, or nothing.
            tags: Tags of the schedule, and of runs for which the function returns no request of its own.
            tags_fn: Makes the tags of a tick, in place of `tags`.
            metadata: Facts about the schedule, for people.
            should_execute: Decides at a tick whether there is a run.
            environment_vars: Kept for Dagster, which sets them for its ticks; no variable is set here.
            execution_timezone: The time zone of the cron line; UTC by default.
            execution_fn: A function that returns the runs to start, as under `@schedule`.
            description: For people.
            job: The job to run.
            default_status: Whether it is switched on when it is first deployed.
            required_resource_keys: Resources read as `context.resources.<key>`.
            target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.
            owners: Email addresses, or `team:name`.

        Raises:
            InvalidDefinitionError: The cron line or the time zone is invalid, no job is named, arguments exclude each
                other, or a parameter cannot be filled.
        """
        own, chosen = _name_and_target(name, job, job_name, target)
        owner = f"schedule '{own}'"
        self.has_function: bool = isinstance(execution_fn, DecoratedFunction)
        """Whether it may be called: whether `@schedule` made it."""
        _refuse_both(owner, run_config=run_config, run_config_fn=run_config_fn)
        _refuse_both(owner, tags=tags, tags_fn=tags_fn)
        if execution_fn is not None and not self.has_function:
            parts = {"run_config": run_config, "run_config_fn": run_config_fn, "tags_fn": tags_fn}
            for parameter, value in {**parts, "should_execute": should_execute}.items():
                _refuse_both(owner, execution_fn=execution_fn, **{parameter: value})
        function = _function_of(execution_fn, run_config, run_config_fn)
        body = tick_body(function, own, "schedule", required_resource_keys)
        super().__init__(own, body, chosen, description=description, tags=tags, metadata=metadata, owners=owners)
        self._tags_fn = tags_fn
        self._should_execute = should_execute
        self.cron_schedule: str | Sequence[str] = _checked_cron(owner, cron_schedule)
        check_type(owner, "execution_timezone", execution_timezone, str)
        check_timezone(owner, execution_timezone)
        self.execution_timezone = execution_timezone
        check_type(owner, "default_status", default_status, DefaultScheduleStatus)
        self.default_status = default_status
        check_text_keys(owner, "environment_vars", environment_vars)
        self.environment_vars: dict[str, str] | None = None if environment_vars is None else dict(environment_vars)
        """Variables that Dagster sets for its ticks; inert here."""

    def evaluate_tick(self, context: ScheduleEvaluationContext) -> TickResult:
        """Evaluate once, if `should_execute` returns true; see `TickDefinition.evaluate_tick`.

        Raises:
            UnexpectedResultError: Several requests are returned, and not all have a run key.
        """
        if self._should_execute is not None and not _call_with_context(self._should_execute, context):
            return TickResult([], f"should_execute function for {self.name} returned false.")
        return super().evaluate_tick(context)

    def _answers(self, context: ScheduleEvaluationContext, event_arguments: Mapping[str, object]) -> list[Any]:
        """The answers of the function; a run config alone becomes a request, with the tags of the schedule."""
        answers = super()._answers(context, event_arguments)
        if len(answers) > 1 and any(isinstance(one, RunRequest) and one.run_key is None for one in answers):
            raise UnexpectedResultError(self.label, "returned several requests; give each a `run_key`.")
        return [self._as_request(answer, context) for answer in answers]

    def _as_request(self, answer: object, context: ScheduleEvaluationContext) -> Any:
        if not (is_mapping(answer) or isinstance(answer, RunConfig)):
            return answer
        tags = self.tags if self._tags_fn is None else _call_with_context(self._tags_fn, context)
        check_text_keys(self.label, "tags_fn", tags)
        return RunRequest(run_config=answer, tags=tags)

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`.

        Raises:
            InvalidInvocationError: The schedule was made without `@schedule`.
        """
        if not self.has_function:
            raise InvalidInvocationError(self.label, "is called only if `@schedule` made it; use `evaluate_tick`.")
        return super().__call__(*args, **kwargs)


def _name_and_target(name: str | None, job: object, job_name: str | None, target: object) -> tuple[str, TickTarget]:
    """The name of a schedule, which may follow from its job, and its target.

    Raises:
        InvalidDefinitionError: There is no job, or no name for a schedule of assets.
    """
    owner = f"schedule '{name}'" if name else "A schedule"
    found = tick_target(owner, name or "target", job=job, job_name=job_name, target=target)
    if not found.job_names:
        msg = f"{owner} names no job; pass `job=`, `job_name=` or `target=`."
        raise InvalidDefinitionError(msg)
    if name is None and target is not None and found.jobs and found.jobs[0] is not target:
        msg = f"{owner} of assets has no job to be named after; pass `name=`."
        raise InvalidDefinitionError(msg)
    return name or f"{found.job_names[0]}_schedule", found


def _checked_cron(owner: str, cron_schedule: object) -> str | Sequence[str]:
    """Return the cron lines of a schedule.

    Raises:
        InvalidDefinitionError: There is none, or one is invalid.
    """
    lines = cron_schedule if is_sequence(cron_schedule) else [cron_schedule]
    for line in lines or [None]:
        if not isinstance(line, str):
            msg = f"{owner} has no cron line; pass `cron_schedule=`, a line or a list of lines."
            raise InvalidDefinitionError(msg)
        check_cron_line(owner, line)
    return cron_schedule  # type: ignore[return-value]  # checked line by line


def _refuse_both(owner: str, **arguments: object) -> None:
    """Refuse two arguments that are passed together."""
    if all(value is not None for value in arguments.values()):
        msg = f"{owner} has {' and '.join(f'`{name}`' for name in arguments)}; pass one of them."
        raise InvalidDefinitionError(msg)


def _function_of(
    execution_fn: Callable[..., object] | DecoratedFunction | None,
    run_config: object,
    run_config_fn: Callable[..., object] | None,
) -> Callable[..., Any]:
    """The function of a schedule; the run config alone makes one, too."""
    if isinstance(execution_fn, DecoratedFunction):
        return execution_fn.function
    if execution_fn is not None:
        return execution_fn

    def configured_run(context: object) -> Any:
        return (run_config if run_config_fn is None else _call_with_context(run_config_fn, context)) or {}

    return configured_run


def _call_with_context(function: Callable[..., object], context: object) -> Any:
    """Call a function that takes the context, or nothing."""
    return function(context) if inspect.signature(function).parameters else function()


def schedule(  # Dagster's signature
    cron_schedule: str | Sequence[str],
    *,
    job_name: str | None = None,
    name: str | None = None,
    tags: Mapping[str, object] | None = None,
    tags_fn: Callable[..., Mapping[str, object] | None] | None = None,
    metadata: Mapping[str, object] | None = None,
    should_execute: Callable[..., bool] | None = None,
    environment_vars: Mapping[str, str] | None = None,
    execution_timezone: str | None = None,
    description: str | None = None,
    job: object = None,
    default_status: DefaultScheduleStatus = DefaultScheduleStatus.STOPPED,
    required_resource_keys: Iterable[str] | None = None,
    target: object = None,
    owners: Sequence[str] | None = None,
) -> Callable[[Callable[..., Any]], ScheduleDefinition]:
    """Make a schedule of a function that returns a `RunRequest` or several, a `SkipReason`, a run config, or None.

    Args:
        cron_schedule: The times, as a cron line, or several lines.
        job_name: The job's name, if the job itself is not at hand.
        name: The function's name by default.
        tags: Tags of the schedule, and of runs for which the function returns a run config.
        tags_fn: Makes the tags of a tick, in place of `tags`, if the function returns a run config.
        metadata: Facts about the schedule, for people.
        should_execute: Decides at a tick whether the function is called.
        environment_vars: Kept for Dagster, which sets them for its ticks; no variable is set here.
        execution_timezone: The time zone of the cron line; UTC by default.
        description: For people; the docstring by default.
        job: The job to run.
        default_status: Whether it is switched on when it is first deployed.
        required_resource_keys: Resources read as `context.resources.<key>`.
        target: A job, or the assets to make: an `AssetSelection`, assets, keys or text.
        owners: Email addresses, or `team:name`.

    Raises:
        InvalidDefinitionError: The cron line is invalid, no job is named, or a parameter cannot be filled.
    """

    def decorate(function: Callable[..., object]) -> ScheduleDefinition:
        definition = ScheduleDefinition(
            name or name_of(function),
            cron_schedule=cron_schedule,
            job_name=job_name,
            execution_fn=DecoratedFunction(function),
            tags=tags,
            tags_fn=tags_fn,
            metadata=metadata,
            should_execute=should_execute,
            environment_vars=environment_vars,
            execution_timezone=execution_timezone,
            description=description or inspect.getdoc(function),
            job=job,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            target=target,
            owners=owners,
        )
        functools.update_wrapper(definition, function, updated=())
        return definition

    return decorate
