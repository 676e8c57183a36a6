"""`PrivateGraph`: the providers of one scope, with what is private to its run in place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from dependency_injector import providers

from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.graph import Name, ProviderGraph, dependencies_first
from dagwire.containers.private_copy import PrivateCopies, PrivateResource
from dagwire.containers.resource_provider import AnyProvider, injected, is_provider
from dagwire.errors import DagwireError, ResourceSetupError, UnknownNameError


class PrivateGraph:
    """What the keys of one scope reach, each provider private or shared as the run needs; lives as long as the scope.

    A provider is named by the one in the container. `current` gives what is called in this scope: the run's private
    copy, or the provider itself, which is then shared with every other run.
    """

    def __init__(self, graph: ProviderGraph, keys: Sequence[str], copies: PrivateCopies) -> None:
        """Copy what must be private. Nothing is called or opened.

        Raises:
            ResourceCycleError: Providers depend on one another in a circle.
        """
        self._graph = graph
        roots = [found for key in keys if (found := graph.root(key)) is not None]
        self._roots = graph.by_level(roots) if len(roots) > 1 else roots
        self._order = graph.in_order(self._roots)
        self._copies: Mapping[AnyProvider, AnyProvider] = copies.of(graph, self._order)
        self._has_choices = any(isinstance(provider, providers.Selector) for provider in self._order)

    def current(self, provider: Any) -> Any:
        """What stands for `provider` in this scope; anything that is no provider stands for itself."""
        return self._copies.get(provider, provider) if is_provider(provider) else provider

    def name(self, provider: AnyProvider) -> Name:
        """The name of `provider`, for messages."""
        return Name(self._graph, provider)

    def is_nested_key(self, recipe: object) -> bool:
        """Whether `recipe`, nested in another, is declared under a key of its own."""
        return self._graph.nested.has_key(recipe)

    def is_private(self, provider: AnyProvider) -> bool:
        """Whether the run has a copy of its own."""
        return provider in self._copies

    def resource(self, provider: AnyProvider) -> PrivateResource | None:
        """The run's own resource that stands for `provider`, or None where it is nothing to open."""
        current = self._copies.get(provider)
        return current if isinstance(current, PrivateResource) else None

    def value(self, provider: AnyProvider) -> Any:
        """What a key of `provider` gives: its object, or an Aggregate itself, which is asked for a member."""
        current = self.current(provider)
        return current if isinstance(provider, providers.Aggregate) else current()

    def values_for(self, resource: PrivateResource) -> list[Any]:
        """What the injections of `resource` come to."""
        return [injected(value, self.current(value)) for value in resource.declared.injections]

    def settings(self, kind: type[providers.Provider[Any]]) -> list[Any]:
        """The providers of `kind` that may be called, those left out that something else stands in for."""
        found = (provider for provider in self._order if isinstance(provider, kind))
        return [self.current(provider) for provider in found if self._graph.stand_in(provider) is None]

    def to_open(self) -> Iterable[AnyProvider]:
        """The providers that will be called, dependencies first: of a Selector's branches the chosen one alone.

        A choice is asked for only after the caller has dealt with what it depends on, so it may depend on a resource.
        """
        if not self._has_choices:
            return self._order
        return dependencies_first(self._roots, self._called_by, self._graph.name)

    def before_opening(self) -> Iterable[AnyProvider]:
        """The same, as far as it can be told while no resource is open."""
        if not self._has_choices:
            return self._order
        waiting = self.waiting()

        def called_by(provider: AnyProvider) -> Iterator[AnyProvider]:
            selector: Any = provider
            if self._is_choice(provider) and selector.selector in waiting:
                return iter((selector.selector,))
            return self._called_by(provider)

        return dependencies_first(self._roots, called_by, self._graph.name)

    def waiting(self) -> set[AnyProvider]:
        """The providers that must not be called before opening begins: resources, and what runs code of the user's."""
        waiting: set[AnyProvider] = set()
        for provider in self._order:
            dependencies = self._graph.dependencies(provider)
            if _waits_itself(self.current(provider)) or not waiting.isdisjoint(dependencies):
                waiting.add(provider)
        return waiting

    def _called_by(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        if self._is_choice(provider):
            return self._chosen(provider)
        return iter(self._graph.dependencies(provider))

    def _is_choice(self, provider: AnyProvider) -> bool:
        return isinstance(provider, providers.Selector) and self._graph.stand_in(provider) is None

    def _chosen(self, selector: Any) -> Iterator[AnyProvider]:
        if is_provider(selector.selector):
            yield selector.selector
        try:
            choice = self.current(selector).selector()
        except DagwireError:
            raise
        except Exception as cause:
            raise ResourceSetupError(self._graph.name(selector), (), cause) from cause
        if choice not in selector.providers:
            raise UnknownNameError(
                f"branch of Selector '{self._graph.name(selector)}'", str(choice), selector.providers
            )
        yield selector.providers[choice]


_CALLED_EARLY = (
    *(SettingsProvider, providers.Object, providers.Configuration, providers.ConfigurationOption),
    *(providers.TypedConfigurationOption, providers.ProvidedInstance, providers.AttributeGetter, providers.ItemGetter),
    *(providers.List, providers.Dict, providers.Selector, providers.Dependency, providers.DependenciesContainer),
)
"""The kinds that only read or hand on. All others make something, which is a part of opening."""


def _waits_itself(current: object) -> bool:
    return isinstance(current, PrivateResource) or not isinstance(current, _CALLED_EARLY)
