"""The lifetimes of the values of providers, for lists and pictures. Opens nothing."""

from collections.abc import Iterable

from dependency_injector import providers

from dagwire.containers.keys import Container, keys_of
from dagwire.containers.lifetime import Lifetime, lifetime_of, lifetimes_in, outliving_providers
from dagwire.containers.private_providers import private_providers
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import DIRECTORIES, AnyProvider

_KEPT = (
    *(providers.BaseSingleton, providers.Object, providers.BaseResource),
    *(providers.Configuration, providers.ConfigurationOption),
)


def declared_lifetimes(graph: ProviderGraph, keys: Iterable[str]) -> dict[str, Lifetime]:
    """`{key: the lifetime that holds}` of the resources of `keys` that are declared to live for another than a run.

    One that lives for the process, but reaches a replacement, is opened by the run that replaces.
    """
    order = graph.read_all_below(keys)
    if all(lifetime_of(provider) in {None, Lifetime.RUN} for provider in order):
        return {}
    private = private_providers(graph, order)
    found: dict[str, Lifetime] = {}
    for provider, lifetime in lifetimes_in(graph, order).items():
        key = graph.key_of(provider)
        if key is not None and lifetime is not Lifetime.RUN:
            is_of_run = lifetime is Lifetime.PROCESS and private[provider]
            found[key] = Lifetime.RUN if is_of_run else lifetime
    return found


def lifetimes_of(container: Container) -> dict[str, str]:
    """`{key: how long what it gives lives}`: the process, a run, a step, a call; nothing for what passes on others.

    A Singleton on a resource of a run is a run's, too: in the next run the resource is another one.
    """
    graph = ProviderGraph(container, {})
    keys = list(keys_of(container))
    order = graph.read_all_below(keys)
    private = private_providers(graph, order)
    lifetimes = lifetimes_in(graph, order)
    outliving = {span: outliving_providers(graph, order, private, span) for span in (Lifetime.STEP, Lifetime.RUN)}

    def lives_for(provider: AnyProvider) -> str:
        provider = graph.effective_provider(provider)
        if isinstance(provider, (*DIRECTORIES, providers.Selector)):
            return ""
        if provider in lifetimes:
            return _WORDS[lifetimes[provider]]
        if not isinstance(provider, _KEPT):
            return "a call"
        ended_by = (span for span, longer in outliving.items() if provider in private and provider not in longer)
        return _WORDS[next(ended_by, Lifetime.PROCESS)]

    found = {key: graph.provider_by_key[key] for key in keys}
    return {key: lives_for(one) for key, one in found.items() if one is not None}


_WORDS = {Lifetime.STEP: "a step", Lifetime.RUN: "a run", Lifetime.PROCESS: "the process"}
