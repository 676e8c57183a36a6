"""The plans that a container keeps for its next scopes, each valid while all that it was made of stays as it was."""

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from dependency_injector import providers

from dagwire.containers.keys import (
    Container,
    EphemeralContainer,
    Key,
    declared_providers,
    find_provider,
    is_nested_container,
    nested_containers,
)
from dagwire.containers.plan_validity import can_be_refilled, contents_of, is_same, overriding
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.scope_plan import Keys, ScopePlan

_KEPT = "_dagwire_plans"
"""The attribute in which a container keeps its plans, so that they end with it."""

_LIMIT = 64
"""The number of plans that a container keeps. A process that asks for ever other sets of keys forgets the oldest."""

_LIMIT_OF_PROVIDERS = 5000
"""The number of providers in all kept plans together, at about 700 bytes each; the newest plan may be larger."""


class CachedPlan:
    """A plan, and all that was read of the container to make it. Lives as long as the container."""

    def __init__(self, plan: ScopePlan) -> None:
        """Note how everything is now."""
        self.plan = plan
        self._names: list[tuple[Any, str, AnyProvider | None]] = []
        """`(what has the name, name, provider)` of each name on the way to a key."""
        self._others: list[tuple[str, AnyProvider | None]] = []
        """`(key, provider)` of the keys that are missing, or are found by an override of a nested container."""
        for key, provider in plan.graph.provider_by_key.items():
            names = _names_to(plan.graph.container, key)
            if provider is not None and names and names[-1][-1] is provider:
                self._names += names
            else:
                self._others.append((key, provider))
        self._find = plan.graph.find
        on_the_way = [one for _, _, one in self._names if one is not None and is_nested_container(one)]
        self._overriding = [(one, overriding(one)) for one in dict.fromkeys((*plan.reached, *on_the_way))]
        slots = {*plan.slots.values()}
        self._contents = [
            (one, contents_of(one))
            for one in plan.reached
            # What is replaced is not called, and a slot is the plan's own.
            if plan.graph.facts[one].replacement is None and one not in slots and can_be_refilled(one)
        ]
        listed = nested_containers(plan.graph.container) if plan.graph.is_listed else ()
        self._listed = [(inner, dict(declared_providers(inner))) for inner in listed]

    def is_valid(self) -> bool:
        """Whether all providers and overrides are as they were."""
        # Loops by identity: each scope asks, and a call for each provider would cost more than its opening.
        for holder, name, provider in self._names:
            if holder.providers.get(name) is not provider:
                return False
        reached: Any  # stubs: partly unknown
        for reached, known in self._overriding:
            if reached.last_overriding is not known:
                return False
        for key, found in self._others:
            if self._find(key) is not found:
                return False
        for refilled, contents in self._contents:
            if not is_same(contents_of(refilled), contents):
                return False
        return all(declared_providers(inner) == listing for inner, listing in self._listed)


def _names_to(container: Any, key: str) -> list[tuple[Any, str, AnyProvider | None]]:
    """`(what has the name, name, provider)` on the way to `key`; empty if it is not found by names alone."""
    found = container.providers.get(key)
    if found is not None:
        return [(container, key, found)]
    name, _, rest = key.partition(".")
    nested = container.providers.get(name)
    if not rest or not is_nested_container(nested) or nested.overridden:
        return []
    inner = _names_to(nested, rest)
    return [(container, key, None), (container, name, nested), *inner] if inner else []


_PlanKey = tuple[Keys, tuple[Key, ...], bool]
"""The keys of a scope, the keys that have slots, and whether an event loop drives it."""


class _KeptPlans:
    """The plans of one container, the newest at the end; lives as long as the container."""

    def __init__(self) -> None:
        self._plans: dict[_PlanKey, CachedPlan] = {}
        self._providers = 0
        self._changing = threading.Lock()

    def get(self, key: _PlanKey) -> ScopePlan | None:
        """The plan under `key`, if it is still valid."""
        kept = self._plans.get(key)
        return kept.plan if kept is not None and kept.is_valid() else None

    def keep(self, key: _PlanKey, plan: ScopePlan) -> None:
        """Keep `plan`, and forget the oldest if there are too many."""
        cached = CachedPlan(plan)
        with self._changing:
            self._forget(key)
            self._plans[key] = cached
            self._providers += len(plan.reached)
            while len(self._plans) > _LIMIT or (self._providers > _LIMIT_OF_PROVIDERS and len(self._plans) > 1):
                self._forget(next(iter(self._plans)))

    def _forget(self, key: _PlanKey) -> None:
        forgotten = self._plans.pop(key, None)
        if forgotten is not None:
            self._providers -= len(forgotten.plan.reached)


def plan_for(
    container: Container, replacements: Mapping[Key, AnyProvider], keys: Keys, *, asynchronous: bool
) -> ScopePlan:
    """The plan of `keys` of `container` with `replacements`.

    The plan is kept with the container for the next scope, unless a replacement depends on other providers.

    Raises:
        ResourceCycleError: Providers depend on one another in a cycle.
    """
    has_slots = not replacements or all(_fills_a_slot(container, *one) for one in replacements.items())
    if not has_slots or isinstance(container, EphemeralContainer):
        return ScopePlan(ProviderGraph(container, replacements), keys, asynchronous=asynchronous)
    kept: _KeptPlans | None = vars(container).get(_KEPT)  # of this class, not of its bases
    if kept is None:
        kept = _KeptPlans()
        setattr(container, _KEPT, kept)
    key = (keys, tuple(replacements), asynchronous)
    plan = kept.get(key)
    if plan is None:
        plan = _plan_with_slots(container, replacements, keys, asynchronous=asynchronous)
        kept.keep(key, plan)
    return plan


def _fills_a_slot(container: Container, key: Key, replacement: AnyProvider) -> bool:
    """Whether `replacement` passes on an object, and neither depends on another provider nor is the one it replaces."""
    stubbed: Any = replacement
    if type(replacement) is not providers.Object or stubbed.last_overriding is not None:
        return False
    value = stubbed.provides
    if is_provider(value) or getattr(value, "__IS_CONTAINER__", False) is True:
        return False
    return find_provider(container, key) is not replacement


def _plan_with_slots(container: Container, replaced: Iterable[Key], keys: Keys, *, asynchronous: bool) -> ScopePlan:
    slots: dict[Key, AnyProvider] = {key: providers.Object[Any]() for key in replaced}
    plan = ScopePlan(ProviderGraph(container, slots), keys, asynchronous=asynchronous)
    plan.slots = slots
    return plan
