"""`Lifetime`: how long a resource stays open, declared with its provider."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from dagwire.containers.provider_edges import referred_to
from dagwire.containers.provider_graph import ProviderGraph, is_owned_by_run
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import LifetimeError


def lifetime_of(provider: AnyProvider) -> "Lifetime | None":
    """The declared lifetime of a resource; None for a provider whose object the scope does not close."""
    if isinstance(provider, ResourceProvider):
        return Lifetime(provider.lifetime)
    return Lifetime.RUN if is_owned_by_run(provider) else None


class Lifetime(StrEnum):
    """The span for which a resource stays open."""

    RUN = "run"
    """A run, a tick or a request opens it and closes it: the default."""
    PROCESS = "process"
    """The process scope opens it once for all runs; without one, each run opens its own."""


def outliving_providers(
    graph: ProviderGraph, order: Sequence[AnyProvider], private: Mapping[AnyProvider, object]
) -> frozenset[AnyProvider]:
    """The private providers that may outlive a run: process-lived resources, and what depends on no other resource."""
    shorter: set[AnyProvider] = set()
    longer: set[AnyProvider] = set()
    changes = True
    while changes:  # a second time only if providers pass on one another in a circle
        changes = False
        for provider in order:
            if provider in shorter or provider not in private:
                continue
            lifetime = lifetime_of(provider) if graph.replacement_of(provider) is None else None
            is_short = lifetime is Lifetime.RUN or any(one in shorter for one in referred_to(graph.edges(provider)))
            known = shorter if is_short else longer
            if provider not in known:
                known.add(provider)
                changes = True
    return frozenset(longer - shorter)


def lifetime_faults(
    graph: ProviderGraph, order: Iterable[AnyProvider], private: Mapping[AnyProvider, object]
) -> Iterator[LifetimeError]:
    """A fault for each resource that outlives a resource it depends on.

    A resource that reaches a replacement lives as long as the run that replaces, so it has no such fault.
    """
    for provider in order:
        is_long = graph.replacement_of(provider) is None and lifetime_of(provider) is Lifetime.PROCESS
        if is_long and not private[provider] and (path := _path_to_shorter(graph, provider)):
            yield LifetimeError([graph.name(one) for one in path])


def _path_to_shorter(graph: ProviderGraph, provider: AnyProvider) -> list[AnyProvider]:
    """The way from `provider` to the nearest resource of a run; empty if there is none."""
    above: dict[AnyProvider, AnyProvider | None] = {provider: None}
    for one in (waiting := [provider]):
        if one is not provider and graph.replacement_of(one) is None and lifetime_of(one) is Lifetime.RUN:
            path: list[AnyProvider] = []
            step: AnyProvider | None = one
            while step is not None:
                path.insert(0, step)
                step = above[step]
            return path
        for below in referred_to(graph.edges(one)):
            if below not in above:
                above[below] = one
                waiting.append(below)
    return []
