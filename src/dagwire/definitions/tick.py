"""What schedules and sensors have in common: they are asked now and then, and answer with runs to start."""

import inspect
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from dagwire.config.narrowing import is_collection, is_mapping
from dagwire.containers.faults import raise_faults, requirement_faults
from dagwire.containers.held_resources import HeldResources
from dagwire.containers.keys import Requirement
from dagwire.definitions.bindings import Bindings
from dagwire.definitions.body import Body
from dagwire.definitions.body_context import BodyContext
from dagwire.definitions.dynamic_partitions import DynamicPartitionsRequest
from dagwire.definitions.run_request import RunRequest
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, UnexpectedResultError
from dagwire.resources.context import Resources
from dagwire.resources.instance import DagsterInstance, given_instance


@dataclass(frozen=True, slots=True)
class SkipReason:
    """Why a tick asks for no run."""

    skip_message: str | None = None


@dataclass(frozen=True, slots=True)
class SensorResult:
    """What a sensor found: runs to start or why not, and where to go on next time."""

    run_requests: Sequence[RunRequest] | None = None
    skip_reason: SkipReason | str | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] | None = None
    """Keys of dynamic partitions to add or take away, before the runs start."""


@dataclass(frozen=True, slots=True)
class TickResult:
    """What one tick came to."""

    run_requests: Sequence[RunRequest] = ()
    skip_message: str | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] = ()
    """Each has `apply_to(instance)`; whoever starts the runs applies them first."""


class TickContext(BodyContext):
    """What a schedule or sensor is told of the tick; lives as long as the tick."""

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
        """What is known of earlier runs: the keys of dynamic partitions.

        Raises:
            InvalidInvocationError: The context was built without one.
        """
        if self._instance is None:
            raise InvalidInvocationError(self._owner, "has no instance; give `instance=` to the call that builds it.")
        return self._instance

    @property
    def resources(self) -> Any:
        """The open resources, one attribute a key.

        Raises:
            InvalidInvocationError: Some have a life cycle, and no `with` block is there to close them.
        """
        return self._held.view

    @contextmanager
    def opened(self, requirements: Iterable[Requirement], bindings: Bindings) -> Generator[Resources]:
        """Open what is required for the tick; what is bound to the definition is stronger than what the context holds.

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
    """A function that is asked now and then which runs to start; callable, as the function is, in a test."""

    kind = "tick"

    def __init__(
        self,
        name: str,
        body: Body,
        target: Any,
        *,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        bindings: Bindings | None = None,
    ) -> None:
        """`target` is the job to run, or its name.

        Raises:
            InvalidDefinitionError: There is no target.
        """
        if target is None:
            msg = f"{body.owner} names no job; give it `job=`, `job_name=` or `target=`."
            raise InvalidDefinitionError(msg)
        self.name = name
        self.body = body
        self.job = None if isinstance(target, str) else target
        self.job_name: str = target if isinstance(target, str) else target.name
        self.description = description
        self.tags = dict(tags or {})
        self.bindings: Bindings = bindings or {}

    @cached_property
    def label(self) -> str:
        """How messages name it."""
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
        """The same, as Dagster has it."""
        return set(self.body.keys)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, resources by keyword or in a context given first; see `Body.call`."""
        return self.body.call(self, args, kwargs)

    def evaluate_tick(self, context: C) -> TickResult:
        """Ask once: open the resources that the function asks for, call it, close them.

        Raises:
            InvalidDefinitionError: A resource is missing or declared wrongly. Nothing was opened.
            ResourceSetupError: A resource could not be opened. Those before it were closed.
            UnexpectedResultError: The function answered with something that is no request and no reason.
        """
        with context.opened(self.requirements, self.bindings) as resources:
            arguments = {parameter: getattr(resources, key) for parameter, key in self.body.signature.keys.items()}
            leading = () if self.body.signature.context is None else (context,)
            answer = self.body.function(*leading, **arguments)
            # Read to its end while the resources are open.
            answers: list[Any] = list(answer) if inspect.isgenerator(answer) or is_collection(answer) else [answer]
        return self._result(answers, context)

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
        problem = f"answered with {type(answer).__name__}; return RunRequest, SkipReason, a list of requests or None."
        raise UnexpectedResultError(self.label, problem)

    def _tagged(self, requests: Iterable[RunRequest]) -> list[RunRequest]:
        return [request.with_tags({**self.tags, f"dagster/{self.kind}_name": self.name}) for request in requests]


def tick_body(function: Callable[..., Any], name: str, kind: str, required_resource_keys: Iterable[str] | None) -> Body:
    """The body of a schedule or sensor.

    Raises:
        InvalidDefinitionError: It takes something that is neither a context nor a resource.
    """
    body = Body(function, f"{kind} '{name}'", required_resource_keys or ())
    if body.signature.inputs:
        names = ", ".join(body.signature.inputs)
        msg = (
            f"{body.owner} takes {names}, which nothing can give it. A {kind} takes `context` and resources; "
            f"annotate a resource as one: `name: ResourceParam[...]`."
        )
        raise InvalidDefinitionError(msg)
    return body
