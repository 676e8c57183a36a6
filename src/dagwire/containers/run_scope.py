"""`RunScope`: the private copy of a container that one run works on."""

import logging
import threading
from asyncio import isfuture
from collections.abc import Awaitable, Coroutine, Iterable, Mapping
from inspect import iscoroutine
from typing import Any, TypeVar

from dependency_injector import providers

from dagwire.containers.faults import faults_before_opening, faults_of_requirements, recipe_of
from dagwire.containers.graph import Name, ProviderGraph
from dagwire.containers.keys import Container, Requirement, given_providers, keys_of
from dagwire.containers.nested import DefinitionByKey
from dagwire.containers.private_copy import PrivateCopies, PrivateResource
from dagwire.containers.private_graph import PrivateGraph
from dagwire.containers.resource_provider import AnyProvider
from dagwire.errors import DagwireError, InvalidConfigError, ResourceCycleError, ResourceSetupError, nearest
from dagwire.resources.context import NO_RESOURCES, InitResourceContext, Resources, log
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.lifecycle import new_life_cycle
from dagwire.resources.opening import Opener
from dagwire.resources.policy import retried

T = TypeVar("T")

_BUILDING_SHARED = threading.RLock()
"""Held while a shared Singleton is asked for: dependency-injector's plain one may be built once by each thread."""


