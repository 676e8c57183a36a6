"""The planning of a scope's opening: its steps in the order of opening, and where each value comes from.

A plan is made, once, of a `ScopePlan` if every provider that the scope reaches is of a kind whose opening never depends
on what happens meanwhile. Selectors, delegates of what is opened, lifetimes, retries, timeouts, variables among the
arguments and nested recipes do depend on it; a scope that reaches one opens on the general path.
"""

from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from operator import itemgetter
from typing import cast

from dependency_injector import providers

from dagwire.containers.called_provider import calls_of
from dagwire.containers.collected_call import collected_call
from dagwire.containers.opening_steps import EarlyRecipe, Kind, OpeningPlan, Root, Step
from dagwire.containers.planned_calls import Fill, KeptCall, PlannedCall
from dagwire.containers.private_providers import gives_coroutine
from dagwire.containers.provider_graph import Name
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.recipe_factory import FunctionOfArguments
from dagwire.containers.resource_provider import AnyResourceProvider
from dagwire.containers.scope_checks import made_recipe
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.singletons import build_once
from dagwire.resources.life_cycle_methods import generator_manager
from dagwire.resources.retry_and_timeout import NO_RETRY_NO_TIMEOUT


class _NotPlannedError(Exception):
    """The plan has a provider whose opening depends on what happens meanwhile."""


def opening_of(plan: ScopePlan) -> OpeningPlan | None:
    """The opening of `plan` as data, made at the first use; None if it must be opened on the general path."""
    if not plan.is_opening_known:
        plan.opening = _opening_of(plan)
        plan.is_opening_known = True  # last: other threads read both
    return plan.opening


def _opening_of(plan: ScopePlan) -> OpeningPlan | None:
    if not _is_plain(plan):
        return None
    try:
        return _Planning(plan).planned()
    except _NotPlannedError:
        return None


def _is_plain(plan: ScopePlan) -> bool:
    """Whether the plan as a whole can be opened step by step."""
    certain = plan.has_all_keys and not plan.has_selectors and not plan.has_lifetimes and not plan.awaited
    return certain and not plan.problem_by_provider and plan.owned.keys() <= {*plan.opened_by_scope}


