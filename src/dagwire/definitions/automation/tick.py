"""One tick of a schedule or a sensor: its context, its evaluation and its result."""

import inspect
import logging
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from dagwire.config.values.type_guards import is_collection, is_mapping, is_sequence
from dagwire.containers.context_resources import HeldResources
from dagwire.containers.keys import Requirement
from dagwire.containers.scope_checks import raise_faults, requirement_faults
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.dynamic_partitions import DynamicPartitionsRequest
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.steps.body import Body
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnexpectedResultError, nearest
from dagwire.resources.init_resource_context import Resources, log
from dagwire.resources.instance import DagsterInstance, given_instance


@dataclass(frozen=True, slots=True)
class SkipReason:
    """The reason why a tick starts no run."""

    skip_message: str | None = None


@dataclass(frozen=True, slots=True)
class SensorResult:
    """The answer of a sensor: runs to start or the reason for none, and the next cursor."""

    run_requests: Sequence[RunRequest] | None = None
    skip_reason: SkipReason | str | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] | None = None
    """Keys of dynamic partitions to add or delete before the runs start."""


class TickResult(NamedTuple):
    """The result of one tick."""

    run_requests: Sequence[RunRequest] = ()
    skip_message: str | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] = ()
    """Each has `apply_to(instance)`; the caller applies them before it starts the runs."""


