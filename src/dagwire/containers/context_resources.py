"""`HeldResources`: the resources of a context that was built by hand for a direct call."""

from asyncio import AbstractEventLoop
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from types import TracebackType
from typing import Any

from dependency_injector import providers

from dagwire.containers.as_container import container_from, is_container
from dagwire.containers.build_resources import abuild_resources, build_resources, scope_on_demand
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.containers.resources_on_demand import ResourcesOnDemand
from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import Resources
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.opener import must_be_closed
from dagwire.resources.run_without_loop import drive


class HeldResources:
    """Resources given to `build_..._context`; with a life cycle, they are open only inside the context's `with` block.

    Of a dict all are opened, as in Dagster; of a container those alone that are read, or that a direct call asks for.
    Lives as long as the context that holds it.
    """

    def __init__(
        self,
        owner: str,
        resources: object,
        config_by_key: Mapping[str, object] | None = None,
        instance: DagsterInstance | None = None,
        event_loop: AbstractEventLoop | None = None,
    ) -> None:
        """Name the context's kind as `owner`, for messages; resources see `instance`. Nothing is opened."""
        self.container: Container = container_from(resources)
        self._is_chosen_from = is_container(resources)
        self._owner = owner
        self._config_by_key = config_by_key
        self._instance = instance
        self._event_loop = event_loop
        self._opening: AbstractContextManager[Resources] | None = None
        self._view: Resources | None = None

    @property
    def view(self) -> Resources:
        """The open resources.

        Raises:
            InvalidInvocationError: Some have a life cycle, and there is no `with` block to close them.
        """
        if self._view is None:
            found = ((key, find_provider(self.container, key)) for key in keys_of(self.container))
            closing = [key for key, provider in found if _must_be_closed(provider)]
            if closing:
                problem = f"holds resources that must be closed ({', '.join(closing)}); use it in a `with` block."
                raise InvalidInvocationError(self._owner, problem)
            with self.opening(list(keys_of(self.container))) as self._view:  # what is nested, too: it is read later
                pass
        return self._view

    def opening(
        self, keys: Iterable[str] | None = None, replacements: Mapping[str, object] | None = None
    ) -> AbstractContextManager[Resources]:
        """A block in which `keys`, or all, are open; `replacements` replace values that are held."""
        return build_resources(
            self.container,
            self._instance,
            self._config_by_key,
            event_loop=self._event_loop,
            required_resource_keys=keys,
            replacements=replacements,
        )

    def aopening(
        self, keys: Iterable[str], replacements: Mapping[str, object]
    ) -> AbstractAsyncContextManager[Resources]:
        """A block in the caller's event loop, in which `keys` alone are open."""
        return abuild_resources(
            self.container,
            self._instance,
            self._config_by_key,
            required_resource_keys=keys,
            replacements=replacements,
        )

    @contextmanager
    def narrowed(self, keys: Iterable[str], bindings: Mapping[str, object]) -> Generator[Resources]:
        """Open `keys` alone for a block, with `bindings` in place of what is held; the view shows them meanwhile."""
        with self.opening(keys, bindings) as resources:
            outer, self._view = self._view, resources
            try:
                yield resources
            finally:
                self._view = outer

    @contextmanager
    def _opening_on_demand(self) -> Generator[Resources]:
        """A block in which each resource of the container opens when it is read."""
        scope = scope_on_demand(
            self.container, {}, self._instance, self._config_by_key, self._event_loop, asynchronous=False
        )
        try:
            yield ResourcesOnDemand(scope, keys_of(self.container))
        except BaseException as error:
            drive(scope.close(error))
            raise
        drive(scope.close(None))

    def opened_for_call(self, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys that a direct call opens for itself: a container's, outside the context's `with` block."""
        return tuple(keys) if self._is_chosen_from and self._view is None else ()

    def __enter__(self) -> Resources:
        """Open everything that a dict has; a container's resources open when they are read."""
        self._opening = self._opening_on_demand() if self._is_chosen_from else self.opening()
        self._view = self._opening.__enter__()
        return self._view

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close everything; each close gets the block's exception."""
        opening, self._opening, self._view = self._opening, None, None
        if opening is not None:
            opening.__exit__(kind, error, traceback)


def _must_be_closed(provider: providers.Provider[Any] | None) -> bool:
    if isinstance(provider, ResourceProvider):
        return must_be_closed(provider.recipe())
    return isinstance(provider, providers.BaseResource) and not provider.initialized
