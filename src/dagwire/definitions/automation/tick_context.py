"""`TickContext`: the tick, as the function of a schedule or sensor sees it."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from dagwire.containers.context_resources import HeldResources
from dagwire.containers.keys import Requirement
from dagwire.containers.scope_checks import raise_faults, requirement_faults
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.errors import ArgumentTypeError, InvalidInvocationError
from dagwire.resources.init_resource_context import Resources
from dagwire.resources.instance import DagsterInstance, given_instance
from dagwire.resources.log_manager import DagsterLogManager


@runtime_checkable
class JobLookup(Protocol):
    """Definitions, or the repository of them: they resolve the jobs that a tick names."""

    def resolve_job_def(self, name: str) -> JobDefinition:
        """Return the job called `name`."""
        ...

    def resolve(self, job: JobDefinition | UnresolvedAssetJobDefinition) -> JobDefinition:
        """Return `job` with its assets and resources."""
        ...


class TickContext(BodyContext):
    """The tick, as its schedule or sensor sees it; lives as long as the tick."""

    op_config = None
    log_key = None
    """Always None: logs are not captured here."""

    def __init__(
        self, owner: str, resources: object, instance: DagsterInstance | None, definitions: object = None
    ) -> None:
        """Keep the parts; nothing is opened.

        Args:
            owner: The context's name in messages.
            resources: A container, or `{key: resource, definition or plain value}`.
            instance: The store of earlier runs.
            definitions: The `Definitions` that resolve the jobs of requests.

        Raises:
            ArgumentTypeError: `definitions` cannot resolve jobs.
        """
        if definitions is not None and not isinstance(definitions, JobLookup):
            raise ArgumentTypeError(owner, "definitions", "Definitions", definitions)
        self._owner = owner
        self._held = HeldResources(owner, resources, None, instance)
        self._instance = given_instance(owner, instance)
        self.lookup: JobLookup | None = definitions
        """The definitions that resolve the jobs of requests, or None."""

    def share_resources(self, other: "TickContext") -> None:
        """Hold the resources of another context of the tick, in place of its own."""
        self._held = other._held

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
    def repository_def(self) -> object:
        """The definitions that the context was built with, as a repository; None without any."""
        get_repository_def = getattr(self.lookup, "get_repository_def", None)
        return self.lookup if get_repository_def is None else get_repository_def()

    @property
    def log(self) -> DagsterLogManager:
        """The logger `dagwire`; each record has the name of the definition as `tick`."""
        return DagsterLogManager({"tick": self._owner})

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
