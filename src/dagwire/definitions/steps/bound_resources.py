"""Resources bound to a definition itself: `with_resources` and `resource_defs=`."""

import copy
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

from dependency_injector import providers

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.as_container import container_from, provider_of
from dagwire.containers.keys import find_provider, keys_of
from dagwire.containers.resource_provider import with_config
from dagwire.containers.scope_checks import raise_faults
from dagwire.errors import DagwireError, InvalidInvocationError, MissingResourceError, nearest
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
    """Return `{key: provider}` of the resources given to a definition."""
    return {key: provider_of(key, value) for key, value in (resource_defs or {}).items()}


def with_resources(
    definitions: Iterable[D],
    resource_defs: Any,
    resource_config_by_key: Mapping[str, Any] | None = None,
) -> list[D]:
    """Bind `definitions` to resources of their own; return copies.

    The bound resources replace those of `Definitions`, for these copies alone. A copy that is bound again has the later
    resources. The definitions given are not changed.

    Args:
        definitions: Assets, checks, ops, schedules, sensors, in any mixture of one type.
        resource_defs: `{key: resource, definition or plain value}`, or a container.
        resource_config_by_key: Config merged over what a resource has: `{key: {"config": {field: value}}}`.

    Raises:
        MissingResourceError: A definition asks for a key that is neither given here nor already bound.
        InvalidInvocationError: `resource_config_by_key` has a key that is not given, or an entry of another form.
        InvalidConfigError: Config does not fit its resource.
    """
    container = container_from(resource_defs)
    config_by_key = _config_by_key(resource_config_by_key or {}, keys_of(container))
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


def _config_by_key(given: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return `{key: config}` from entries in Dagster's form.

    Raises:
        InvalidInvocationError: Some have another form, or are for absent resources; all are named.
    """
    keys = list(keys)
    problems = [problem for key, entry in given.items() if (problem := _problem_of(key, entry, keys))]
    if problems:
        problem = f"was given `resource_config_by_key` with {'; '.join(problems)}."
        raise InvalidInvocationError("with_resources", problem)
    return {key: entry["config"] for key, entry in given.items()}


def _problem_of(key: str, entry: object, keys: list[str]) -> str:
    if key not in keys:
        guess = nearest(key, keys)
        return f"config for '{key}', which is none of the resources" + (f" (did you mean '{guess}'?)" if guess else "")
    if is_mapping(entry) and set(entry) == {"config"}:
        return ""
    guess = next((name for name in entry if nearest(name, ["config"])), None) if is_mapping(entry) else None
    hint = f"; did you mean 'config' by '{guess}'?" if guess is not None and guess != "config" else ""
    return f"an entry '{key}' that is not {{'config': ...}}{hint}"


def rebound(definition: D, bound: Bindings) -> D:
    """Return a copy of `definition` in which `bound` is stronger than earlier bindings."""
    copied = copy.copy(definition)
    copied.bindings = {**definition.bindings, **bound}
    return copied
