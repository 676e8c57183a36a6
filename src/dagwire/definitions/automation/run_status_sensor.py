"""`@run_status_sensor` and `@run_failure_sensor`: sensors that are evaluated for runs that have come to a status."""

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, overload

from dagwire.definitions.automation.run_status_context import RunStatusSensorContext
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.automation.sensor_context import DefaultSensorStatus, SensorEvaluationContext
from dagwire.definitions.automation.tick_results import DagsterRunReaction, SensorResult, TickResult
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.partitions.partitions import PARTITION_TAG
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.valid_names import name_of
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnexpectedResultError
from dagwire.resources.dagster_run import DagsterRunStatus
from dagwire.resources.run_changes import StatusChange

MonitoredJob = JobDefinition | GraphDefinition | UnresolvedAssetJobDefinition


class RunStatusSensorDefinition(SensorDefinition):
    """A sensor that is evaluated for each run that has come to a status; also made by `@run_status_sensor`.

    It learns of runs from the context's instance. Its cursor is the number of the last change that it was evaluated
    for; the first tick sets it, and looks at no run.
    """

    def __init__(  # Dagster's signature
        self,
        name: str,
        run_status: DagsterRunStatus,
        run_status_sensor_fn: Callable[..., object],
        minimum_interval_seconds: int | None = None,
        description: str | None = None,
        monitored_jobs: Sequence[MonitoredJob] | None = None,
        monitor_all_code_locations: bool | None = None,
        default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
        request_job: object = None,
        request_jobs: Sequence[object] | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        required_resource_keys: Iterable[str] | None = None,
    ) -> None:
        """Make a sensor of the runs that come to `run_status`.

        Args:
            name: The sensor's name.
            run_status: The status: STARTED, SUCCESS, FAILURE or CANCELED.
            run_status_sensor_fn: The function, as under `@run_status_sensor`.
            minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
            description: For people.
            monitored_jobs: The jobs whose runs are looked at; all by default.
            monitor_all_code_locations: Whether runs of other projects are looked at; an instance of dagwire knows
                those of one project alone.
            default_status: Whether it is switched on when it is first deployed.
            request_job: The job to run.
            request_jobs: The jobs to run, if there are several; each request then names one.
            tags: Tags of the sensor; its runs have the tags of their requests.
            metadata: Facts about the sensor, for people.
            required_resource_keys: Resources read as `context.resources.<key>`.

        Raises:
            ArgumentTypeError: `run_status` is not a status, or a monitored job is not a job.
            InvalidDefinitionError: Jobs are monitored beside all, or a parameter that nothing can fill.
        """
        super().__init__(
            name,
            evaluation_fn=run_status_sensor_fn,
            minimum_interval_seconds=minimum_interval_seconds,
            description=description,
            job=request_job,
            jobs=request_jobs,
            default_status=default_status,
            required_resource_keys=required_resource_keys,
            tags=tags,
            metadata=metadata,
        )
        check_type(self.label, "run_status", run_status, DagsterRunStatus)
        for job in monitored_jobs or ():
            check_type(self.label, "monitored_jobs", job, JobDefinition, GraphDefinition, UnresolvedAssetJobDefinition)
        if monitored_jobs and monitor_all_code_locations:
            msg = f"{self.label} has `monitored_jobs` and `monitor_all_code_locations`; pass one of them."
            raise InvalidDefinitionError(msg)
        self.run_status: DagsterRunStatus = run_status
        self.monitored_job_names: frozenset[str] | None = (
            frozenset(job.name for job in monitored_jobs) if monitored_jobs else None
        )
        """The names of the jobs whose runs are looked at; None for all."""

    def evaluate_tick(self, context: SensorEvaluationContext) -> TickResult:
        """Evaluate for the runs that have come to the status since the cursor.

        All of them, up to the first for which the function requests a run or gives a reason: those after it are left to
        the next tick. What the function raises is in the reaction to its run; the others have their turn.

        Raises:
            UnexpectedResultError: The function returned a cursor, which is the sensor's own.
        """
        context.bind(self)
        seen = _number_in(context.cursor)
        if seen is None:
            cursor = _cursor_text(context.instance.last_status_change(self.run_status))
            return TickResult([], f"Initiating {self.name}. Set cursor to {cursor}", cursor)
        return self._evaluate_after(seen, context)

    def _evaluate_after(self, seen: int, context: SensorEvaluationContext) -> TickResult:
        reactions: list[DagsterRunReaction] = []
        for change in context.instance.status_changes_after(seen, self.run_status):
            context.update_cursor(_cursor_text(change))
            if self.monitored_job_names is not None and change.run.job_name not in self.monitored_job_names:
                continue
            try:
                answers = self._answers_for(change, context)
            except Exception as error:  # noqa: BLE001  # it belongs to this run, and the others have their turn
                reactions.append(DagsterRunReaction(change.run, error, self.run_status))
                continue
            if any(not isinstance(answer, DagsterRunReaction | None) for answer in answers):
                self._refuse_cursor(answers)
                return self._result(answers, context)._replace(dagster_run_reactions=reactions)
            reactions.append(DagsterRunReaction(change.run, None, self.run_status))
        message = None if reactions else "Sensor function returned an empty result"
        return TickResult([], message, context.cursor, dagster_run_reactions=reactions)

    def _refuse_cursor(self, answers: Iterable[object]) -> None:
        if any(isinstance(answer, SensorResult) and answer.cursor is not None for answer in answers):
            raise UnexpectedResultError(self.label, "returned a cursor. A run status sensor keeps its own cursor.")

    def _answers_for(self, change: StatusChange, context: SensorEvaluationContext) -> list[Any]:
        partition = change.run.tags.get(PARTITION_TAG)
        own = RunStatusSensorContext(
            self.name, change.run, change.event, context.instance, context, partition_key=partition
        )
        return self._answers(self._shown(own), {})

    def _shown(self, context: Any) -> Any:
        """An argument as the function gets it: the context of a failed run has its failure."""
        is_context = isinstance(context, RunStatusSensorContext)
        return context.for_run_failure() if is_context and self.run_status is DagsterRunStatus.FAILURE else context

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the function in a test, with a context of `build_run_status_sensor_context`.

        Raises:
            InvalidInvocationError: It takes a context, and gets none.
        """
        given = [self._shown(one) for one in args]
        named = {name: self._shown(one) for name, one in kwargs.items()}
        is_there = any(isinstance(one, RunStatusSensorContext) for one in (*given, *named.values()))
        if self.body.signature.context is not None and not is_there:
            problem = "takes a context; build one by `build_run_status_sensor_context`, and give it first."
            raise InvalidInvocationError(self.label, problem)
        return self.body.call(self, given, named)


_START = -1
"""The number of the change before the first."""


def _number_in(cursor: str | None) -> int | None:
    """The number of the change that a cursor names; None if it is not a cursor of this kind."""
    try:
        return int(json.loads(cursor or "")["record_id"])
    except (KeyError, TypeError, ValueError):
        return None


def _cursor_text(change: StatusChange | None) -> str:
    """The cursor that names a change, in Dagster's form."""
    moment = datetime.now(UTC) if change is None else datetime.fromtimestamp(change.timestamp, UTC)
    return json.dumps(
        {
            "__class__": "RunStatusSensorCursor",
            "record_id": _START if change is None else change.number,
            "record_timestamp": moment.isoformat(),
            "update_timestamp": None,
        }
    )


