"""Copying the part of a container that one run must have to itself; all else is shared with the container."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.graph import AnyProvider, ProviderGraph
from dagwire.containers.resource_provider import ResourceProvider, from_dependency_injector, is_provider


def is_owned_by_run(provider: AnyProvider) -> bool:
    """Whether a run opens and closes this provider's object itself.

    dependency-injector's own `Resource` is one such, unless it is open already: then whoever opened it closes it, and
    the run shares it.
    """
    if isinstance(provider, providers.BaseResource):
        return not provider.initialized
    return isinstance(provider, ResourceProvider)


class PrivateResource(providers.Object[Any]):
    """A run's own stand-in for a resource: `recipe` gives what to open, the open value is then provided as it is."""

    recipe: AnyProvider
    description: str
    is_open: bool = False

    def opened_as(self, value: object) -> None:
        """Provide `value` from now on."""
        self.set_provides(value)
        self.is_open = True


def copy_privately(
    order: Iterable[AnyProvider],
    affected: set[AnyProvider],
    graph: ProviderGraph,
    known: dict[AnyProvider, AnyProvider],
) -> None:
    """Add a private copy of each of `affected` to `known`.

    `deepcopy` would recurse, copy plain arguments (a lock cannot be copied, a shared dict would become two) and follow
    references back to whole containers. So it is called on one provider at a time, with a memo in which everything that
    the provider refers to stands already: private copies for what is private, and the thing itself for all else.

    Args:
        order: Providers, each after those it depends on.
        affected: Those that must be private.
        graph: The dependencies, overrides taken into account.
        known: `{provider: its private copy}` made so far, by outer scopes too; new ones are added.
    """
    for provider in order:
        if provider in affected:
            known[provider] = _private(provider, graph, known)


def _private(provider: AnyProvider, graph: ProviderGraph, known: dict[AnyProvider, AnyProvider]) -> AnyProvider:
    stand_in = graph.stand_in(provider)
    if stand_in is not None:
        slot: AnyProvider = providers.Dependency()
        cast("Any", slot).override(known.get(stand_in, stand_in))
        return slot
    if is_owned_by_run(provider):
        return _private_resource(provider, known)
    return _copied(provider, known)


def _private_resource(provider: AnyProvider, known: dict[AnyProvider, AnyProvider]) -> PrivateResource:
    if isinstance(provider, providers.BaseResource):
        declared = from_dependency_injector(cast("Any", provider))
        recipe = _copied(declared.recipe, known)
    else:
        assert isinstance(provider, ResourceProvider)  # noqa: S101  # the only other kind that a run owns
        declared = provider
        recipe = known.get(provider.recipe, provider.recipe)
    private = PrivateResource()
    private.recipe = recipe
    private.description = declared.description
    return private


def _copied(provider: AnyProvider, known: dict[AnyProvider, AnyProvider]) -> AnyProvider:
    memo: dict[int, Any] = {}
    for referred in _referred_to(provider):
        memo[id(referred)] = known.get(cast("Any", referred), referred) if is_provider(referred) else referred
    return copy.deepcopy(provider, memo)


def _referred_to(provider: AnyProvider) -> Iterator[Any]:
    """Everything that `deepcopy` of this provider would copy along: injected values, dependencies, back references."""
    stubbed: Any = provider  # dependency-injector's stubs leave what follows partly unknown
    yield from stubbed.related
    yield from stubbed.overrides
    for _, value in injected_values(provider):
        yield value
    if isinstance(provider, providers.Dependency | providers.DependenciesContainer | providers.Container):
        yield stubbed.parent


def injected_values(provider: AnyProvider) -> Iterator[tuple[str, Any]]:
    """`(name or position, value)` of everything that is injected into what `provider` makes, providers included."""
    stubbed: Any = provider
    # Asked of the class: an AttributeGetter answers any attribute with another AttributeGetter.
    if hasattr(type(provider), "args"):
        yield from ((str(position), value) for position, value in enumerate(stubbed.args))
    for named in ("kwargs", "attributes"):
        if hasattr(type(provider), named):
            yield from getattr(stubbed, named).items()
