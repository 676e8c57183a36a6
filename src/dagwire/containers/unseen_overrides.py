"""The warning that a function injected by dependency-injector does not see an override."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from weakref import WeakSet

from dagwire.containers.keys import Container
from dagwire.containers.provider_graph import ProviderGraph, dependencies_first
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import ResourceProvider

_WIRING = "dependency_injector.wiring"


class OverrideNotSeenWarning(UserWarning):
    """A function that dependency-injector injects is given what is overridden elsewhere."""

    def __init__(self, function: str, parameter: str, key: str) -> None:
        """`parameter` gets what `key`, which is overridden, has in the container."""
        self.function = function
        self.parameter = parameter
        self.key = key
        super().__init__(
            f"{function} does not see the override of '{key}': dependency-injector's @inject gives its parameter "
            f"'{parameter}' what the container has. Decorate it with dagwire.inject, which sees scopes and overrides."
        )


_warned: WeakSet[Callable[..., Any]] = WeakSet()
"""The functions that were named once."""


def unseen_overrides(container: Container, replacements: Mapping[str, AnyProvider]) -> Iterator[OverrideNotSeenWarning]:
    """A warning for each wired function that gets what `replacements` of `container` replace; one for a function."""
    wiring: Any = sys.modules.get(_WIRING)
    patched: Mapping[Any, Any] = getattr(getattr(wiring, "_patched_registry", None), "_callables", {})
    if not patched or not replacements:
        return
    graph = ProviderGraph(container, replacements)
    for function, wired in list(patched.items()):
        found = next(_replaced_in(graph, wired.injections), None)
        if found is not None and function not in _warned:
            _warned.add(function)
            parameter, provider = found
            name = f"{function.__module__}.{function.__qualname__}"
            yield OverrideNotSeenWarning(name, parameter, graph.name(provider))


def _replaced_in(graph: ProviderGraph, injections: Mapping[str, AnyProvider]) -> Iterator[tuple[str, AnyProvider]]:
    for parameter, provider in injections.items():
        below = dependencies_first([provider], graph.dependencies, None)
        yield from ((parameter, one) for one in below if one in graph.replaced and not _asks_scope(one))


def _asks_scope(provider: AnyProvider) -> bool:
    """Whether the provider gives what the current scope has, overrides included, to whoever calls it."""
    return isinstance(provider, ResourceProvider)