class RunScope:
    """The private copy of a container that one run works on; whoever makes it closes it, when the run ends.

    It holds the run's own resources with a life cycle, whatever is replaced for the run, and whatever depends on one of
    these. All else stays shared with the container, which is never changed. An inner scope shares the run's life cycle
    and everything that its own replacements do not touch.

    Three steps, each once: `prepare`, `open`, `close`.
    """

    def __init__(
        self,
        container: Container,
        *,
        replacements: Mapping[str, object] | None = None,
        config_by_key: Mapping[str, object] | None = None,
        run_id: str | None = None,
        run: Any = None,
        instance: DagsterInstance | None = None,
        logger: "logging.Logger | logging.LoggerAdapter[Any]" = log,
        asynchronous: bool = False,
        parent: "RunScope | None" = None,
    ) -> None:
        """Nothing is read, copied or opened yet.

        Args:
            container: Where keys are looked up.
            replacements: `{key: value or provider}`, in place of what the container has, or beside it.
            config_by_key: `{key: config}`, merged over the config that each resource has.
            run_id: What resources are told of the run.
            run: The run itself, for resources that ask for it.
            instance: What the run knows of earlier ones, for resources that ask for it.
            logger: What resources log to.
            asynchronous: Whether an event loop drives this scope.
            parent: The scope whose resources this one shares; None for the run's own.
        """
        self._graph = ProviderGraph(container, given_providers(container, replacements or {}))
        self._config_by_key = config_by_key or {}
        found = ((self._graph.find(key), config) for key, config in self._config_by_key.items())
        self._config_by_provider = {self._graph.called_in_the_end(p): config for p, config in found if p is not None}
        self._run_id = run_id
        self._run = run
        self._instance = instance
        self._log = logger
        if parent is None:
            self._life_cycle = new_life_cycle(asynchronous=asynchronous)
            self._opener = Opener(self._life_cycle)
            self._copies = PrivateCopies()
        else:
            self._life_cycle, self._opener, self._copies = parent._life_cycle, parent._opener, parent._copies
        self._requirements: list[Requirement] = []
        self._keys: list[str] = []
        self._value_by_key: dict[str, Any] = {}

    def inner(self, replacements: Mapping[str, object]) -> "RunScope":
        """A scope in which `replacements` hold too, for the definitions that are bound to them."""
        return RunScope(
            self._graph.container,
            replacements={**self._graph.given, **replacements},
            config_by_key=self._config_by_key,
            run_id=self._run_id,
            run=self._run,
            instance=self._instance,
            logger=self._log,
            parent=self,
        )

    # -- before anything opens -----------------------------------------------------------------------------------------

    def prepare(self, requirements: Iterable[Requirement]) -> list[DagwireError]:
        """Copy what `requirements` reach, and return all that can be told to be wrong with it. Opens nothing."""
        self._requirements = list(requirements)
        self._keys = sorted({requirement.key for requirement in self._requirements})
        circles: list[DagwireError] = []
        try:
            self._private = PrivateGraph(self._graph, self._keys, self._copies)
        except ResourceCycleError as circle:
            circles.append(circle)
        self._requirements += self._graph.required_by_resources()
        faults = faults_of_requirements(self._graph, self._requirements) + circles
        return faults or faults_before_opening(self._private, self._config_by_provider)

    def unknown_config(self) -> list[DagwireError]:
        """What is wrong where config is given for keys that nothing is provided under."""
        unknown = [key for key in self._config_by_key if not self.has_key(key)]
        known = self.known_keys() if unknown else []
        return [InvalidConfigError("the run", [_unknown_resource(key, known) for key in unknown])] if unknown else []

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open what the prepared requirements reach, dependencies first, each once.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still, until `close`.
        """
        for provider in self._private.to_open():
            resource = self._private.resource(provider)
            if resource is not None:
                if not resource.is_open:
                    resource.opened_as(await self._named(provider, self._opened(provider, resource)))
            elif isinstance(provider, providers.Singleton) and not self._private.is_private(provider):
                await self._named(provider, _built(provider))
        for key in self._keys:
            await self._read(key)
        self._life_cycle.scope_is_open(self._opened_names)

    def _opened_names(self) -> Iterable[str]:
        return [str(self._private.name(provider)) for provider in self._private.to_open()]

    async def _named(self, provider: AnyProvider, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`; of an exception it is said which resource could not be opened, and for whom."""
        try:
            return await work
        except DagwireError:
            raise
        except Exception as cause:
            raise ResourceSetupError(self._graph.name(provider), self._askers_of(provider), cause) from cause

    def _askers_of(self, provider: AnyProvider) -> Iterable[str]:
        """Those for whom `provider` is opened: they ask for it, or for what depends on it."""
        asked = ((requirement.asker, self._graph.find(requirement.key)) for requirement in self._requirements)
        return dict.fromkeys(asker for asker, root in asked if asker and root and self._reaches(root, provider))

    def _reaches(self, root: AnyProvider, provider: AnyProvider) -> bool:
        return provider in self._graph.in_order([root])

    async def _opened(self, provider: AnyProvider, resource: PrivateResource) -> object:
        name = Name(self._graph, provider)
        recipe = resource.recipe
        if recipe is None:
            values = [await self._finished(value) for value in self._private.values_for(resource)]
            recipe = resource.recipe = recipe_of(resource, values, name)
        context = resource.context = InitResourceContext(
            resource_config=self._config_by_provider.get(provider),
            resource_def=recipe,
            resources=await self._required_by(provider),
            run_id=self._run_id,
            run=self._run,
            instance=self._instance,
            log=self._log,
            all_resource_defs=DefinitionByKey(self.known_keys, self._graph.find),
        )
        nested = {id_: await self._value_of(found) for id_, found in self._graph.nested.with_keys(provider).items()}
        policy = resource.declared.policy

        def open_once() -> Coroutine[Any, Any, object]:
            return self._opener.open(name, recipe, context, nested, policy.timeout_s)

        if policy.retry is None:
            return await open_once()
        return await retried(policy.retry, open_once, name, asynchronous=self._life_cycle.asynchronous)

    async def _required_by(self, provider: AnyProvider) -> Resources:
        """The resources that a resource definition names by key, open already: they are its dependencies."""
        keys = self._graph.nested.required_keys(provider)
        return Resources({key: await self._read(key) for key in keys}) if keys else NO_RESOURCES

    async def _read(self, key: str) -> object:
        if key not in self._value_by_key:
            provider = self._graph.root(key)
            assert provider is not None  # noqa: S101  # prepare reported missing keys
            self._value_by_key[key] = await self._named(provider, self._value_of(provider))
        return self._value_by_key[key]

    async def _value_of(self, provider: AnyProvider) -> Any:
        value = self._private.value(provider)
        if isinstance(self._private.current(provider), providers.Object):
            return value  # it was given as it is, or opened already: a task that is a resource is not awaited
        return await self._finished(value)

    async def _finished(self, value: Any) -> Any:
        """`value`, awaited where a `Coroutine` provider, or one that depends on such, gave it."""
        if iscoroutine(value) or isfuture(value):
            return await self._life_cycle.wait_for(value)
        return value

    # -- while open ----------------------------------------------------------------------------------------------------

    def value(self, key: str) -> Any:
        """The open resource under `key`."""
        return self._value_by_key[key]

    def opening(self, key: str) -> tuple[Any, InitResourceContext] | None:
        """The recipe that was opened under `key`, and what it was told; None where a plain object is there."""
        provider = self._graph.find(key)
        resource = None if provider is None else self._private.resource(self._graph.called_in_the_end(provider))
        if resource is None or resource.context is None:
            return None
        return resource.recipe, resource.context

    def has_key(self, key: str) -> bool:
        """Whether anything is provided under `key`."""
        return self._graph.find(key) is not None

    def known_keys(self) -> list[str]:
        """All keys that something is provided under."""
        return list(dict.fromkeys((*keys_of(self._graph.container), *self._graph.given)))

    async def wait_for(self, awaitable: Awaitable[Any]) -> Any:
        """The result of `awaitable`, in the caller's event loop, or in one of the scope's own."""
        return await self._life_cycle.wait_for(awaitable)

    def resources(self, keys: Iterable[str]) -> Resources:
        """A view of the open resources under `keys`."""
        return Resources({key: self._value_by_key[key] for key in keys})

    async def close(self, error: BaseException | None) -> None:
        """Close all that was opened, in reverse, telling it of `error`; see `LifeCycle.close`."""
        await self._life_cycle.close(error)


async def _built(singleton: AnyProvider) -> None:
    """Have a shared Singleton built, by one thread alone."""
    with _BUILDING_SHARED:
        singleton()


def _unknown_resource(key: str, known: list[str]) -> str:
    guess = nearest(key, known)
    return f"resources.{key}: there is no such resource" + (f". Did you mean '{guess}'?" if guess else "")
