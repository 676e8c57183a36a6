"""`Lifetime`: how long a resource stays open, declared with its provider."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

from dagwire.containers.provider_graph import ProviderGraph, is_owned_by_run
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import LifetimeError


class Lifetime(StrEnum):
    """The span for which a resource stays open."""

    STEP = "step"
    """An attempt of a step opens it and closes it; outside a run, the block that asks for it does."""
    RUN = "run"
    """A run, a tick or a request opens it and closes it: the default."""
    PROCESS = "process"
    """The process scope opens it once for all runs; without one, each run opens its own."""

    def outlives(self, other: "Lifetime") -> bool:
        """Whether a resource of this lifetime is open when one of the other is closed."""
        return _SPANS.index(self) > _SPANS.index(other)


_SPANS = (Lifetime.STEP, Lifetime.RUN, Lifetime.PROCESS)


def lifetime_of(provider: AnyProvider) -> Lifetime | None:
    """The declared lifetime of a resource; None for a provider whose object the scope does not close."""
    if isinstance(provider, ResourceProvider):
        return Lifetime(provider.lifetime)
    return Lifetime.RUN if is_owned_by_run(provider) else None


def lifetimes_in(graph: ProviderGraph, order: Iterable[AnyProvider]) -> dict[AnyProvider, Lifetime]:
    """`{resource: its lifetime}` of the resources in `order` that a scope opens.

    A resource that replaces one of a step is opened for a step, too, unless it is declared to live for the process.
    """
    found: dict[AnyProvider, Lifetime] = {}
    replaced: list[AnyProvider] = []
    for provider in order:
        lifetime = lifetime_of(provider)
        if lifetime is not None and graph.replacement_of(provider) is None:
            found[provider] = lifetime
        elif lifetime is Lifetime.STEP:
            replaced.append(provider)
    for provider in replaced:
        effective = graph.effective_provider(provider)
        if found.get(effective) is Lifetime.RUN:
            found[effective] = Lifetime.STEP
    return found


def outliving_providers(
    graph: ProviderGraph,
    order: Sequence[AnyProvider],
    private: Mapping[AnyProvider, object],
    span: Lifetime,
) -> frozenset[AnyProvider]:
    """The private providers that may outlive `span`: longer-lived resources, and what depends on no other resource."""
    lifetimes = lifetimes_in(graph, order)
    shorter: set[AnyProvider] = set()
    longer: set[AnyProvider] = set()
    changes = True
    while changes:  # a second time only if providers pass on one another in a cycle
        changes = False
        for provider in order:
            if provider in shorter or provider not in private:
                continue
            lifetime = lifetimes.get(provider)
            ends = lifetime is not None and not lifetime.outlives(span)
            is_short = ends or any(one in shorter for one in graph.facts[provider].referred)
            known = shorter if is_short else longer
            if provider not in known:
                known.add(provider)
                changes = True
    return frozenset(longer - shorter)


def lifetime_faults(
    graph: ProviderGraph, order: Iterable[AnyProvider], private: Mapping[AnyProvider, object]
) -> Iterator[LifetimeError]:
    """A fault for each resource that outlives a resource it depends on.

    A process-lived resource that reaches a replacement lives for the run that replaces.
    """
    lifetimes = lifetimes_in(graph, order)
    for provider, declared in lifetimes.items():
        lifetime = Lifetime.RUN if private[provider] and declared is Lifetime.PROCESS else declared
        shorter = {one for one, other in lifetimes.items() if lifetime.outlives(other)}
        path = _path_to_shorter(graph, provider, shorter) if shorter else []
        if path:
            yield LifetimeError([graph.name(one) for one in path], lifetime, lifetimes[path[-1]])


def _path_to_shorter(graph: ProviderGraph, provider: AnyProvider, shorter: Container[AnyProvider]) -> list[AnyProvider]:
    """The way from `provider` to the nearest of the `shorter`-lived resources; empty if there is none."""
    above: dict[AnyProvider, AnyProvider | None] = {provider: None}
    for one in (waiting := [provider]):
        if one in shorter:
            path: list[AnyProvider] = []
            step: AnyProvider | None = one
            while step is not None:
                path.insert(0, step)
                step = above[step]
            return path
        for below in graph.facts[one].referred:
            if below not in above:
                above[below] = one
                waiting.append(below)
    return []
