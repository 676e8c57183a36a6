"""`ScopePlan`: what the keys of a scope reach, worked out once and kept while the container stays as it was."""

from collections.abc import Callable, Iterable, Mapping
from operator import is_
from typing import Any, TypeVar

from dependency_injector import providers

from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.graph import ProviderGraph, is_owned_by_run
from dagwire.containers.keys import Container, nested_containers
from dagwire.containers.provider_state import state_of
from dagwire.containers.resource_provider import AnyProvider

T = TypeVar("T")

Keys = tuple[str, ...]

_KEPT = "_dagwire_plans"
"""Where a container keeps its plans: on itself, so that they end with it. `{keys: plan}`."""


class ScopePlan:
    """What the keys of a scope reach. Never changed once it is made: scopes in several threads read it at once."""

    def __init__(self, graph: ProviderGraph, keys: Keys) -> None:
        """Work out everything that does not differ from scope to scope.

        Raises:
            ResourceCycleError: Providers depend on one another in a circle.
        """
        self.graph = graph
        self.keys = keys
        roots = [found for key in keys if (found := graph.root(key)) is not None]
        self.roots = graph.by_level(roots) if len(roots) > 1 else roots
        self.order = graph.in_order(self.roots)
        self.private = graph.private_part(self.order)
        self.required = graph.required_by_resources(self.order)
        self.required_keys = _not_empty(self.order, graph.required_keys)
        """`{provider: the keys that it asks for by name}`"""
        self.nested = _not_empty(self.order, graph.nested.with_keys)
        """`{provider: {id(recipe): provider}}` for recipes nested in a resource that have keys of their own."""
        self.settings = [provider for provider in self.order if isinstance(provider, SettingsProvider)]
        self.has_choices = any(isinstance(provider, providers.Selector) for provider in self.order)
        self.waiting = self._waiting()
        self._state_by_provider = [(provider, state_of(provider)) for provider in self.order]
        self._listings = [(inner, dict(inner.providers)) for inner in self._listed_containers()]

    def _waiting(self) -> frozenset[AnyProvider]:
        """The providers that must not be called before opening begins: resources, and what runs code of the user's."""
        waiting: set[AnyProvider] = set()
        for provider in self.order:
            if self._waits_itself(provider) or not waiting.isdisjoint(self.graph.dependencies(provider)):
                waiting.add(provider)
        return frozenset(waiting)

    def _waits_itself(self, provider: AnyProvider) -> bool:
        if provider in self.private and self.graph.stand_in(provider) is not None:
            return False  # its private copy hands on what stands in for it
        return is_owned_by_run(provider) or not isinstance(provider, _CALLED_EARLY)

    def _listed_containers(self) -> Iterable[Any]:
        """The containers that were read as a whole."""
        return nested_containers(self.graph.container) if self.graph.is_listed else ()

    def holds(self) -> bool:
        """Whether everything that was read to make this plan is as it was."""
        find = self.graph.find
        return (
            all(find(key) is provider for key, provider in self.graph.provider_by_key.items())
            and all(_is_same(state_of(provider), state) for provider, state in self._state_by_provider)
            and all(inner.providers == listing for inner, listing in self._listings)
        )


def plan_for(container: Container, given: Mapping[str, AnyProvider], keys: Keys) -> ScopePlan:
    """What `keys` of `container` reach where `given` stands in for some of its providers.

    Where nothing is given, which is every run but a test's, the plan is kept for the next scope.

    Raises:
        ResourceCycleError: Providers depend on one another in a circle.
    """
    if given:
        return ScopePlan(ProviderGraph(container, given), keys)
    kept: dict[Keys, ScopePlan] | None = vars(container).get(_KEPT)  # of a class, not of the class it inherits from
    if kept is None:
        kept = {}
        setattr(container, _KEPT, kept)
    plan = kept.get(keys)
    if plan is None or not plan.holds():
        plan = kept[keys] = ScopePlan(ProviderGraph(container, {}), keys)
    return plan


def _not_empty(order: Iterable[AnyProvider], read: Callable[[AnyProvider], T]) -> dict[AnyProvider, T]:
    return {provider: value for provider in order if (value := read(provider))}


def _is_same(now: list[object], then: list[object]) -> bool:
    return len(now) == len(then) and all(map(is_, now, then))


_CALLED_EARLY = (
    *(SettingsProvider, providers.Object, providers.Configuration, providers.ConfigurationOption),
    *(providers.TypedConfigurationOption, providers.ProvidedInstance, providers.AttributeGetter, providers.ItemGetter),
    *(providers.List, providers.Dict, providers.Selector, providers.Dependency, providers.DependenciesContainer),
)
"""The kinds that only read or hand on. All others make something, which is a part of opening."""
