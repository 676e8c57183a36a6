"""`TickDefinition`: the part that schedules and sensors share, and the evaluation of one tick."""

import copy
import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, Generic, Self, TypeVar

from dagwire.computed_once import computed_once
from dagwire.config.values.type_guards import is_collection
from dagwire.containers.keys import Requirement
from dagwire.definitions.automation.run_requests import RequestedRuns
from dagwire.definitions.automation.tick_context import TickContext
from dagwire.definitions.automation.tick_results import SensorResult, SkipReason, TickResult
from dagwire.definitions.automation.tick_target import AnyJob, TickTarget, tick_target
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.valid_attributes import json_tags, valid_owners
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.errors import InvalidDefinitionError, UnexpectedResultError

C = TypeVar("C", bound=TickContext)


class TickDefinition(Generic[C]):
    """A function that is called at each tick and returns runs to start; callable in a test."""

    kind = "tick"

    def __init__(
        self,
        name: str,
        body: Body,
        target: TickTarget,
        *,
        description: str | None = None,
        tags: Mapping[str, object] | None = None,
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
    ) -> None:
        """Keep what every schedule and sensor has.

        Raises:
            InvalidDefinitionError: The name, a tag, an owner or an entry of the metadata is invalid.
        """
        check_name(self.kind, name)
        self.name = name
        self.body = body
        self._target = target
        self.metadata: dict[str, MetadataValue] = normalized_metadata(metadata, body.owner)
        self.owners: list[str] | None = None if owners is None else valid_owners(body.owner, owners)
        self.description = description
        self.tags: dict[str, str] = json_tags(tags)
        self.bindings: Bindings = {}

    # -- the target ----------------------------------------------------------------------------------------------------

    @property
    def known_jobs(self) -> tuple[AnyJob, ...]:
        """The jobs to run that are known as objects."""
        return self._target.jobs

    @property
    def job_names(self) -> tuple[str, ...]:
        """The names of the jobs to run."""
        return self._target.job_names

    @property
    def jobs(self) -> list[AnyJob]:
        """The jobs to run.

        Raises:
            InvalidDefinitionError: There is none; a name alone is not enough.
        """
        if not self._target.jobs:
            raise self._refused("has no job")
        return list(self._target.jobs)

    @property
    def job(self) -> Any:
        """The job to run.

        Raises:
            InvalidDefinitionError: There is none, or only its name; or there are several.
        """
        if len(self.job_names) > 1:
            raise self._refused(f"runs several jobs ({', '.join(self.job_names)}); read `jobs`")
        return self.jobs[0]

    @property
    def job_name(self) -> str:
        """The name of the job to run.

        Raises:
            InvalidDefinitionError: There is none, or there are several.
        """
        if len(self.job_names) != 1:
            listed = ", ".join(self.job_names)
            raise self._refused(f"runs several jobs ({listed}); read `jobs`" if listed else "has no job")
        return self.job_names[0]

    def _refused(self, problem: str) -> InvalidDefinitionError:
        return InvalidDefinitionError(f"{self.label} {problem}.")

    def with_updated_jobs(self, new_jobs: Sequence[AnyJob]) -> Self:
        """Return a copy that runs other jobs."""
        return self._with_target(tick_target(self.label, self.name, jobs=new_jobs))

    def with_updated_job(self, new_job: AnyJob) -> Self:
        """Return a copy that runs another job."""
        return self._with_target(tick_target(self.label, self.name, job=new_job))

    def with_attributes(
        self, *, jobs: Sequence[AnyJob] | None = None, metadata: Mapping[str, object] | None = None
    ) -> Self:
        """Return a copy with other jobs or other metadata."""
        changed = copy.copy(self) if jobs is None else self.with_updated_jobs(jobs)
        if metadata is not None:
            changed.metadata = normalized_metadata(metadata, self.label)
        return changed

    def _with_target(self, target: TickTarget) -> Self:
        changed = copy.copy(self)
        changed._target = target  # a copy of its own
        return changed

    # -- requirements --------------------------------------------------------------------------------------------------

    @computed_once
    def label(self) -> str:
        """The name in messages."""
        return self.body.owner

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys of the resources it asks for."""
        return frozenset(self.body.keys)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that the function asks for."""
        return self.body.requirements

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of the resources it asks for, as a set."""
        return set(self.body.keys)

    # -- evaluation ----------------------------------------------------------------------------------------------------

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(self, args, kwargs)

    def evaluate_tick(self, context: C) -> TickResult:
        """Evaluate once: open the resources that the function asks for, call it, close them.

        Raises:
            InvalidDefinitionError: A resource is missing or declared wrongly. Nothing was opened.
            ResourceSetupError: A resource could not be opened. Those before it were closed.
            UnexpectedResultError: The function returned something that is neither a request nor a reason.
        """
        return self._result(self._answers(context, {}), context)

    def _answers(self, context: C, event_arguments: Mapping[str, object]) -> list[Any]:
        """The answers of the function; `event_arguments` is `{parameter: event}`."""
        context.bind(self)
        with context.opened(self.requirements, self.bindings) as resources:
            arguments = {parameter: getattr(resources, key) for parameter, key in self.body.signature.keys.items()}
            arguments |= event_arguments
            if self.body.signature.context is not None:
                arguments[self.body.signature.context] = context
            # Generators run to their end here, while the resources are open.
            return answers_in(self.body.function(**arguments))

    def _result(self, answers: list[Any], context: C) -> TickResult:
        """The result of a tick whose function returned `answers`."""
        cursor: str | None = getattr(context, "cursor", None)
        requests = [answer for answer in answers if isinstance(answer, RunRequest)]
        if requests and len(requests) == len(answers):
            return TickResult(self._requested(requests, context, ()), None, cursor)
        if not answers or answers == [None]:
            return TickResult([], f"{self.kind.capitalize()} function returned an empty result", cursor)
        if len(answers) > 1:
            raise UnexpectedResultError(
                self.label, f"returned {_listed(answers)}; return one reason, or requests alone."
            )
        [answer] = answers
        if isinstance(answer, SkipReason):
            return TickResult([], answer.skip_message, cursor)
        if not isinstance(answer, SensorResult):
            problem = f"returned {type(answer).__name__}; return RunRequest, SkipReason, a list of requests or None."
            raise UnexpectedResultError(self.label, problem)
        return self._result_of(answer, context)

    def _result_of(self, answer: SensorResult, context: C) -> TickResult:
        requests = self._requested(answer.run_requests, context, answer.dynamic_partitions_requests)
        message = answer.skip_reason.skip_message if answer.skip_reason else None
        if not requests and answer.skip_reason is None:
            message = f"{self.kind.capitalize()} function returned an empty result"
        cursor = answer.cursor if answer.cursor is not None else getattr(context, "cursor", None)
        return TickResult(requests, message, cursor, answer.dynamic_partitions_requests, answer.asset_events)

    def _requested(self, requests: Sequence[RunRequest], context: C, changes: Sequence[Any]) -> list[RunRequest]:
        """The runs to start, with the tags of this definition and of their partitions."""
        runs = RequestedRuns(self.label, self._target, context, changes)
        tag = {f"dagster/{self.kind}_name": self.name}
        return [runs.completed(request).with_tags(tag) for request in requests]


def answers_in(answer: object) -> list[Any]:
    """The answers of a tick's function: all that it yielded and then returned, or listed; or its one return value."""
    if not inspect.isgenerator(answer):
        return list(answer) if is_collection(answer) else [answer]
    answers: list[Any] = []
    returned = yield_into(answers, answer)
    return answers if returned is None else [*answers, returned]


def yield_into(answers: list[Any], generator: Generator[object, Any, Any]) -> object:
    """Append all that a generator yields to `answers`; return its return value."""
    while True:
        try:
            answers.append(next(generator))
        except StopIteration as end:
            return end.value


def _listed(answers: Iterable[object]) -> str:
    return ", ".join(dict.fromkeys(type(answer).__name__ for answer in answers)) + " at once"


def tick_body(
    function: Callable[..., object],
    name: str,
    kind: str,
    required_resource_keys: Iterable[str] | None,
    *,
    takes_event: bool = False,
) -> Body:
    """The body of a schedule or sensor; if `takes_event`, an event may follow the context.

    Raises:
        InvalidDefinitionError: A parameter is neither a context nor a resource.
    """
    body = Body(function, f"{kind} '{name}'", required_resource_keys or (), context_first=True)
    if len(body.signature.inputs) > int(takes_event):
        names = ", ".join(body.signature.inputs)
        msg = (
            f"{body.owner} takes {names}, which nothing can fill. A {kind} takes `context` and resources; "
            f"annotate a resource as one: `name: ResourceParam[...]`."
        )
        raise InvalidDefinitionError(msg)
    return body


AnyTick = TickDefinition[Any]
"""A schedule or a sensor."""