class _Planning:
    """The making of one opening plan; lives until it is made."""

    def __init__(self, plan: ScopePlan) -> None:
        self._plan = plan
        self._calls = calls_of(plan.graph, plan.order)
        slots = list(plan.slots.values())
        self._fill_by_provider: dict[AnyProvider, Fill] = {slot: itemgetter(place) for place, slot in enumerate(slots)}
        self._place_by_provider = {one: len(slots) + place for place, one in enumerate(plan.opened_by_scope)}
        self._first = len(slots)
        self._size = len(slots) + len(plan.opened_by_scope)
        self._kept: dict[AnyProvider, int] = {}
        self._recipes: list[EarlyRecipe] = []

    def planned(self) -> OpeningPlan:
        plan = self._plan
        steps = [self._step(provider) for provider in plan.opened_by_scope]
        if any(one in plan.private for provider in plan.reached for one in plan.graph.facts[provider].passed_on):
            raise _NotPlannedError
        roots = [self._root(key, cast("AnyProvider", plan.graph.provider_by_key[key])) for key in plan.keys]
        places: dict[AnyProvider | str, int] = {
            one: place for one, place in self._place_by_provider.items() if one in plan.owned
        }
        blank = [KeptCall.NOT_MADE] * (self._size - self._first)
        return OpeningPlan(steps, self._recipes, roots, blank, places, self._kept)

    def _new_place(self) -> int:
        self._size += 1
        return self._size - 1

    # -- what gives a value --------------------------------------------------------------------------------------------

    def _fill(self, provider: AnyProvider) -> Fill:
        found = self._fill_by_provider.get(provider)
        if found is None:
            found = self._fill_by_provider[provider] = self._new_fill(provider)
        return found

    def _new_fill(self, provider: AnyProvider) -> Fill:
        plan = self._plan
        replacement = plan.graph.facts_of(provider).replacement
        if replacement is not None:
            return self._fill(replacement)
        if provider in plan.owned:
            return itemgetter(self._place_by_provider[provider])
        if provider not in plan.private and not self._may_drop_coroutine(provider):
            return _shared(provider)
        collected = collected_call(provider)
        if collected is not None:
            function, values = collected
            fills = [(place, self._fill(one)) for place, one in enumerate(values) if is_provider(one)]
            return PlannedCall(function, values, fills, {}, (), may_wait=plan.asynchronous)
        call = self._calls.get(provider)
        if call is None:
            raise _NotPlannedError
        args = [one for one, _ in call.args]
        fills = [(place, self._fill(one)) for place, (one, is_called) in enumerate(call.args) if is_called]
        named = [(name, self._fill(one)) for name, one in call.called]
        planned = PlannedCall(call.function, args, fills, call.plain, named, may_wait=plan.asynchronous)
        if not call.keeps:
            return planned
        place = self._kept[provider] = self._new_place()
        return KeptCall(place, planned)

    def _may_drop_coroutine(self, provider: AnyProvider) -> bool:
        """Whether dependency-injector's own call leaves a coroutine unawaited if another argument cannot be had."""
        call = self._calls.get(provider) if self._plan.asynchronous else None
        if call is None or call.keeps:
            return False
        called = [*(one for one, is_called in call.args if is_called), *(one for _, one in call.called)]
        return len(called) > 1 and any(map(gives_coroutine, self._plan.graph.in_order(called)))

    def _required(self, key: str) -> Fill:
        """The filler of the value under a key that a definition names: it is made once a scope, before it is asked."""
        provider = cast("AnyProvider", self._plan.graph.provider_by_key[key])
        effective = self._plan.graph.effective_provider(provider)
        if effective not in self._plan.owned and not isinstance(effective, providers.Object):
            raise _NotPlannedError
        return self._fill(provider)

    def _root(self, key: str, provider: AnyProvider) -> Root:
        graph = self._plan.graph
        replacement = graph.facts_of(provider).replacement
        if isinstance(provider, providers.Aggregate) and replacement is None:
            return Root(key, partial(_passed_on, provider), provider, may_be_awaited=False)
        is_value = provider in self._plan.owned or (isinstance(provider, providers.Object) and replacement is None)
        return Root(key, self._fill(provider), provider, may_be_awaited=not is_value)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _step(self, provider: AnyProvider) -> Step:
        plan = self._plan
        place = self._place_by_provider[provider]
        name = Name(plan.graph, provider)
        declared = plan.owned.get(provider)
        if declared is None:
            return Step(Kind.SHARED, place, name, partial(build_once, provider), (), (), (), provider)
        if declared.policy is not NO_RETRY_NO_TIMEOUT or declared.variables or declared.nested:
            raise _NotPlannedError
        called = [(at, one) for at, one, is_called in declared.injected_providers if is_called]
        fills = [(at, self._fill(one)) for at, one in called]
        awaited = [at for at, one in called if one not in plan.owned]
        if declared.function is None:
            return self._recipe_step(provider, place, name, declared, fills, awaited)
        kind, function = _kind_of(declared, declared.function, asynchronous=plan.asynchronous)
        # The first of the injections is the function itself.
        args = declared.injections[1:]
        fills = [(at - 1, fill) for at, fill in fills]
        return Step(kind, place, name, function, args, fills, [at - 1 for at in awaited], provider)

    def _recipe_step(
        self,
        provider: AnyProvider,
        place: int,
        name: Name,
        declared: AnyResourceProvider,
        fills: Sequence[tuple[int, Fill]],
        awaited: Sequence[int],
    ) -> Step:
        plan = self._plan
        if provider in plan.graph.nested_keys:
            raise _NotPlannedError
        required = [(key, self._required(key)) for key in plan.graph.required_keys.get(provider, ())]
        make = partial(_made, declared, name)
        if provider in plan.built_while_opening:
            return Step(Kind.RECIPE, place, name, make, declared.injections, fills, awaited, provider, required)
        if not fills and declared.is_checked_by_its_keys:
            recipe = declared.recipe(declared.injections)
            return Step(Kind.RECIPE, place, name, lambda: recipe, (), (), (), provider, required)
        early = self._new_place()
        self._recipes.append(EarlyRecipe(provider, early, name, make, declared.injections, fills))
        of_early = [(0, itemgetter(early))]
        return Step(Kind.RECIPE, place, name, _itself, (None,), of_early, (), provider, required)


def _shared(provider: AnyProvider) -> Fill:
    def call(_values: object) -> object:
        return provider()

    return call


def _passed_on(provider: AnyProvider, _values: object) -> AnyProvider:
    """An Aggregate itself, which is asked for a member."""
    return provider


def _itself(recipe: object) -> object:
    return recipe


def _made(declared: AnyResourceProvider, name: Name, *values: object) -> object:
    return made_recipe(declared, values, name)


def _kind_of(
    declared: AnyResourceProvider, function: FunctionOfArguments, *, asynchronous: bool
) -> tuple[Kind, Callable[..., object]]:
    """The use of a function's result, and the function with all arguments in one row."""
    kind, plain = _kind_and_function(function, asynchronous=asynchronous)
    if not declared.fields:
        return kind, plain
    positional, names = len(declared.args), list(declared.fields)

    def by_name(*values: object) -> object:
        return plain(*values[:positional], **dict(zip(names, values[positional:], strict=True)))

    return kind, by_name


def _kind_and_function(function: FunctionOfArguments, *, asynchronous: bool) -> tuple[Kind, Callable[..., object]]:
    manager = generator_manager(function.function)
    if manager is contextmanager:
        return Kind.GENERATOR, function.function
    if manager is asynccontextmanager and asynchronous:
        return Kind.ASYNC_GENERATOR, function.function
    return (Kind.MANAGER if function.definition.has_life_cycle else Kind.VALUE), function.manager_function
