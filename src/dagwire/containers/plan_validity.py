"""The state that decides what a provider depends on: read when a plan is made, and again to see if it is valid."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import attrgetter, is_
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.provider_edges import listed_providers
from dagwire.containers.provider_types import AnyProvider

_ONE = ("provides", "selector", "container", "default", "initialized")
_TUPLES = ("args",)
_DICTS = ("kwargs", "attributes", "providers")

Contents = list[object]
"""Compared by identity: what is injected may have an `==` of its own."""

overriding: Callable[[AnyProvider], AnyProvider | None] = attrgetter("last_overriding")
"""The provider that overrides a provider, or None."""


def can_be_refilled(provider: AnyProvider) -> bool:
    """Whether what `provider` refers to can be changed, as it can with all kinds but `ResourceProvider`."""
    return any(_attributes(cast("type", type(provider)))) or isinstance(provider, providers.Self)


def contents_of(provider: AnyProvider) -> Contents:
    """Every provider and value that `provider` refers to."""
    contents: Contents = []
    one, tuples, dicts = _attributes(cast("type", type(provider)))
    for name in one:
        contents.append(getattr(provider, name))
    for name in tuples:
        contents += getattr(provider, name)
    for name in dicts:
        items: dict[object, object] = getattr(provider, name)
        if items:  # most are empty, and every scope asks
            contents += items
            contents += items.values()
    if isinstance(provider, _PASSING_ON):
        contents += _listed(provider)
    return contents


_PASSING_ON = (providers.Self, providers.Object)


def _listed(provider: AnyProvider) -> Iterator[object]:
    """The providers of the container that `provider` passes on, if it does."""
    stubbed: Any = provider
    held: Any = stubbed() if isinstance(provider, providers.Self) else getattr(stubbed, "provides", None)
    return iter(listed_providers(held).values())


def is_same(now: Contents, then: Contents) -> bool:
    """Whether nothing has changed."""
    return len(now) == len(then) and all(map(is_, now, then))


@lru_cache(maxsize=256)
def _attributes(kind: type) -> tuple[list[str], list[str], list[str]]:
    """The attributes of providers of `kind`, found in the class: an AttributeGetter itself has every attribute."""
    one, tuples, dicts = ([name for name in names if hasattr(kind, name)] for names in (_ONE, _TUPLES, _DICTS))
    return one, tuples, dicts
