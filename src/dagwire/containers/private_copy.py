"""Copying the part of a container that one run must have to itself; all else is shared with the container."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.from_dependency_injector import from_dependency_injector
from dagwire.containers.graph import ProviderGraph, Replacement, is_owned_by_run
from dagwire.containers.resource_provider import AnyProvider, ResourceProvider, is_provider
from dagwire.resources.context import InitResourceContext


class PrivateResource(providers.Object[Any]):
    """A run's own stand-in for a resource: `declared` says what to open; the open value is then provided as it is."""

    declared: ResourceProvider[Any]
    recipe: Any = None
    """What is to be opened, where it could be made before anything was; None where it waits for another resource."""
    context: InitResourceContext | None = None
    """What it was told when it was opened."""
    is_open: bool = False

    def opened_as(self, value: object) -> None:
        """Provide `value` from now on."""
        self.set_provides(value)
        self.is_open = True


class PrivateCopies:
    """The private copies of one run, by provider and by the replacements that it reaches; lives as long as the run.

    The scopes of a run share it: where two of them have the same replacements for all that a provider reaches, they
    have the same copy of it.
    """

    def __init__(self) -> None:
        self._copies: dict[tuple[AnyProvider, frozenset[Replacement]], AnyProvider] = {}

    def of(self, graph: ProviderGraph, order: Sequence[AnyProvider]) -> dict[AnyProvider, AnyProvider]:
        """`{provider: its private copy}` for all in `order` that must be private; `order` has dependencies first."""
        copying = Copying(graph, order)
        for provider, reached in graph.private_part(order).items():
            copied = self._copies.get((provider, reached))
            if copied is None:
                copied = self._copies[provider, reached] = copying.private(provider)
            copying.copies[provider] = copied
        return copying.copies


_CHILDREN = (providers.Dependency, providers.DependenciesContainer, providers.Container)
"""The kinds of providers that know the container they are in."""


class Copying:
    """The copying of a part of a container, one provider at a time, dependencies first.

    `deepcopy` of a provider would recurse, copy plain arguments (a lock cannot be copied, a shared dict would become
    two) and follow references back to whole containers. So it gets a memo in which everything that the provider refers
    to stands already: private copies for what is private, and the thing itself for all else.
    """

    def __init__(self, graph: ProviderGraph, order: Sequence[AnyProvider]) -> None:
        self.copies: dict[AnyProvider, AnyProvider] = {}
        self._graph = graph
        self._order = order

    def private(self, provider: AnyProvider) -> AnyProvider:
        """A run's own copy: of a resource, what the run opens."""
        if self._graph.stand_in(provider) is None and is_owned_by_run(provider):
            private = PrivateResource()
            private.declared = _as_resource_provider(provider)
            return private
        return self.copied(provider)

    def copied(self, provider: AnyProvider) -> AnyProvider:
        """A provider of the same kind, which refers to the copies made so far, and to the thing itself for all else."""
        stand_in = self._graph.stand_in(provider)
        if stand_in is not None:
            return _slot(provider, self.copies.get(stand_in, stand_in))
        memo: dict[int, Any] = {id(value): value for value in _plain_values(provider)}
        memo.update((id(other), self.copies.get(other, other)) for other in self._referred_to(provider))
        if isinstance(provider, providers.Container):
            return self._copied_container(provider, memo)
        return copy.deepcopy(provider, memo)

    def _copied_container(self, provider: AnyProvider, memo: dict[int, Any]) -> AnyProvider:
        """A nested container's copy: its providers may refer to any other, and would take the copy for their parent."""
        memo.update((id(other), self.copies.get(other, other)) for other in self._order if other is not provider)
        children = [cast("Any", child) for child in self._order if isinstance(child, _CHILDREN)]
        parents = [child.parent for child in children]
        copied = copy.deepcopy(provider, memo)
        for child, parent in zip(children, parents, strict=True):
            child.assign_parent(parent)
        return copied

    def _referred_to(self, provider: Any) -> Iterator[AnyProvider]:
        yield from self._graph.dependencies(provider)
        if isinstance(provider, _CHILDREN):
            yield cast("Any", provider).parent


def _slot(provider: AnyProvider, stand_in: AnyProvider) -> AnyProvider:
    """What takes the place of a provider that is replaced."""
    if isinstance(provider, providers.Configuration):
        configuration = providers.Configuration()  # options read from their root, which must be of this kind
        configuration.from_dict(stand_in())
        return configuration
    slot: AnyProvider = providers.Dependency()
    cast("Any", slot).override(stand_in)
    return slot


def _as_resource_provider(provider: AnyProvider) -> ResourceProvider[Any]:
    if isinstance(provider, ResourceProvider):
        return provider
    return from_dependency_injector(cast("providers.BaseResource[Any]", provider))


def _plain_values(provider: AnyProvider) -> Iterator[object]:
    """Everything injected into what `provider` makes that is no provider."""
    kind = cast("type", provider.__class__)
    # Asked of the class: an AttributeGetter answers any attribute with another AttributeGetter.
    declared: dict[str, Any] = {name: getattr(provider, name) for name in _HOLDERS if hasattr(kind, name)}
    values: list[object] = [*declared.get("args", ()), declared.get("selector")]
    for named in ("kwargs", "attributes"):
        values += declared.get(named, {}).values()
    return (value for value in values if not is_provider(value))


_HOLDERS = ("args", "kwargs", "attributes", "selector")
