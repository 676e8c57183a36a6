"""`LateOpening`: what opens when somebody calls for it, while the scope is open already."""

from abc import ABC, abstractmethod
from asyncio import ensure_future, run_coroutine_threadsafe, shield
from collections.abc import Callable, Iterable

from dagwire.containers.prepared_scope import PreparedScope
from dagwire.containers.private_copies import PrivateResource
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_family import ScopeFamily, running_loop
from dagwire.errors import ResourceNotOpenError
from dagwire.resources.run_without_loop import drive


class LateOpening(ABC):
    """Opens what delegates, Aggregates, containers and runs inside a process scope call for."""

    def __init__(self, prepared: PreparedScope, family: ScopeFamily) -> None:
        """Open nothing yet."""
        self.prepared: PreparedScope = prepared
        self.family: ScopeFamily = family
        self.is_begun: bool = False
        """Whether the scope is open; it opens nothing late before."""
        self._providers = prepared.providers

    @abstractmethod
    async def open_one(self, provider: AnyProvider) -> None:
        """Open the resource of `provider`, or build it if it is a Singleton that other runs share."""

    def open_late(self, provider: AnyProvider) -> object:
        """Open the resource of `provider`, which somebody calls while the scope is open, and return it.

        In an event loop it gives a task that opens the resource, if this is asynchronous itself or needs what is.

        Raises:
            ResourceNotOpenError: The scope is closed, or does not open anything yet.
            ResourceSetupError: It could not be opened.
        """
        resource = self._providers.resources[provider]
        if not self.is_begun or not self.family.is_open:
            raise ResourceNotOpenError(self.prepared.plan.graph.name(provider))
        called = list(self._providers.called_by([provider]))
        loop = self.family.loop
        if self.family.asynchronous and any(map(self._must_wait_for, called)):
            work = self._open_in_tasks(called, resource)
            if loop is None or loop is running_loop():
                return ensure_future(work)
            return run_coroutine_threadsafe(work, loop).result()  # of another thread
        for one in called:
            self._open_locked(one)
        return resource.value

    def _must_wait_for(self, provider: AnyProvider) -> bool:
        resource = self._providers.resources.get(provider)
        return resource is not None and not resource.is_open and resource.declared.is_asynchronous

    def _open_locked(self, provider: AnyProvider) -> None:
        """Open the resource of `provider` in this thread, unless another one does or has."""
        resource = self._providers.resources.get(provider)
        if resource is None or resource.opening is None:
            drive(self.open_one(provider))
        elif not resource.is_open:
            with resource.opening:
                drive(self.open_one(provider))

    async def _open_in_tasks(self, called: Iterable[AnyProvider], wanted: PrivateResource) -> object:
        """Open what is called, each in a task of its own that whoever else needs it waits for, too."""
        for one in called:
            resource = self._providers.resources.get(one)
            if resource is None or not self._must_wait_for(one):
                self._open_locked(one)
                continue
            if resource.task is None or resource.task.done():
                resource.task = ensure_future(self.open_one(one))
            await shield(resource.task)
        return wanted.value

    def wait_for_call(self, call: Callable[[], object]) -> object:
        """Call `call` in an event loop of the scope's own, and return what it gives, awaited."""
        return self.family.life_cycle.call_in_loop(call)
