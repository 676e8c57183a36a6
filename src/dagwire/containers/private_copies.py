"""Copying the part of a container that one run must have to itself; all else is shared with the container."""

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.provider_graph import ProviderGraph, Replacement
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.containers.scope_plan import ScopePlan
from dagwire.resources.init_resource_context import InitResourceContext


class PrivateResource:
    """A run's own resource: what is declared, and the live thing once it is open; lives as long as the run."""

    __slots__ = ("_provider", "context", "declared", "is_open", "recipe", "value")

    def __init__(self, declared: ResourceProvider[Any]) -> None:
        """`declared` says what to open."""
        self.declared = declared
        self.recipe: Any = None
        """What is to be opened, where that could be made before anything was."""
        self.context: InitResourceContext | None = None
        """What it was told when it was opened; None of a function, which is told nothing but its arguments."""
        self.is_open = False
        self.value: Any = None
        self._provider: providers.Object[Any] | None = None

    def opened_as(self, value: object) -> None:
        """Provide `value` from now on."""
        self.value = value
        self.is_open = True
        if self._provider is not None:
            cast("Any", self._provider).set_provides(value)  # stubs: partly unknown

    def __call__(self) -> Any:
        """The live thing."""
        return self.value

    def as_provider(self) -> AnyProvider:
        """What other providers are given for it: made only where there are such."""
        if self._provider is None:
            self._provider = providers.Object(self.value)
        return self._provider


class StandIn:
    """What takes the place of a provider that is replaced, for one run."""

    __slots__ = ("_current", "_provider", "_replaced")

    def __init__(self, replaced: AnyProvider, current: Callable[[], Any]) -> None:
        """`current` is called wherever `replaced` would be."""
        self._replaced = replaced
        self._current = current
        self._provider: AnyProvider | None = None

    def __call__(self) -> Any:
        """What is provided instead."""
        return self._current()

    def as_provider(self) -> AnyProvider:
        """What other providers are given for it: made only where there are such."""
        if self._provider is None:
            self._provider = _slot(self._replaced, _as_provider(self._current))
        return self._provider


Private = AnyProvider | PrivateResource | StandIn
"""What a run has to itself in place of a provider."""


def _as_provider(current: Any) -> AnyProvider:
    return current.as_provider() if isinstance(current, (PrivateResource, StandIn)) else current


class PrivateCopies:
    """The private copies of one run, by provider and by the replacements that it reaches; lives as long as the run.

    The scopes of a run share it: where two of them have the same replacements for all that a provider reaches, they
    have the same copy of it.
    """

    def __init__(self) -> None:
        self._copies: dict[tuple[AnyProvider, frozenset[Replacement]], Private] = {}

    def of(self, plan: ScopePlan, given: Mapping[AnyProvider, AnyProvider]) -> dict[AnyProvider, Private]:
        """`{provider: its private copy}` for all that the plan says must be private; of a slot, what is `given`."""
        copying = Copying(plan.graph, plan.order)
        copying.copies.update(given)
        for provider, planned in plan.private.items():
            reached = frozenset((old, given.get(new, new)) for old, new in planned) if given else planned
            copied = self._copies.get((provider, reached))
            if copied is None:
                declared = plan.owned.get(provider)
                copied = copying.copied(provider) if declared is None else PrivateResource(declared)
                self._copies[provider, reached] = copied
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
        """`order` is what is copied from, dependencies first."""
        self.copies: dict[AnyProvider, Private] = {}
        self._graph = graph
        self._order = order

    def copied(self, provider: AnyProvider) -> AnyProvider | StandIn:
        """A provider of the same kind, which refers to the copies made so far, and to the thing itself for all else."""
        stand_in = self._graph.stand_in(provider)
        if stand_in is not None:
            return StandIn(provider, self.copies.get(stand_in, stand_in))
        memo: dict[int, Any] = {id(value): value for value in _plain_values(provider)}
        memo.update((id(other), self.current(other)) for other in self._referred_to(provider))
        if isinstance(provider, providers.Container):
            return self._copied_container(provider, memo)
        return copy.deepcopy(provider, memo)

    def _copied_container(self, provider: AnyProvider, memo: dict[int, Any]) -> AnyProvider:
        """A nested container's copy: its providers may refer to any other, and would take the copy for their parent."""
        memo.update((id(other), self.current(other)) for other in self._order if other is not provider)
        children = [cast("Any", child) for child in self._order if isinstance(child, _CHILDREN)]
        parents = [child.parent for child in children]
        copied = copy.deepcopy(provider, memo)
        for child, parent in zip(children, parents, strict=True):
            child.assign_parent(parent)
        return copied

    def current(self, provider: AnyProvider) -> AnyProvider:
        """The copy of `provider`, or itself where it has not been copied."""
        return _as_provider(self.copies.get(provider, provider))

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
