"""`RunScope`: the private copy of a container that one run works on."""

import logging
import threading
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from dependency_injector import providers
from pydantic import ValidationError

from dagwire.config.problems import problems_of
from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.graph import AnyProvider, ProviderGraph, dependencies_first
from dagwire.containers.keys import (
    Container,
    Requirement,
    find_provider,
    keys_of,
    missing_resources,
    provider_of,
)
from dagwire.containers.private_copy import PrivateResource, copy_privately, injected_values, is_owned_by_run
from dagwire.containers.resource_provider import ResourceProvider, is_provider
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    ResourceCycleError,
    ResourceSetupError,
    SettingsError,
    UnknownNameError,
    gathered,
)
from dagwire.resources.context import InitResourceContext, Resources, log
from dagwire.resources.definition import ResourceDefinition
from dagwire.resources.faults import faults_of, unset_variables
from dagwire.resources.lifecycle import LifeCycle
from dagwire.resources.opening import Opener

_BUILDING_SHARED = threading.RLock()
"""Held while a shared Singleton is asked for: dependency-injector's plain one may be built once by each thread."""


class RunScope:
    """The private copy of a container that one run works on; whoever makes it closes it, when the run ends.

    It holds the run's own resources with a life cycle, whatever is replaced for the run, and whatever depends on one of
    these. All else stays shared with the container, which is never changed. An inner scope shares the run's life cycle
    and everything that its own replacements do not touch.
    """

    def __init__(
        self,
        container: Container,
        *,
        replacements: Mapping[str, object] | None = None,
        config_by_key: Mapping[str, object] | None = None,
        run_id: str | None = None,
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
            logger: What resources log to.
            asynchronous: Whether an event loop drives this scope.
            parent: The scope whose resources this one shares; None for the run's own.
        """
        self._container = container
        self._parent = parent
        self._given = {key: provider_of(key, value) for key, value in (replacements or {}).items()}
        found = ((find_provider(container, key), provider) for key, provider in self._given.items())
        self._replaced = {old: new for old, new in found if old is not None and old is not new}
        self._graph = ProviderGraph(self._replaced, self._find_required)
        self._template = InitResourceContext(run_id=run_id, log=logger)
        self._config_by_key = config_by_key or {}
        self._life_cycle: LifeCycle = parent._life_cycle if parent else LifeCycle(asynchronous=asynchronous)
        self._opener: Opener = parent._opener if parent else Opener(self._life_cycle)
        self._copies: dict[AnyProvider, AnyProvider] = {}
        self._waiting: set[AnyProvider] = set()
        self._key_by_provider: dict[AnyProvider, str] = {}
        self._requirements: list[Requirement] = []
        self._value_by_key: dict[str, Any] = {}

    def inner(self, replacements: Mapping[str, object]) -> "RunScope":
        """A scope in which `replacements` hold too, for the definitions that are bound to them."""
        return RunScope(
            self._container,
            replacements={**self._given, **replacements},
            config_by_key=self._config_by_key,
            run_id=self._template.run_id,
            logger=self._template.log,
            parent=self,
        )

    # -- before anything opens -----------------------------------------------------------------------------------------

    def prepare(self, requirements: Iterable[Requirement]) -> list[DagwireError]:
        """Copy what `requirements` reach, and return all that can be told to be wrong with it. Opens nothing."""
        self._requirements.extend(requirements)
        faults: list[DagwireError] = []
        try:
            self._copy(self._roots())
        except ResourceCycleError as cycle:
            faults.append(cycle)
        faults = [*missing_resources(self._container, self._requirements, self._given), *faults]
        return faults or self._settings_faults() or list(self._recipe_faults(self._roots()))

    def _keys(self) -> Iterable[str]:
        return dict.fromkeys(requirement.key for requirement in self._requirements)

    def _roots(self) -> list[AnyProvider]:
        return [found for key in self._keys() if (found := self._root(key)) is not None]

    def _find(self, key: str) -> AnyProvider | None:
        return find_provider(self._container, key) or self._given.get(key)

    def _find_required(self, key: str, asker: str) -> AnyProvider | None:
        """The provider of a key that a resource requires; who requires it is kept for the report."""
        self._requirements.append(Requirement(key, asker))
        return self._find(key)

    def _root(self, key: str) -> AnyProvider | None:
        found = self._find(key)
        # The key names what is called in the end, so that messages and run config meet a replacement by its key.
        named = found
        while named is not None:
            self._key_by_provider[named] = key
            named = self._graph.stand_in(named)
        return found

    def _copy(self, roots: Sequence[AnyProvider]) -> None:
        names = _Names(self._container)
        order = list(dependencies_first(roots, self._graph.dependencies, names))
        if self._parent is None:
            seeds = {p for p in order if p in self._replaced or is_owned_by_run(p)}
        else:
            seeds = {p for p in order if self._replaced.get(p) is not self._parent._replaced.get(p)}
        affected = self._graph.dependents_of(order, seeds)
        if self._parent is not None:
            self._parent._key_by_provider = {**self._key_by_provider, **self._parent._key_by_provider}
            self._parent._copy([p for p in order if p not in affected])
            self._copies = {**self._parent._copies, **self._copies}
        new = [p for p in order if p not in self._copies]
        copy_privately(new, affected, self._graph, self._copies)
        owned = {p for p in order if isinstance(self._copies.get(p), PrivateResource)}
        self._waiting = self._graph.dependents_of(order, owned)

    def _settings_faults(self) -> list[DagwireError]:
        faults: list[DagwireError] = []
        for provider in [p for p in self._graph.visited() if isinstance(p, SettingsProvider)]:
            try:
                self._current(provider)()
            except SettingsError as fault:
                faults.append(fault)
        return faults

    def _recipe_faults(self, roots: Sequence[AnyProvider]) -> Iterator[DagwireError]:
        """Faults of the recipes that can be told without opening another resource first."""
        for provider in dependencies_first(roots, self._reached_before_open, {}):
            private = self._copies.get(provider)
            if not isinstance(private, PrivateResource) or private.is_open:
                continue
            key = self._name(provider, private)
            if self._waits(provider):
                yield from unset_variables(key, dict(injected_values(private.recipe)))
                continue
            try:
                recipe = _recipe_of(private, key)
            except InvalidConfigError as fault:
                yield fault
            else:
                yield from faults_of(key, recipe, self._config_by_key.get(key))

    def _name(self, provider: AnyProvider, private: PrivateResource) -> str:
        return self._key_by_provider.get(provider) or _Names(self._container).get(provider, private.description)

    def _waits(self, provider: AnyProvider) -> bool:
        """Whether calling for `provider`'s recipe needs another resource to be open."""
        return any(d in self._waiting for d in self._graph.dependencies(provider))

    def _reached_before_open(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        if isinstance(provider, providers.Selector):
            selector: Any = cast("Any", provider).selector
            if selector in self._waiting:
                return iter((selector,))
        return self._reached(provider)

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Open what the prepared requirements reach, dependencies first, each once.

        Raises:
            ResourceSetupError: One could not be opened. Those before it are open still, until `close`.
        """
        for provider in dependencies_first(self._roots(), self._reached, {}):
            await self._open_one(provider)
        for key in self._keys():
            await self._read(key)

    async def _open_one(self, provider: AnyProvider) -> None:
        private = self._copies.get(provider)
        if private is None:
            if isinstance(provider, providers.Singleton):
                with _BUILDING_SHARED:
                    provider()
        elif isinstance(private, PrivateResource) and not private.is_open:
            key = self._name(provider, private)
            private.opened_as(await self._opened(key, private, await self._required_by(provider)))

    async def _opened(self, key: str, private: PrivateResource, required: Resources) -> object:
        try:
            recipe = _recipe_of(private, key)
            context = InitResourceContext(
                resource_config=self._config_by_key.get(key),
                resource_def=recipe,
                resources=required,
                run_id=self._template.run_id,
                log=self._template.log,
            )
            return await self._opener.open(key, recipe, context)
        except DagwireError:
            raise
        except Exception as cause:
            raise ResourceSetupError(key, self._askers_of(key), cause) from cause

    def _askers_of(self, key: str) -> Iterable[str]:
        asking = (requirement.asker for requirement in self._requirements if requirement.key == key)
        return dict.fromkeys(filter(None, asking))

    async def _required_by(self, provider: AnyProvider) -> Resources:
        """The resources that a resource definition names by key, open already: they are its dependencies."""
        recipe = provider.declared_recipe if isinstance(provider, ResourceProvider) else None
        if not isinstance(recipe, ResourceDefinition):
            return Resources({})
        return Resources({key: await self._read(key) for key in recipe.required_resource_keys})

    async def _read(self, key: str) -> object:
        if key not in self._value_by_key:
            found = self._root(key)
            assert found is not None  # noqa: S101  # prepare reported missing keys
            value = self._current(found)()
            if self._life_cycle.asynchronous and hasattr(value, "__await__"):
                value = await value
            self._value_by_key[key] = value
        return self._value_by_key[key]

    def _reached(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        """What a call of `provider` will call: all its dependencies, or of a Selector's the chosen one alone."""
        if isinstance(provider, providers.Selector) and self._graph.stand_in(provider) is None:
            return self._chosen(cast("Any", provider))
        return iter(self._graph.dependencies(provider))

    def _chosen(self, selector: "providers.Selector[Any]") -> Iterator[AnyProvider]:
        chooser: Any = selector.selector
        if is_provider(chooser):
            yield chooser
        # Asked for only after the caller has opened what was yielded above, so a choice may depend on a resource.
        choice = self._current(selector).selector()
        if choice not in selector.providers:
            raise UnknownNameError("branch of the Selector", str(choice), selector.providers)
        yield selector.providers[choice]

    def _current(self, provider: Any) -> Any:
        return self._copies.get(provider, provider)

    # -- while open ----------------------------------------------------------------------------------------------------

    def value(self, key: str) -> Any:
        """The open resource under `key`."""
        return self._value_by_key[key]

    def has_key(self, key: str) -> bool:
        """Whether anything is provided under `key`."""
        return self._find(key) is not None

    def known_keys(self) -> list[str]:
        """All keys that something is provided under."""
        return list(dict.fromkeys((*keys_of(self._container), *self._given)))

    async def wait_for(self, awaitable: Awaitable[Any]) -> Any:
        """The result of `awaitable`, in the caller's event loop, or in one of the scope's own."""
        return await self._life_cycle.wait_for(awaitable)

    def resources(self, keys: Iterable[str]) -> Resources:
        """A view of the open resources under `keys`."""
        return Resources({key: self._value_by_key[key] for key in keys})

    async def close(self, error: BaseException | None) -> None:
        """Close all that was opened, in reverse, telling it of `error`; see `LifeCycle.close`."""
        await self._life_cycle.close(error)


def raise_faults(faults: Sequence[DagwireError]) -> None:
    """Raise what was found wrong, all of it at once; return where nothing was."""
    if faults:
        raise gathered(faults)


def _recipe_of(private: PrivateResource, key: str) -> object:
    """Call for the recipe.

    Raises:
        InvalidConfigError: Fields given by providers do not fit; the values are not shown.
    """
    try:
        return private.recipe()
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(f"resource '{key}'", problems)


class _Names(Mapping[AnyProvider, str]):
    """`{provider: key}` of a whole container, made only where a message needs it."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._names: dict[AnyProvider, str] | None = None

    def _read(self) -> dict[AnyProvider, str]:
        if self._names is None:
            found = {key: find_provider(self._container, key) for key in keys_of(self._container)}
            self._names = {provider: key for key, provider in found.items() if provider is not None}
        return self._names

    def __getitem__(self, provider: AnyProvider) -> str:
        return self._read()[provider]

    def __iter__(self) -> Iterator[AnyProvider]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())
