"""The lifetimes of the values of providers, for lists and pictures. Opens nothing."""

from collections.abc import Container as Collection

from dependency_injector import providers

from dagwire.containers.keys import Container, keys_of
from dagwire.containers.lifetime import Lifetime, lifetime_of, outliving_providers
from dagwire.containers.privacy import private_providers
from dagwire.containers.provider_graph import ProviderGraph, is_owned_by_run
from dagwire.containers.provider_types import DIRECTORIES, AnyProvider

_KEPT = (providers.BaseSingleton, providers.Object, providers.Configuration, providers.BaseResource)


def lifetimes_of(container: Container) -> dict[str, str]:
    """`{key: how long what it gives lives}`: the process, a run, a call, or nothing for what only passes on others.

    A Singleton on a resource of a run is a run's, too: in the next run the resource is another one.
    """
    graph = ProviderGraph(container, {})
    keys = list(keys_of(container))
    order = graph.read_all_below(keys)
    private = private_providers(graph, order)
    outliving = outliving_providers(graph, order, private)
    found = {key: graph.provider_by_key[key] for key in keys}
    return {key: _lives_for(graph, one, private, outliving) for key, one in found.items() if one is not None}


def _lives_for(
    graph: ProviderGraph, provider: AnyProvider, private: Collection[AnyProvider], outliving: Collection[AnyProvider]
) -> str:
    provider = graph.effective_provider(provider)
    if isinstance(provider, (*DIRECTORIES, providers.Selector)):
        return ""
    if is_owned_by_run(provider):
        return "the process" if lifetime_of(provider) is Lifetime.PROCESS else "a run"
    if isinstance(provider, _KEPT):
        return "a run" if provider in private and provider not in outliving else "the process"
    return "a call"
