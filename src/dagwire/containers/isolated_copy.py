"""Copies of providers that share nothing which changes: what one test works on."""

from collections.abc import Iterable
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.container_copy import ContainerCopy
from dagwire.containers.keys import Container, declared_providers, find_provider, nested_containers
from dagwire.containers.plan_validity import overriding
from dagwire.containers.private_copies import ReplacedProvider
from dagwire.containers.provider_copier import ProviderCopier
from dagwire.containers.provider_edges import container_held_by
from dagwire.containers.provider_graph import ProviderGraph, dependencies_first
from dagwire.containers.provider_types import AnyProvider


def isolated_copy(container: Container) -> ContainerCopy:
    """A copy of `container` with singletons and settings of its own; nothing in it has been read or built yet.

    Copied are the providers that keep what they made, and whatever depends on them, each when it is first asked for.
    All others are shared: they make something new for each run. What is overridden for the container by `override` is
    so for the copy, too.
    """
    return ContainerCopy(container, _IsolatingCopier(container).provider_for)


class _GraphAtOneTime(ProviderGraph):
    """The graph of a container as it was overridden when this was made; lives as long as the copied container."""

    def __init__(self, container: Container) -> None:
        """Note what overrides each provider that has a key."""
        super().__init__(container, {})
        listed = (one for inner in nested_containers(container) for one in declared_providers(inner).values())
        self._overriding = {provider: overriding(provider) for provider in listed}

    def replacement_of(self, provider: AnyProvider) -> AnyProvider | None:
        """The provider that overrode `provider` then; for one without a key, the one that overrides it now."""
        known = provider in self._overriding
        return self._overriding[provider] if known else overriding(provider)


def another_of(container: Container, key: str) -> AnyProvider:
    """Another provider of the value under `key`: it stays itself when the one under the key is overridden."""
    provider = find_provider(container, key)
    assert provider is not None  # noqa: S101  # the caller has looked
    graph = ProviderGraph(container, {})
    return ProviderCopier(graph, (), ()).copied_beside(provider)


class _IsolatingCopier:
    """Copies what keeps what it made, and what depends on such; lives as long as the copied container."""

    def __init__(self, container: Container) -> None:
        """Copy nothing yet."""
        self._graph = _GraphAtOneTime(container)
        self._copied: set[AnyProvider] = set()
        self._seen: dict[AnyProvider, None] = {}
        self._copier = ProviderCopier(self._graph, self._copied, self._seen, self.provider_for)

    def provider_for(self, provider: AnyProvider) -> AnyProvider:
        """The stand-in of `provider`, copied now if it must be."""
        if provider not in self._seen:
            self._copy_all_below(provider)
        return self._copier.provider_for(provider)

    def _copy_all_below(self, provider: AnyProvider) -> None:
        order = [one for one in self._in_order(provider) if one not in self._seen]
        self._seen.update(dict.fromkeys(order))
        changes = True
        while changes:  # a second time only if providers pass on one another in a cycle
            changes = False
            for one in order:
                if one not in self._copied and self._must_be_copied(one):
                    self._copied.add(one)
                    changes = True
        for one in order:
            if one in self._copied:
                self._copy(one)

    def _in_order(self, provider: AnyProvider) -> Iterable[AnyProvider]:
        return dependencies_first([provider], self._below, None)

    def _below(self, provider: AnyProvider) -> Iterable[AnyProvider]:
        """The providers that `provider` refers to; a container that it passes on is copied on demand."""
        return () if self._is_holder(provider) else self._graph.referred(provider)

    def _is_holder(self, provider: AnyProvider) -> bool:
        return self._graph.replacement_of(provider) is None and container_held_by(provider) is not None

    def _must_be_copied(self, provider: AnyProvider) -> bool:
        if self._graph.replacement_of(provider) is not None:
            return True  # what overrode it then may be taken away by now
        if isinstance(provider, providers.BaseSingleton) or self._is_holder(provider):
            return True
        return any(one in self._copied for one in self._below(provider))

    def _copy(self, provider: AnyProvider) -> None:
        replacement: Any = self._graph.replacement_of(provider)
        if replacement is None:
            copied = self._copier.copied(provider)
            if overriding(copied) is not None:  # `deepcopy` took along what has overridden it since
                cast("Any", copied).reset_override()
        else:
            self._copier.slots[provider] = ReplacedProvider(provider, lambda: self._copier.current(replacement))
