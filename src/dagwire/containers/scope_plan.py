"""`ScopePlan`: what the keys of a scope reach, worked out once and kept while the container stays as it was.

That a plain object takes the place of a provider is a part of the plan, and which object is not: the plan has a slot
for it, which each scope fills. So a test's fake costs no plan of its own.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from dependency_injector import providers

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, GivenForOneCall, find_provider, nested_containers
from dagwire.containers.plan_validity import can_be_refilled, contents_of, is_same, overriding
from dagwire.containers.provider_graph import ProviderGraph, is_owned_by_run
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_adapter import as_resource_provider
from dagwire.containers.resource_provider import ResourceProvider

Keys = tuple[str, ...]

_KEPT = "_dagwire_plans"
"""Where a container keeps its plans: on itself, so that they end with it. `{(keys, keys that have slots): plan}`."""


class ScopePlan:
    """What the keys of a scope reach. Never changed once it is made: scopes in several threads read it at once."""

    def __init__(self, graph: ProviderGraph, keys: Keys) -> None:
        """Work out everything that does not differ from scope to scope.

        Raises:
            ResourceCycleError: Providers depend on one another in a circle.
        """
        self.graph = graph
        self.keys = keys
        self.slots: Mapping[str, AnyProvider] = {}
        """`{key: what stands in the plan for a plain object that scopes are given}`."""
        self.roots = [found for key in keys if (found := graph.root(key)) is not None]
        self.order = self._ordered()
        self.private = graph.private_part(self.order)
        self.required = graph.required_by_resources()
        self.has_all_keys = all(found is not None for found in graph.provider_by_key.values())
        """Whether there is something under every key that the scope or a resource asks for."""
        self.settings: list[AnyProvider] = []
        """The providers of settings."""
        self.has_choices = False
        """Whether there are Selectors, so that it is not told yet what will be called."""
        self.owned: dict[AnyProvider, ResourceProvider[Any]] = {}
        """`{provider: what is declared}` of the resources that the run opens and closes itself."""
        self.shared_singletons: set[AnyProvider] = set()
        """The Singletons that other runs share."""
        for provider in self.order:
            if graph.stand_in(provider) is None:  # what is replaced is not called
                self._sort(provider)
        self.made_by_scope = [one for one in self.order if one in self.owned or one in self.shared_singletons]
        """What a scope opens or builds before anybody asks, dependencies first; where nothing is left to a choice."""
        self.made_late = {provider for provider, declared in self.owned.items() if self._is_made_late(declared)}
        """The resources that are made of what must not be called before opening begins."""
        self.checked = [provider for provider, declared in self.owned.items() if not declared.is_checked_by_its_keys]
        """Those of which something can be told to be wrong before they are opened, where no config is given."""

    def _sort(self, provider: AnyProvider) -> None:
        """Note what is to be done with `provider`."""
        if isinstance(provider, SettingsProvider):
            self.settings.append(provider)
        elif isinstance(provider, providers.Selector):
            self.has_choices = True
        elif isinstance(provider, providers.Singleton):
            if provider not in self.private:
                self.shared_singletons.add(provider)
        elif is_owned_by_run(provider):
            self.owned[provider] = as_resource_provider(provider)

    def _ordered(self) -> list[AnyProvider]:
        order = self.graph.in_order(self.roots)
        if len(self.roots) == 1:
            return order
        by_level = self.graph.by_level(self.roots, order)
        if by_level == self.roots:
            return order
        self.roots = by_level
        return self.graph.in_order(by_level)

    def _is_made_late(self, declared: ResourceProvider[Any]) -> bool:
        injected = declared.injected_providers
        return bool(injected) and any(provider in self.waiting for _, provider, _ in injected)

    @cached_property
    def waiting(self) -> frozenset[AnyProvider]:
        """The providers that must not be called before opening begins: resources, and what runs code of the user's."""
        waiting: set[AnyProvider] = set()
        for provider in self.order:
            if self._waits_itself(provider) or not waiting.isdisjoint(self.graph.dependencies(provider)):
                waiting.add(provider)
        return frozenset(waiting)

    def _waits_itself(self, provider: AnyProvider) -> bool:
        if provider in self.private and self.graph.stand_in(provider) is not None:
            return False  # its private copy hands on what stands in for it
        return provider in self.owned or not isinstance(provider, _CALLED_EARLY)


class _Kept:
    """A plan, and all that was read of the container to make it. Lives as long as the container."""

    def __init__(self, plan: ScopePlan) -> None:
        self.plan = plan
        self._find = plan.graph.find
        self._provider_by_key = list(plan.graph.provider_by_key.items())
        self._overriding_by_provider = [(provider, overriding(provider)) for provider in plan.order]
        self._contents_by_provider = [(one, contents_of(one)) for one in plan.order if can_be_refilled(one)]
        listed = nested_containers(plan.graph.container) if plan.graph.is_listed else ()
        self._providers_by_container = [(inner, dict(inner.providers)) for inner in listed]

    def holds(self) -> bool:
        """Whether everything is as it was."""
        for key, provider in self._provider_by_key:
            if self._find(key) is not provider:
                return False
        for provider, known in self._overriding_by_provider:
            if overriding(provider) is not known:
                return False
        for provider, contents in self._contents_by_provider:
            if not is_same(contents_of(provider), contents):
                return False
        return all(inner.providers == listing for inner, listing in self._providers_by_container)


def plan_for(container: Container, given: Mapping[str, AnyProvider], keys: Keys) -> ScopePlan:
    """What `keys` of `container` reach where `given` stands in for some of its providers.

    The plan is kept with the container for the next scope, unless something is given that depends on other things.

    Raises:
        ResourceCycleError: Providers depend on one another in a circle.
    """
    if isinstance(container, GivenForOneCall) or not all(_fills_a_slot(container, *one) for one in given.items()):
        return ScopePlan(ProviderGraph(container, given), keys)
    kept_by_keys: dict[tuple[Keys, Keys], _Kept] | None = vars(container).get(_KEPT)  # of this class, not of its bases
    if kept_by_keys is None:
        kept_by_keys = {}
        setattr(container, _KEPT, kept_by_keys)
    found = (keys, tuple(given))
    kept = kept_by_keys.get(found)
    if kept is None or not kept.holds():
        kept = kept_by_keys[found] = _Kept(_plan_with_slots(container, given, keys))
    return kept.plan


def _fills_a_slot(container: Container, key: str, given: AnyProvider) -> bool:
    """Whether `given` hands on an object, and neither depends on another provider nor is the one it replaces."""
    stubbed: Any = given
    if type(given) is not providers.Object or stubbed.last_overriding is not None or is_provider(stubbed.provides):
        return False
    return find_provider(container, key) is not given


def _plan_with_slots(container: Container, given: Iterable[str], keys: Keys) -> ScopePlan:
    slots = {key: providers.Object[Any]() for key in given}
    plan = ScopePlan(ProviderGraph(container, slots), keys)
    plan.slots = slots
    return plan


_CALLED_EARLY = (
    *(SettingsProvider, providers.Object, providers.Configuration, providers.ConfigurationOption),
    *(providers.TypedConfigurationOption, providers.ProvidedInstance, providers.AttributeGetter, providers.ItemGetter),
    *(providers.List, providers.Dict, providers.Selector, providers.Dependency, providers.DependenciesContainer),
)
"""The kinds that only read or hand on. All others make something, which is a part of opening."""
