"""What of a provider decides what it depends on: read when a plan is made, and again to see whether the plan holds."""

from functools import lru_cache
from operator import is_
from typing import Any, cast

from dagwire.containers.injections import AnyProvider

_ONE = ("provides", "selector", "container", "default", "initialized")
_TUPLES = ("args",)
_DICTS = ("kwargs", "attributes", "providers")

State = list[object]
"""Compared by identity: what is injected may have an `==` of its own."""


def state_of(provider: AnyProvider) -> State:
    """What overrides `provider`, and everything it refers to.

    dependency-injector lets all of it be changed at any time. A `ResourceProvider` keeps what it was made of, so of it
    there is only what overrides it.
    """
    stubbed: Any = provider
    state: State = [stubbed.last_overriding]
    one, tuples, dicts = _attributes(cast("type", type(provider)))
    state += [getattr(provider, name) for name in one]
    for name in tuples:
        state += getattr(provider, name)
    for name in dicts:
        items: dict[object, object] = getattr(provider, name)
        state += items
        state += items.values()
    return state


def is_same(now: State, then: State) -> bool:
    """Whether nothing has changed."""
    return len(now) == len(then) and all(map(is_, now, then))


@lru_cache(maxsize=256)
def _attributes(kind: type) -> tuple[list[str], list[str], list[str]]:
    """Those that providers of `kind` have. Asked of the class: an AttributeGetter has any attribute there is."""
    one, tuples, dicts = ([name for name in names if hasattr(kind, name)] for names in (_ONE, _TUPLES, _DICTS))
    return one, tuples, dicts