def run_status_sensor(  # Dagster's signature
    run_status: DagsterRunStatus,
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    job_selection: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: object = None,
    request_jobs: Sequence[object] | None = None,
    monitor_all_repositories: bool | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], RunStatusSensorDefinition]:
    """Make a sensor of a function that is called for each run that has come to a status.

    The function takes a `RunStatusSensorContext` and resources, and returns the answers of a `@sensor` without a
    cursor; most return None.

    Args:
        run_status: The status: STARTED, SUCCESS, FAILURE or CANCELED.
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people.
        monitored_jobs: The jobs whose runs are looked at; all by default.
        job_selection: `monitored_jobs`, by its older name.
        monitor_all_code_locations: Whether runs of other projects are looked at; an instance of dagwire knows those of
            one project alone.
        default_status: Whether it is switched on when it is first deployed.
        request_job: The job to run.
        request_jobs: The jobs to run, if there are several; each request then names one.
        monitor_all_repositories: `monitor_all_code_locations`, by its older name.
        tags: Tags of the sensor; its runs have the tags of their requests.
        metadata: Facts about the sensor, for people.

    Raises:
        ArgumentTypeError: `run_status` is not a status, or a monitored job is not a job.
        InvalidDefinitionError: Jobs are monitored beside all, or a parameter that nothing can fill.

    Example:
        >>> from dagwire import DagsterInstance, DagsterRunStatus, job, op, run_status_sensor
        >>> from dagwire import build_run_status_sensor_context
        >>> @op
        ... def count():
        ...     return 3
        >>> @job
        ... def nightly():
        ...     count()
        >>> @run_status_sensor(DagsterRunStatus.SUCCESS)
        ... def tell(context):
        ...     print(context.dagster_run.job_name, "is done")
        >>> instance = DagsterInstance.ephemeral()
        >>> result = nightly.execute_in_process(instance=instance)
        >>> event = result.get_run_success_event()
        >>> tell(build_run_status_sensor_context("tell", event, instance, result.dagster_run))
        nightly is done
    """

    def decorate(function: Callable[..., object]) -> RunStatusSensorDefinition:
        definition = RunStatusSensorDefinition(
            name or name_of(function),
            run_status,
            function,
            minimum_interval_seconds,
            description,
            monitored_jobs or job_selection,
            monitor_all_code_locations or monitor_all_repositories,
            default_status,
            request_job,
            request_jobs,
            tags,
            metadata,
        )
        functools.update_wrapper(definition, function, updated=())
        return definition

    return decorate


