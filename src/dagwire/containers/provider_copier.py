"""Copying a part of a container: each provider in it refers to copies if there are any, and shares all else."""

import copy
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, Protocol, cast

from dependency_injector import providers

from dagwire.containers.container_copy import ContainerCopy
from dagwire.containers.provider_edges import container_held_by
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_custom, is_provider


class StandIn(Protocol):
    """A substitute for a provider in a scope, which makes a provider only for those that are given one."""

    def __call__(self) -> Any:
        """Give what the provider would."""
        ...

    def as_provider(self) -> AnyProvider:
        """A provider for whoever is given it."""
        ...


Slot = AnyProvider | StandIn
"""A scope's or a copied container's own, in place of a provider."""


class ProviderCopier:
    """The copying of a part of a container, one provider at a time, dependencies first.

    `deepcopy` of a provider would recurse, copy plain arguments (a lock cannot be copied, a shared dict would become
    two) and follow references back to whole containers. So it gets a memo in which everything that the provider refers
    to stands already: copies for what is copied, and the thing itself for all else.
    """

    def __init__(
        self,
        graph: ProviderGraph,
        copied: Container[AnyProvider],
        reached: Iterable[AnyProvider],
        copy_on_demand: Callable[[AnyProvider], AnyProvider] | None = None,
    ) -> None:
        """Copy nothing yet.

        Args:
            graph: Who refers to whom.
            copied: The providers that get a copy.
            reached: All providers that may be referred to.
            copy_on_demand: What stands for a provider of a container that is passed on as a whole, asked on its first
                use; None if it is copied by then or not at all.
        """
        self.slots: dict[AnyProvider, Slot] = {}
        self._graph = graph
        self._copied = copied
        self._reached = reached
        self._copy_on_demand = copy_on_demand or self.provider_for
        self._containers: dict[int, ContainerCopy] = {}

    def current(self, provider: AnyProvider) -> Slot:
        """The stand-in of `provider`, or itself if it is shared."""
        return self.slots.get(provider, provider)

    def provider_for(self, provider: AnyProvider) -> AnyProvider:
        """The provider that others are given for `provider`."""
        slot = self.slots.get(provider)
        if slot is None:
            return provider
        return slot if isinstance(slot, providers.Provider) else slot.as_provider()

    def copied(self, provider: AnyProvider) -> AnyProvider:
        """Copy `provider`, unless it has a stand-in already, and return its stand-in."""
        if provider not in self.slots:
            self.slots[provider] = self._holder_of_container(provider) or self.copied_beside(provider)
        return self.provider_for(provider)

    def copied_beside(self, provider: AnyProvider) -> AnyProvider:
        """A provider of the same kind, which refers to the stand-in of each provider in its declaration.

        Providers that pass on one another in a cycle are copied together.
        """
        memo: dict[int, Any] = {}
        cycle = [provider]
        for one in cycle:  # which grows meanwhile
            cycle += (other for other in dict.fromkeys(self._refer(one, memo)) if other not in cycle)
        copied = copy.deepcopy(provider, memo)
        for other in cycle[1:]:
            if other not in self.slots and id(other) in memo:
                self.slots[other] = memo[id(other)]
        return copied

    def _holder_of_container(self, provider: AnyProvider) -> AnyProvider | None:
        """The copy of a provider that passes on a whole container, which needs no other copy before its first use."""
        held = container_held_by(provider)
        if held is None:
            return None
        copied: object = self._container(held)
        if isinstance(provider, providers.Self):
            return providers.Self(copied)
        if isinstance(provider, providers.Container):
            return providers.Container(cast("Any", type)(held), container=copied)
        return providers.Object(copied)

    def _container(self, original: Any) -> ContainerCopy:
        """The only copy of a container that is passed on; its providers are the stand-ins here."""
        found = self._containers.get(id(original))
        if found is None:
            found = self._containers[id(original)] = ContainerCopy(original, self._copy_on_demand)
        return found

    def _refer(self, provider: AnyProvider, memo: dict[int, Any]) -> Iterator[AnyProvider]:
        """Put into `memo` what `provider` refers to; yield what must be copied along with it."""
        for value in self._plain_values(provider):
            memo[id(value)] = value
        if isinstance(provider, _CHILDREN):
            parent = cast("Any", provider).parent  # which serves for names alone
            memo.setdefault(id(parent), parent)
        for other in self._referred_to(provider):
            if other in self._copied and other not in self.slots and self._holder_of_container(other) is None:
                if id(other) not in memo:
                    yield other
            else:
                memo[id(other)] = self.copied(other) if other in self._copied else other

    def _referred_to(self, provider: AnyProvider) -> Iterator[AnyProvider]:
        yield from self._graph.referred(provider)
        if is_custom(provider):  # its own `__deepcopy__` may reach for anything below it
            yield from (one for one in self._reached if one is not provider and one in self.slots)

    def _plain_values(self, provider: AnyProvider) -> Iterator[object]:
        yield from plain_values(provider)
        if is_custom(provider):
            for one in self._reached:
                yield from plain_values(one)


_CHILDREN = (providers.Dependency, providers.DependenciesContainer, providers.Container)
"""The kinds of providers that know the container they are in."""

_HOLDERS = ("args", "kwargs", "attributes", "selector")


def plain_values(provider: AnyProvider) -> Iterator[object]:
    """Everything injected into what `provider` makes that is not a provider."""
    kind = cast("type", provider.__class__)
    # Asked of the class: an AttributeGetter answers any attribute with another AttributeGetter.
    declared: dict[str, Any] = {name: getattr(provider, name) for name in _HOLDERS if hasattr(kind, name)}
    values: list[object] = [*declared.get("args", ()), declared.get("selector")]
    for named in ("kwargs", "attributes"):
        values += declared.get(named, {}).values()
    return (value for value in values if not is_provider(value))
