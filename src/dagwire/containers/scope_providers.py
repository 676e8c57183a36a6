"""`ScopeProviders`: the providers of one scope, with what is private to its run in place."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

from dependency_injector import providers

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.private_copies import ChosenProvider, PrivateCopies, PrivateResource, Runner
from dagwire.containers.provider_checks import is_read_early, read_wrongly
from dagwire.containers.provider_copier import Slot
from dagwire.containers.provider_graph import Name, dependencies_first
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.singletons import build_once
from dagwire.errors import DagwireError


class ScopeProviders:
    """The providers that a scope's keys reach, each private or shared as the run needs; lives as long as the scope.

    A provider is named by the one in the container. `current` gives what is called in this scope: the run's private
    copy, or the provider itself, which is then shared with every other run.
    """

    def __init__(
        self,
        plan: ScopePlan,
        fillings: Mapping[AnyProvider, AnyProvider],
        copies: PrivateCopies,
        runner: Runner,
        configured: Collection[AnyProvider],
        left_out: frozenset[AnyProvider] = frozenset(),
    ) -> None:
        """Copy what must be private; see `PrivateCopies.of`. Nothing is called or opened.

        The scope opens nothing of `left_out`, which its steps open.
        """
        self._plan = plan
        self._left_out = left_out
        copier = copies.of(plan, fillings, runner, configured)
        self._slots: Mapping[AnyProvider, Slot] = copier.slots
        self._provider_for = copier.provider_for
        self.resources: dict[AnyProvider, PrivateResource] = {
            one: slot for one, slot in copier.slots.items() if isinstance(slot, PrivateResource)
        }
        """`{provider: the run's own resource in its place}`; nothing else is opened."""
        self.choice_faults: dict[AnyProvider, DagwireError] = {}
        """`{Selector: fault}` of the Selectors that could not choose while everything was checked."""

    def current(self, provider: AnyProvider) -> Slot:
        """The stand-in of `provider` in this scope, or itself."""
        return self._slots.get(provider, provider)

    def effective_resource(self, provider: AnyProvider) -> PrivateResource | None:
        """The run's own resource that is called in the end where `provider` is asked for; None if there is none."""
        return self.resources.get(self._plan.graph.effective_provider(provider))

    def name(self, provider: AnyProvider) -> Name:
        """The name of `provider`, for messages."""
        return Name(self._plan.graph, provider)

    def is_nested_key(self, recipe: object) -> bool:
        """Whether `recipe`, nested in another, is declared under a key of its own."""
        return self._plan.graph.nested.has_key(recipe)

    def build_shared(self, provider: AnyProvider) -> None:
        """Have `provider` build its object now if it is a Singleton that other runs share."""
        if self._plan.is_built_once(provider):
            build_once(self._provider_for(provider), self.current(provider))

    def value(self, provider: AnyProvider) -> Any:
        """The value of a key of `provider`: its object, or an Aggregate itself, which is asked for a member."""
        if isinstance(provider, providers.Aggregate) and self._plan.graph.replacement_of(provider) is None:
            return self._provider_for(provider)
        return self.current(provider)()

    def values_for(self, resource: PrivateResource) -> list[Any]:
        """The values of the injections of `resource`."""
        return resource.declared.values(self.current, self._provider_for)

    # -- walks ---------------------------------------------------------------------------------------------------------

    def to_open(self) -> Iterable[AnyProvider]:
        """The providers that will be called, dependencies first: of a Selector's branches the chosen one alone.

        A choice is asked for only after the caller has dealt with what it depends on, so it may depend on a resource.
        """
        called = self.called_by([*self._plan.roots]) if self._plan.has_selectors else self._plan.opened_by_scope
        return (one for one in called if one not in self._left_out) if self._left_out else called

    def called_by(self, roots: Iterable[AnyProvider]) -> Iterator[AnyProvider]:
        """Yield the providers that a call of `roots` calls, dependencies first."""
        return dependencies_first(roots, self._called_by, self._plan.graph.name)

    def _called_by(self, provider: AnyProvider) -> Iterable[AnyProvider]:
        chooser = self._slots.get(provider)
        if isinstance(chooser, ChosenProvider):
            return () if cast("Any", provider).selector in self._left_out else self._chosen(provider, chooser)
        return self._plan.graph.dependencies(provider)

    def before_opening(self, *, has_config: bool) -> Iterable[AnyProvider]:
        """The resources of which something may be found wrong while nothing is open.

        `has_config` is whether a run gives any.
        """
        if self._plan.has_selectors:
            return self.asked()
        return self._plan.asked_resources if has_config else self._plan.checked

    def asked(self) -> Iterable[AnyProvider]:
        """The providers that are checked: called, or passed on by delegates, as far as Selectors can be asked."""
        if not self._plan.has_selectors:
            return self._plan.asked
        return dependencies_first(self._plan.roots, self._asked_by, None)

    def _asked_by(self, provider: AnyProvider) -> Iterable[AnyProvider]:
        chooser = self._slots.get(provider)
        if not isinstance(chooser, ChosenProvider):
            return self._plan.asked_by(provider)
        ask: Any = cast("Any", provider).selector
        return (ask,) if ask in self._plan.deferred else self._chosen_if_possible(provider, chooser)

    def _chosen_if_possible(self, selector: AnyProvider, chooser: ChosenProvider) -> list[AnyProvider]:
        """The branch of `selector`; if it cannot choose, keep the fault and go without, so that the rest is checked."""
        try:
            return list(self._chosen(selector, chooser))
        except DagwireError as fault:
            self.choice_faults[selector] = fault
            ask: object = cast("Any", selector).selector
            return [ask] if isinstance(ask, providers.Provider) else []

    def _chosen(self, selector: AnyProvider, chooser: ChosenProvider) -> Iterator[AnyProvider]:
        ask: object = cast("Any", selector).selector
        if isinstance(ask, providers.Provider):
            yield ask
        yield chooser.branch

    def problems(self, *, is_opened: bool) -> Iterator[tuple[AnyProvider, str]]:
        """`(provider, what is wrong with it)`: declarations that cannot work, options and values that are not there.

        `is_opened` is whether the providers of the keys are called; if not, somebody may call them with more arguments.
        """
        plan = self._plan
        problem_by_provider = plan.problem_by_provider if is_opened else plan.problem_unless_called
        if not problem_by_provider and not plan.read_early:
            return
        for provider in self.asked():
            problem = problem_by_provider.get(provider)
            if problem is None and is_read_early(provider) and plan.graph.replacement_of(provider) is None:
                problem = read_wrongly(provider, self.current)
            if problem is not None:
                yield provider, problem

    def settings(self) -> Iterator[Any]:
        """The stand-ins of the providers of settings that may be called."""
        for provider in self.asked() if self._plan.has_selectors else self._plan.settings:
            if isinstance(provider, SettingsProvider) and self._plan.graph.replacement_of(provider) is None:
                yield self.current(provider)

    def is_deferred(self, provider: AnyProvider) -> bool:
        """Whether a resource of the run is made of what must not be called before opening begins."""
        return provider in self._plan.built_while_opening