@overload
def run_failure_sensor(name: Callable[..., Any]) -> RunStatusSensorDefinition: ...
@overload
def run_failure_sensor(
    name: str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    job_selection: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: object = None,
    request_jobs: Sequence[object] | None = None,
    monitor_all_repositories: bool | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Callable[[Callable[..., Any]], RunStatusSensorDefinition]: ...
def run_failure_sensor(  # Dagster's signature
    name: Callable[..., Any] | str | None = None,
    minimum_interval_seconds: int | None = None,
    description: str | None = None,
    monitored_jobs: Sequence[MonitoredJob] | None = None,
    job_selection: Sequence[MonitoredJob] | None = None,
    monitor_all_code_locations: bool | None = None,
    default_status: DefaultSensorStatus = DefaultSensorStatus.STOPPED,
    request_job: object = None,
    request_jobs: Sequence[object] | None = None,
    monitor_all_repositories: bool | None = None,
    tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
) -> Any:
    """Make a sensor of a function that is called for each run that failed.

    The function takes a `RunFailureSensorContext` and resources. The decorator may stand without parentheses.

    Args:
        name: The function's name by default.
        minimum_interval_seconds: The least time between two ticks, in seconds; 30 by default.
        description: For people.
        monitored_jobs: The jobs whose runs are looked at; all by default.
        job_selection: `monitored_jobs`, by its older name.
        monitor_all_code_locations: Whether runs of other projects are looked at; an instance of dagwire knows those of
            one project alone.
        default_status: Whether it is switched on when it is first deployed.
        request_job: The job to run.
        request_jobs: The jobs to run, if there are several; each request then names one.
        monitor_all_repositories: `monitor_all_code_locations`, by its older name.
        tags: Tags of the sensor; its runs have the tags of their requests.
        metadata: Facts about the sensor, for people.
    """
    if callable(name):
        return run_status_sensor(DagsterRunStatus.FAILURE)(name)
    return run_status_sensor(
        DagsterRunStatus.FAILURE,
        name,
        minimum_interval_seconds,
        description,
        monitored_jobs,
        job_selection,
        monitor_all_code_locations,
        default_status,
        request_job,
        request_jobs,
        monitor_all_repositories,
        tags,
        metadata,
    )
