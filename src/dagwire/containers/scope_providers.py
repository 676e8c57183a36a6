"""`PrivateGraph`: the providers of one scope, with what is private to its run in place."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dependency_injector import providers

from dagwire.containers.private_copies import Private, PrivateCopies, PrivateResource
from dagwire.containers.provider_graph import Name, dependencies_first
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.scope_plan import ScopePlan
from dagwire.errors import DagwireError, ResourceSetupError, UnknownNameError

_BUILDING_SHARED = threading.RLock()
"""Held while a shared Singleton is asked for: dependency-injector's plain one may be built once by each thread."""


class PrivateGraph:
    """What the keys of one scope reach, each provider private or shared as the run needs; lives as long as the scope.

    A provider is named by the one in the container. `current` gives what is called in this scope: the run's private
    copy, or the provider itself, which is then shared with every other run.
    """

    def __init__(self, plan: ScopePlan, given: Mapping[AnyProvider, AnyProvider], copies: PrivateCopies) -> None:
        """Copy what must be private; `{slot of the plan: what is given}`. Nothing is called or opened."""
        self._plan = plan
        self._copies: Mapping[AnyProvider, Private] = copies.of(plan, given)
        self.resources = {one: copy for one, copy in self._copies.items() if isinstance(copy, PrivateResource)}
        """`{provider: the run's own resource that stands for it}`; what is not here is nothing to open."""

    def current(self, provider: AnyProvider) -> Any:
        """What stands for `provider` in this scope."""
        return self._copies.get(provider, provider)

    def name(self, provider: AnyProvider) -> Name:
        """The name of `provider`, for messages."""
        return Name(self._plan.graph, provider)

    def is_nested_key(self, recipe: object) -> bool:
        """Whether `recipe`, nested in another, is declared under a key of its own."""
        return self._plan.graph.nested.has_key(recipe)

    def build_shared(self, provider: AnyProvider) -> None:
        """Have `provider` build its object now where it is a Singleton that other runs share; only one thread may."""
        if provider in self._plan.shared_singletons:
            with _BUILDING_SHARED:
                provider()

    def value(self, provider: AnyProvider) -> Any:
        """What a key of `provider` gives: its object, or an Aggregate itself, which is asked for a member."""
        current = self.current(provider)
        return current if isinstance(provider, providers.Aggregate) else current()

    def values_for(self, resource: PrivateResource) -> list[Any]:
        """What the injections of `resource` come to."""
        return resource.declared.values(self.current)

    def settings(self) -> list[Any]:
        """What stands for the providers of settings that may be called."""
        return [self.current(provider) for provider in self._plan.settings]

    def to_open(self) -> Iterable[AnyProvider]:
        """The providers that will be called, dependencies first: of a Selector's branches the chosen one alone.

        A choice is asked for only after the caller has dealt with what it depends on, so it may depend on a resource.
        """
        if not self._plan.has_choices:
            return self._plan.made_by_scope
        return dependencies_first(self._plan.roots, self._called_by, self._plan.graph.name)

    def before_opening(self, *, has_config: bool) -> Iterable[AnyProvider]:
        """The same, as far as it can be told while no resource is open; `has_config` says whether a run gives any."""
        if not self._plan.has_choices:
            return self._plan.owned if has_config else self._plan.checked
        waiting = self._plan.waiting

        def called_by(provider: AnyProvider) -> Iterator[AnyProvider]:
            selector: Any = provider
            if self._is_choice(provider) and selector.selector in waiting:
                return iter((selector.selector,))
            return self._called_by(provider)

        return dependencies_first(self._plan.roots, called_by, self._plan.graph.name)

    def is_made_late(self, provider: AnyProvider) -> bool:
        """Whether a resource of the run is made of what must not be called before opening begins."""
        return provider in self._plan.made_late

    def _called_by(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        if self._is_choice(provider):
            return self._chosen(provider)
        return iter(self._plan.graph.dependencies(provider))

    def _is_choice(self, provider: AnyProvider) -> bool:
        return isinstance(provider, providers.Selector) and self._plan.graph.stand_in(provider) is None

    def _chosen(self, selector: Any) -> Iterator[AnyProvider]:
        if is_provider(selector.selector):
            yield selector.selector
        try:
            choice = self.current(selector).selector()
        except DagwireError:
            raise
        except Exception as cause:
            raise ResourceSetupError(self._plan.graph.name(selector), (), cause) from cause
        if choice not in selector.providers:
            raise UnknownNameError(
                f"branch of Selector '{self._plan.graph.name(selector)}'", str(choice), selector.providers
            )
        yield selector.providers[choice]
