"""`ScopePlan`: what the keys of a scope reach, worked out once and kept while the container stays as it was.

That a plain object takes the place of a provider is a part of the plan, and which object is not: the plan has a slot
for it, which each scope fills. So a test's fake costs no plan of its own.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from dependency_injector import providers

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.called_provider import Call, calls_of
from dagwire.containers.keys import Key, Requirement, is_nested
from dagwire.containers.lifetime import Lifetime, lifetime_faults, outliving_providers
from dagwire.containers.opening_steps import OpeningPlan
from dagwire.containers.private_providers import Reached, awaited_providers, private_providers, settled_in_scope
from dagwire.containers.provider_checks import DECLARES_A_TYPE, declared_wrongly, is_read_early
from dagwire.containers.provider_edges import listed_providers
from dagwire.containers.provider_graph import ProviderGraph, dependencies_first
from dagwire.containers.provider_types import DIRECTORIES, AnyProvider, is_provider
from dagwire.containers.resource_adapter import as_resource_provider
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.errors import LifetimeError

Keys = tuple[str, ...]


class ScopePlan:
    """The providers that the keys of a scope reach. Never changed once made: many threads read it at once."""

    def __init__(self, graph: ProviderGraph, keys: Keys, *, asynchronous: bool) -> None:
        """Work out everything that does not differ from scope to scope.

        Raises:
            ResourceCycleError: Providers depend on one another in a cycle.
        """
        self.graph = graph
        self.keys = keys
        self.asynchronous = asynchronous
        self.slots: Mapping[Key, AnyProvider] = {}
        """`{key: its provider in the plan}`, for the plain objects that scopes are given."""
        self.roots: list[AnyProvider] = [found for key in keys if (found := graph.root(key)) is not None]
        self.order: list[AnyProvider] = self._in_order()
        """The providers that may be called to give the keys their values, dependencies first."""
        self.reached: list[AnyProvider] = graph.with_passed_on(self.order)
        """The providers that users of the values may call as well: `order`, and the ones passed on uncalled."""
        self.strictly_private: dict[AnyProvider, Reached] = private_providers(graph, self.reached)
        """The providers that no other run may share, each with the replacements that it reaches."""
        self.awaited: set[AnyProvider] = (
            set() if asynchronous else awaited_providers(graph, self.reached, self.strictly_private)
        )
        """The providers whose calls synchronous code must wait for."""
        settled = settled_in_scope(graph, self.reached, self.strictly_private, self.awaited)
        self.private: Mapping[AnyProvider, Reached] = (
            {**self.strictly_private, **settled} if settled else (self.strictly_private)
        )
        """The providers that have a copy or another stand-in in a scope."""
        self.required: list[Requirement] = graph.required_by_resources()
        self.has_all_keys: bool = all(found is not None for found in graph.provider_by_key.values())
        """Whether there is something under every key that the scope or a resource asks for."""
        self.has_selectors: bool = False
        """Whether there are Selectors, so that what will be called shows only when they are asked."""
        self.owned: dict[AnyProvider, AnyResourceProvider] = {}
        """`{provider: what is declared}` of the resources that the run opens and closes itself."""
        self.shared_singletons: set[AnyProvider] = set()
        """The Singletons that other runs share."""
        for provider in self.reached:
            if graph.facts[provider].replacement is None:  # what is replaced is not called
                self._sort(provider)
        self._note_singletons_of_settings()
        self.opened_by_scope: list[AnyProvider] = [
            one for one in self.order if one in self.owned or self.is_built_once(one)
        ]
        """The providers that a scope opens or builds itself, dependencies first; if no Selector has a choice."""
        self.opening: OpeningPlan | None = None
        """The opening as data, if it can be; see `opening_of`."""
        self.is_opening_known: bool = False
        """Whether it was seen if it can be."""

    def _sort(self, provider: AnyProvider) -> None:
        """Note what is to be done with `provider`."""
        if isinstance(provider, providers.Selector):
            self.has_selectors = True
        elif isinstance(provider, providers.BaseSingleton):
            if not isinstance(provider, SettingsProvider) and provider not in self.strictly_private:
                self.shared_singletons.add(provider)
        elif self.graph.facts[provider].is_owned:
            self.owned[provider] = as_resource_provider(provider)

    def _note_singletons_of_settings(self) -> None:
        """Have settings know the Singletons that keep what was made of them."""
        if not self.shared_singletons:
            return
        settings_below: dict[AnyProvider, frozenset[SettingsProvider[Any]]] = {}
        for provider in self.reached:
            below = [settings_below[one] for one in self.graph.facts[provider].called if one in settings_below]
            if isinstance(provider, SettingsProvider):
                below.append(frozenset({provider}))
            if below:
                settings_below[provider] = frozenset[SettingsProvider[Any]]().union(*below)
        for singleton in self.shared_singletons:
            for settings in settings_below.get(singleton, ()):
                settings.note_singleton(singleton)

    def _in_order(self) -> list[AnyProvider]:
        order = self.graph.in_order(self.roots)
        if len(self.roots) == 1:
            return order
        by_level = self.graph.by_level(self.roots, order)
        if by_level == self.roots:
            return order
        self.roots = by_level
        return self.graph.in_order(by_level)

    # -- what is checked before anything opens -------------------------------------------------------------------------

    @cached_property
    def asked(self) -> Sequence[AnyProvider]:
        """The providers that are checked: what is called, and delegates; a directory's members only if called."""
        if self.reached is self.order or len(self.reached) == len(self.order):
            return self.order
        return list(dependencies_first(self.roots, self.asked_by, None))

    @property
    def asked_for_certain(self) -> Iterable[AnyProvider]:
        """The providers that are checked, whatever a Selector chooses."""

        def without_branches(provider: AnyProvider) -> Iterable[AnyProvider]:
            is_selector = isinstance(provider, providers.Selector) and self.graph.facts[provider].replacement is None
            return (
                [one for one in (cast("Any", provider).selector,) if is_provider(one)]
                if is_selector
                else (self.asked_by(provider))
            )

        return dependencies_first(self.roots, without_branches, None) if self.has_selectors else self.asked

    def asked_by(self, provider: AnyProvider) -> Iterable[AnyProvider]:
        """The providers that are checked for the sake of `provider`."""
        facts = self.graph.facts[provider]
        return facts.called if not facts.passed_on or _is_directory(provider) else facts.referred

    @cached_property
    def declares_types(self) -> bool:
        """Whether a provider that is replaced or overridden declares what may take its place."""
        return any(isinstance(one, DECLARES_A_TYPE) and self.graph.facts[one].replacement for one in self.reached)

    @cached_property
    def nested_keys(self) -> list[str]:
        """The keys of nested containers that no replacement stands for."""
        found = self.graph.provider_by_key
        return [key for key in self.keys if is_nested(found[key]) and found[key] not in self.graph.replaced]

    @cached_property
    def is_faultless(self) -> bool:
        """Whether nothing can be found wrong before anything is open, whatever fills the slots; no config is given."""
        may_be_wrong = self.settings or self.checked or self.read_early or self.problem_by_provider
        is_certain = self.has_all_keys and not self.has_selectors and not self.declares_types
        return is_certain and not may_be_wrong and not self.lifetime_faults

    @cached_property
    def settings(self) -> list[AnyProvider]:
        """The providers of settings that are read to find what is wrong with them."""
        asked = (one for one in self.asked if isinstance(one, SettingsProvider))
        return [provider for provider in asked if self.graph.facts[provider].replacement is None]

    @cached_property
    def asked_resources(self) -> list[AnyProvider]:
        """The resources among what is checked."""
        return [provider for provider in self.asked if provider in self.owned]

    @cached_property
    def checked(self) -> list[AnyProvider]:
        """The resources of which something can be found wrong before they are opened, if no config is given."""
        return [one for one in self.asked_resources if not self.owned[one].is_checked_by_its_keys]

    @cached_property
    def read_early(self) -> list[AnyProvider]:
        """The options and values of settings that are read to find what is wrong with them."""
        return [one for one in self.asked if self.graph.facts[one].replacement is None and is_read_early(one)]

    @cached_property
    def problem_by_provider(self) -> dict[AnyProvider, str]:
        """`{provider: fault of its declaration}`, if the values of the keys are called for."""
        return self._problems(set(self.order))

    @cached_property
    def problem_unless_called(self) -> dict[AnyProvider, str]:
        """`{provider: fault of its declaration}`, if the providers of the keys may get more arguments."""
        called = {one for provider in self.reached for one in self.graph.facts[provider].called}
        return self._problems(called) if self.problem_by_provider else {}

    def _problems(self, called: Container[AnyProvider]) -> dict[AnyProvider, str]:
        found = (
            (one, declared_wrongly(one, is_passed_on=one not in called))
            for one in self.reached
            if self.graph.facts[one].replacement is None  # what is replaced is not called
        )
        return {provider: problem for provider, problem in found if problem is not None}

    @cached_property
    def built_while_opening(self) -> frozenset[AnyProvider]:
        """The resources that are made of what must not be called before opening begins."""
        return frozenset(one for one, declared in self.owned.items() if self._is_deferred(declared))

    def _is_deferred(self, declared: AnyResourceProvider) -> bool:
        injected = declared.injected_providers
        return bool(injected) and any(provider in self.deferred for _, provider, _ in injected)

    @cached_property
    def deferred(self) -> frozenset[AnyProvider]:
        """The providers that must not be called before opening begins: resources, and what runs code of the user's."""
        deferred: set[AnyProvider] = set()
        for provider in self.reached:
            if self._defers(provider) or not deferred.isdisjoint(self.graph.facts[provider].called):
                deferred.add(provider)
        return frozenset(deferred)

    def _defers(self, provider: AnyProvider) -> bool:
        if provider in self.private and self.graph.facts[provider].replacement is not None:
            return False  # it passes on what replaces it
        return provider in self.owned or not isinstance(provider, SAFE_BEFORE_OPENING)

    # -- lifetimes -----------------------------------------------------------------------------------------------------

    @cached_property
    def has_lifetimes(self) -> bool:
        """Whether a resource is declared to live for another time than a run."""
        return any(isinstance(one, ResourceProvider) and one.lifetime != "run" for one in self.reached)

    @cached_property
    def outliving(self) -> frozenset[AnyProvider]:
        """The private providers that may outlive a run."""
        return self._outliving(Lifetime.RUN) if self.has_lifetimes else frozenset()

    @cached_property
    def of_steps(self) -> frozenset[AnyProvider]:
        """The private providers that a step has to itself: its resources, and whatever depends on one of these."""
        return frozenset(self.private) - self._outliving(Lifetime.STEP) if self.has_lifetimes else frozenset()

    def _outliving(self, span: Lifetime) -> frozenset[AnyProvider]:
        return outliving_providers(self.graph, self.reached, self.private, span)

    def outlives(self, key: str) -> bool:
        """Whether the value under `key` is kept, and may outlive a run."""
        found = self.graph.find(key)
        effective = None if found is None else self.graph.effective_provider(found)
        return effective in self.outliving and isinstance(effective, (*_KEEPS, ResourceProvider))

    def is_built_once(self, provider: AnyProvider) -> bool:
        """Whether `provider` is a Singleton that other scopes share."""
        if provider in self.shared_singletons:
            return True
        if not self.has_lifetimes or not isinstance(provider, _KEEPS) or provider not in self.private:
            return False
        return provider in self.outliving or (bool(self.of_steps) and provider not in self.of_steps)

    @cached_property
    def lifetime_faults(self) -> list[LifetimeError]:
        """A fault for each resource that outlives one it depends on."""
        faults = lifetime_faults(self.graph, self.reached, self.strictly_private) if self.has_lifetimes else ()
        return list(faults)

    @cached_property
    def calls(self) -> dict[AnyProvider, Call]:
        """`{provider: what it calls}`, for synchronous code: under an event loop an argument may have to be awaited."""
        return {} if self.asynchronous else calls_of(self.graph, self.order)

    # -- what opens when it is called ----------------------------------------------------------------------------------

    def opens_late(self, provider: AnyProvider) -> bool:
        """Whether somebody may call for the resource of `provider` before the scope has opened it."""
        return self.has_selectors or provider not in self._opened_early

    @cached_property
    def _opened_early(self) -> frozenset[AnyProvider]:
        return frozenset(self.opened_by_scope)


_KEEPS = (providers.BaseSingleton,)


def _is_directory(provider: AnyProvider) -> bool:
    return isinstance(provider, DIRECTORIES) or bool(listed_providers(getattr(provider, "provides", None)))


SAFE_BEFORE_OPENING = (
    *(SettingsProvider, providers.Object, providers.Configuration, providers.ConfigurationOption),
    *(providers.TypedConfigurationOption, providers.ProvidedInstance, providers.AttributeGetter, providers.ItemGetter),
    *(providers.List, providers.Dict, providers.Selector, providers.Dependency, providers.DependenciesContainer),
)
"""The kinds that only read or pass on. All others make something, which is a part of opening."""
