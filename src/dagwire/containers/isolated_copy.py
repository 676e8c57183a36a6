"""Copies of providers that share nothing which changes: what one test works on."""

from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.keys import Container, ContainerCopy, find_provider, original_of
from dagwire.containers.private_copies import Copying
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider


def isolated_copy(container: Container) -> ContainerCopy:
    """A copy of `container` with singletons and settings of its own; nothing in it has been read or built yet.

    Copied are the providers that keep what they made, and whatever depends on them. All others are shared: they make
    something new for each run. What is overridden for the container by `override` is so for the copy, too.

    Raises:
        ResourceCycleError: Providers depend on one another in a circle.
    """
    graph = ProviderGraph(container, {})
    order = graph.in_order(container.providers.values())
    copying = Copying(graph, order)
    for provider in order:
        if _keeps_what_it_made(provider) or any(d in copying.copies for d in graph.dependencies(provider)):
            copying.copies[provider] = copying.copied(provider)
    copied = ContainerCopy()
    vars(copied)["dagwire_original"] = original_of(container)
    for key, provider in container.providers.items():
        _place(copied, key, copying.current(provider))
    return copied


def another_of(container: Container, key: str) -> AnyProvider:
    """Another provider of what stands under `key`: it stays itself where the one under the key is overridden."""
    provider = find_provider(container, key)
    assert provider is not None  # noqa: S101  # the caller has looked
    graph = ProviderGraph(container, {})
    copying = Copying(graph, graph.in_order([provider]))
    copying.copies[provider] = copying.copied(provider)
    return copying.current(provider)


def _keeps_what_it_made(provider: AnyProvider) -> bool:
    return isinstance(provider, providers.BaseSingleton)


def _place(container: Any, key: str, provider: AnyProvider) -> None:
    """Put a provider under a key; not by assignment, which would take it from the container that it belongs to."""
    container.providers[key] = provider
    cast("dict[str, Any]", container.__dict__).setdefault(key, provider)