class TickContext(BodyContext):
    """The tick, as its schedule or sensor sees it; lives as long as the tick."""

    op_config = None

    def __init__(self, owner: str, resources: Any, instance: DagsterInstance | None) -> None:
        """`resources` is a container, or `{key: resource, definition or plain value}`; nothing is opened."""
        self._owner = owner
        self._held = HeldResources(owner, resources, None, instance)
        self._instance = given_instance(owner, instance)

    @property
    def known_instance(self) -> DagsterInstance | None:
        """The instance that the context was built with, or None."""
        return self._instance

    @property
    def instance(self) -> DagsterInstance:
        """The store of earlier runs.

        Raises:
            InvalidInvocationError: The context was built without one.
        """
        if self._instance is None:
            raise InvalidInvocationError(self._owner, "has no instance; pass `instance=` to the call that builds it.")
        return self._instance

    @property
    def log(self) -> "logging.LoggerAdapter[logging.Logger]":
        """The logger `dagwire`; each record has the name of the definition as `tick`."""
        return logging.LoggerAdapter(log, {"tick": self._owner})

    @property
    def resources(self) -> Any:
        """The open resources, with one attribute for each key.

        Raises:
            InvalidInvocationError: Some have a life cycle, and no `with` block is there to close them.
        """
        return self._held.view

    @contextmanager
    def opened(self, requirements: Iterable[Requirement], bindings: Bindings) -> Generator[Resources]:
        """Open the required resources for the tick; those bound to the definition replace those of the context.

        Raises:
            MissingResourceError: A key is neither bound nor held. Nothing was opened.
        """
        requirements = list(requirements)
        unbound = [requirement for requirement in requirements if requirement.key not in bindings]
        raise_faults(requirement_faults(self._held.container, unbound))
        with self._held.narrowed([requirement.key for requirement in requirements], bindings) as resources:
            yield resources

    def __enter__(self) -> Self:
        """Open the resources it holds."""
        self._held.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close them."""
        self._held.__exit__(kind, error, traceback)


C = TypeVar("C", bound=TickContext)


class TickDefinition(Generic[C]):
    """A function that is called at each tick and returns runs to start; callable in a test."""

    kind = "tick"

    def __init__(
        self,
        name: str,
        body: Body,
        target: Any,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        metadata: Mapping[str, object] | None = None,
        owners: Sequence[str] | None = None,
        bindings: Bindings | None = None,
    ) -> None:
        """`target` is the job to run, or its name; or a list of jobs, of which each request names one.

        Raises:
            InvalidDefinitionError: There is no target.
        """
        targets: list[Any] = [*target] if is_sequence(target) else [target]
        if not targets or None in targets:
            msg = f"{body.owner} names no job; pass `job=`, `jobs=`, `job_name=` or `target=`."
            raise InvalidDefinitionError(msg)
        self.name = name
        self.body = body
        self.jobs: list[Any] = [one for one in targets if not isinstance(one, str)]
        self.job_names: list[str] = [one if isinstance(one, str) else one.name for one in targets]
        self.metadata = normalized_metadata(metadata, body.owner)
        self.owners = list(owners or ())
        self.description = description
        self.tags = dict(tags or {})
        self.bindings: Bindings = bindings or {}

    @property
    def job(self) -> Any:
        """The job to run; None if only its name is known.

        Raises:
            InvalidDefinitionError: There are several.
        """
        return self.jobs[0] if self.job_name and self.jobs else None

    @property
    def job_name(self) -> str:
        """The name of the job to run.

        Raises:
            InvalidDefinitionError: There are several.
        """
        if len(self.job_names) > 1:
            msg = f"{self.label} runs several jobs ({', '.join(self.job_names)}); read `jobs`."
            raise InvalidDefinitionError(msg)
        return self.job_names[0]

    @cached_property
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

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
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

    def _answers(self, context: C, event_arguments: Mapping[str, Any]) -> list[Any]:
        """The answers of the function; `event_arguments` is `{parameter: event}`."""
        context.bind(self)
        with context.opened(self.requirements, self.bindings) as resources:
            arguments = {parameter: getattr(resources, key) for parameter, key in self.body.signature.keys.items()}
            signature = self.body.signature
            given = {**arguments, **event_arguments}
            if signature.context is not None:
                given[signature.context] = context
            return answers_in(self.body.function(**given))  # to the end, while the resources are open

    def _result(self, answers: list[Any], context: C) -> TickResult:
        cursor: str | None = getattr(context, "cursor", None)
        if answers and all(isinstance(item, RunRequest) for item in answers):
            return TickResult(self._tagged(answers), None, cursor)
        answer = answers[0] if len(answers) == 1 else answers or None
        if isinstance(answer, SensorResult):
            reason = answer.skip_reason
            message = reason.skip_message if isinstance(reason, SkipReason) else reason
            requests = self._tagged(answer.run_requests or ())
            cursor = answer.cursor if answer.cursor is not None else cursor
            return TickResult(requests, message, cursor, answer.dynamic_partitions_requests or ())
        if isinstance(answer, SkipReason):
            return TickResult((), answer.skip_message, cursor)
        if is_mapping(answer):
            return TickResult(self._tagged([RunRequest(run_config=answer)]), None, cursor)
        if answer is None:
            return TickResult((), f"{self.kind.capitalize()} function returned an empty result", cursor)
        problem = f"returned {type(answer).__name__}; return RunRequest, SkipReason, a list of requests or None."
        raise UnexpectedResultError(self.label, problem)

    def _tagged(self, requests: Iterable[RunRequest]) -> list[RunRequest]:
        requests = list(requests)
        for request in requests:
            self._check_job(request)
        return [request.with_tags({**self.tags, f"dagster/{self.kind}_name": self.name}) for request in requests]

    def _check_job(self, request: RunRequest) -> None:
        """Refuse a request of an unknown job, or of no job if there are several.

        Raises:
            UnexpectedResultError: The message lists the jobs, and the nearest.
        """
        if request.job_name in self.job_names or (request.job_name is None and len(self.job_names) == 1):
            return
        known = ", ".join(self.job_names)
        if request.job_name is None:
            raise UnexpectedResultError(self.label, f"asked for a run and named no job. Jobs: {known}.")
        guess = nearest(request.job_name, self.job_names)
        hint = f" Did you mean '{guess}'?" if guess else ""
        raise UnexpectedResultError(self.label, f"asked for job '{request.job_name}'.{hint} Jobs: {known}.")


def answers_in(answer: Any) -> list[Any]:
    """The answers of a tick's function: all that it yielded or listed, or its one return value."""
    return list(answer) if inspect.isgenerator(answer) or is_collection(answer) else [answer]


def tick_body(
    function: Callable[..., Any],
    name: str,
    kind: str,
    required_resource_keys: Iterable[str] | None,
    *,
    takes_event: bool = False,
) -> Body:
    """The body of a schedule or sensor; `takes_event` says whether it may take an event behind the context.

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
