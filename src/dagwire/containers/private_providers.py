"""The providers that a run must have to itself, and the ones that it shares with every other run. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from inspect import iscoroutinefunction
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AWAITED, AnyProvider

Replacement = tuple[AnyProvider, object]
"""A provider of the container, and what replaces it, or what that was made of."""

Reached = frozenset[Replacement]
"""The replacements that a provider reaches: two scopes of a run share a private copy that reaches the same ones."""

_NONE: Reached = frozenset()


def private_providers(graph: ProviderGraph, order: Sequence[AnyProvider]) -> dict[AnyProvider, Reached]:
    """The providers of `order` that a run must have to itself, each with the replacements that it reaches.

    They are the run's own resources, what is replaced, and whatever depends on one of these, even if it only passes it
    on.
    """
    private: dict[AnyProvider, Reached] = {}
    changes = True
    while changes:  # a second time only if providers pass on one another in a cycle
        changes = False
        for provider in order:
            reached = _reached(graph, private, provider)
            if reached is not None and private.get(provider) != reached:
                private[provider] = reached
                changes = True
    return private


def _reached(graph: ProviderGraph, private: dict[AnyProvider, Reached], provider: AnyProvider) -> Reached | None:
    """The replacements that `provider` reaches; None if it may be shared."""
    facts = graph.facts[provider]
    below = [private[one] for one in facts.referred if one in private]
    new = graph.replaced.get(provider)
    if new is not None:
        below.append(frozenset({(provider, new)}))
    if below:
        return _NONE.union(*below)
    return _NONE if facts.is_owned else None


def settled_in_scope(
    graph: ProviderGraph, order: Iterable[AnyProvider], private: dict[AnyProvider, Reached], awaited: set[AnyProvider]
) -> dict[AnyProvider, Reached]:
    """The providers that a scope copies so that it asks once: Selectors, coroutines in synchronous code, dependants.

    A Singleton stays shared above them: it keeps what it was built of, for every run.
    """
    settled: dict[AnyProvider, Reached] = {}
    for provider in order:
        if provider not in private and (provider in awaited or _is_settled(graph, settled, provider)):
            settled[provider] = _NONE
    return settled


def _is_settled(graph: ProviderGraph, settled: Mapping[AnyProvider, Reached], provider: AnyProvider) -> bool:
    facts = graph.facts[provider]
    if facts.replacement is not None:
        return facts.replacement in settled
    if isinstance(provider, providers.BaseSingleton):
        return False
    return isinstance(provider, providers.Selector) or any(one in settled for one in facts.referred)


def awaited_providers(
    graph: ProviderGraph, order: Iterable[AnyProvider], private: Container[AnyProvider]
) -> set[AnyProvider]:
    """The providers whose calls synchronous code must wait for: coroutine functions, and Singletons made of such."""
    awaited: set[AnyProvider] = set()
    of_coroutines: set[AnyProvider] = set()
    for provider in order:
        facts = graph.facts[provider]
        is_called = facts.replacement is None
        if is_called and gives_coroutine(provider):
            awaited.add(provider)
        elif facts.is_owned:
            continue  # the scope awaits what it opens
        elif not any(one in of_coroutines for one in facts.called):
            continue
        elif is_called and isinstance(provider, providers.BaseSingleton) and provider not in private:
            awaited.add(provider)
        of_coroutines.add(provider)
    return awaited


def gives_coroutine(provider: AnyProvider) -> bool:
    """Whether a call of `provider` gives a coroutine, as far as its declaration shows."""
    if isinstance(provider, AWAITED):
        return True
    kinds = (providers.Factory, providers.Callable, providers.BaseSingleton)
    return isinstance(provider, kinds) and iscoroutinefunction(cast("Any", provider).provides)
