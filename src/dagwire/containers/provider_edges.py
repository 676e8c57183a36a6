"""The edges of one provider: which providers it calls, and which it only passes on. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from dependency_injector import providers

from dagwire.containers.provider_types import DELEGATES, AnyProvider, is_called, is_provider

_PASSES_ALL_ON = (*DELEGATES, providers.Aggregate, providers.Container, providers.DependenciesContainer)


class Edges(NamedTuple):
    """The providers that one provider refers to, in the order they are declared."""

    called: tuple[AnyProvider, ...]
    """The providers that a call of it calls. They are opened and built before it."""
    passed_on: tuple[AnyProvider, ...] = ()
    """The providers that it passes on uncalled. Nothing is opened for them until somebody calls them."""


def edges_of(provider: AnyProvider) -> Edges:
    """The edges of `provider` as it is declared; overriding it is the graph's concern."""
    stubbed: Any = provider  # dependency-injector's stubs leave what follows partly unknown
    if isinstance(provider, providers.ConfigurationOption):
        # `related` names its children, which do not matter to it, and not its root, from which it reads.
        return Edges((stubbed._get_root(), *filter(is_provider, stubbed.get_name_segments())))
    if isinstance(provider, providers.Configuration):
        return Edges(())
    if isinstance(provider, providers.Self):
        return Edges((), tuple(listed_providers(stubbed()).values()))
    if isinstance(provider, _PASSES_ALL_ON):
        return Edges((), tuple(stubbed.related))
    if isinstance(provider, providers.Object):
        return Edges((), _passed_on_by_object(stubbed.provides))
    return _edges_of_call(provider)


def _edges_of_call(provider: AnyProvider) -> Edges:
    related: list[AnyProvider] = list(cast("Any", provider).related)
    keys = _provider_keys(provider)
    if all(map(is_called, related)):
        return Edges(tuple(related), keys)
    always = _called_whatever_their_kind(provider)
    called = tuple(one for one in related if is_called(one) or one in always)
    return Edges(called, (*(one for one in related if one not in called), *keys))


def _called_whatever_their_kind(provider: AnyProvider) -> tuple[object, ...]:
    """The providers in places where dependency-injector calls a delegated one as any other."""
    kind = type(provider)
    declared: Any = provider
    provides = (declared.provides,) if hasattr(kind, "provides") else ()
    return (*provides, *declared.providers.values()) if isinstance(provider, providers.Selector) else provides


def _provider_keys(provider: AnyProvider) -> tuple[AnyProvider, ...]:
    """The keys of a `Dict` that are providers: `related` leaves them out, and they are taken as they are."""
    return tuple(filter(is_provider, cast("Any", provider).kwargs)) if isinstance(provider, providers.Dict) else ()


def _passed_on_by_object(value: object) -> tuple[AnyProvider, ...]:
    return (value,) if is_provider(value) else tuple(listed_providers(value).values())


def container_held_by(provider: AnyProvider) -> object:
    """The container that `provider` passes on as a whole, or None."""
    stubbed: Any = provider
    if isinstance(provider, providers.Self):
        return stubbed()
    if isinstance(provider, providers.Container):
        return stubbed.container
    held = stubbed.provides if type(provider) is providers.Object else None
    return held if getattr(held, "__IS_CONTAINER__", False) is True else None


def listed_providers(container: object) -> Mapping[str, AnyProvider]:
    """`{name: provider}` of a container; empty for anything else."""
    if getattr(container, "__IS_CONTAINER__", False) is True:
        listed: Mapping[str, AnyProvider] = cast("Any", container).providers
        return listed
    return {}
