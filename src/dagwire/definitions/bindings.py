"""Resources bound to a definition itself: `with_resources` and `resource_defs=`."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from dependency_injector import providers

from dagwire.containers.faults import raise_faults
from dagwire.containers.keys import container_from, find_provider, provider_of
from dagwire.containers.resource_provider import with_config
from dagwire.errors import DagwireError, MissingResourceError
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER

Bindings = Mapping[str, "providers.Provider[Any]"]


class Bindable(Protocol):
    """A definition that resources can be bound to."""

    bindings: Bindings

    @property
    def label(self) -> str:
        """How messages name it."""
        ...

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys it asks for."""
        ...


D = TypeVar("D", bound=Bindable)


def bindings_from(resource_defs: Mapping[str, object] | None) -> dict[str, "providers.Provider[Any]"]:
    """`{key: provider}` of resources given to a definition."""
    return {key: provider_of(key, value) for key, value in (resource_defs or {}).items()}


def with_resources(
    definitions: Iterable[D],
    resource_defs: Any,
    resource_config_by_key: Mapping[str, Any] | None = None,
) -> list[D]:
    """Copies of `definitions` bound to resources of their own.

    What is bound here replaces what `Definitions` provides, for these definitions alone; binding a copy again replaces
    it again. The definitions given are not changed.

    Args:
        definitions: Assets, checks, ops, schedules, sensors, in any mixture of one type.
        resource_defs: `{key: resource, definition or plain value}`, or a container.
        resource_config_by_key: Config merged over what a resource has: `{key: {"config": {field: value}}}`.

    Raises:
        MissingResourceError: A definition asks for a key that is neither given here nor bound already.
        InvalidConfigError: Config does not fit its resource.
    """
    container = container_from(resource_defs)
    config_by_key = {key: given.get("config") for key, given in (resource_config_by_key or {}).items()}
    listed = list(definitions)
    wanted = {DEFAULT_IO_MANAGER}.union(*(definition.required_keys for definition in listed))
    found = {key: find_provider(container, key) for key in wanted}
    bound = {
        key: with_config(provider, key, config_by_key.get(key))
        for key, provider in found.items()
        if provider is not None
    }
    faults: list[DagwireError] = [
        MissingResourceError(key, [definition.label], container.providers)
        for definition in listed
        for key in sorted(definition.required_keys - bound.keys() - definition.bindings.keys())
    ]
    raise_faults(faults)
    return [rebound(definition, bound) for definition in listed]


def rebound(definition: D, bound: Bindings) -> D:
    """A copy of `definition` in which `bound` is stronger than what was bound before."""
    copied = copy.copy(definition)
    copied.bindings = {**definition.bindings, **bound}
    return copied
