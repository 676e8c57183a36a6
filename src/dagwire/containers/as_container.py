"""Conversions: resources as a container, a value as a provider, an override as providers by their keys."""

from collections.abc import Mapping
from typing import Any

from dependency_injector import containers, providers

from dagwire.config.values.type_guards import SCALARS, is_mapping
from dagwire.containers.keys import Container, EphemeralContainer, find_provider, is_nested, keys_of
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import ResourceTypeError
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition


def container_from(resources: object) -> Container:
    """`resources` as a container: a container is used as it is, `{key: anything}` becomes a `DynamicContainer`.

    Raises:
        ResourceTypeError: A value is a resource's class where an instance belongs.
    """
    if is_container(resources):
        return resources  # type: ignore[return-value]  # recognised by its mark
    container = containers.DynamicContainer()
    for key, provider in _providers_from(resources).items():
        if hasattr(container, key):  # a key that is also one of the container's own names, such as "providers"
            container.providers[key] = provider
        else:
            container.set_provider(key, provider)
    return container


def container_for_one_call(resources: object) -> Container:
    """`container_from` for a call that keeps nothing: there, a `DynamicContainer` takes longer to make than to open.

    Raises:
        ResourceTypeError: A value is a resource's class where an instance belongs.
    """
    if is_container(resources):
        return resources  # type: ignore[return-value]  # recognised by its mark
    container = EphemeralContainer(_mapping_of(resources), _providers_from)
    for key, value in container.given.items():
        if isinstance(value, type):
            provider_of(key, value)  # which refuses a resource's class
    return container


def _providers_from(resources: object) -> dict[str, AnyProvider]:
    return {key: provider_of(key, value) for key, value in _mapping_of(resources).items()}


def _mapping_of(resources: object) -> Mapping[str, object]:
    if resources is None:
        return {}
    if not is_mapping(resources):
        msg = f"resources are given as a dict or a dependency-injector container, not as {type(resources).__name__}"
        raise TypeError(msg)
    return resources


def resource_by_key(resources: object) -> Mapping[str, object]:
    """`{key: resource or provider}` of a dict or a container; a container's nested ones are under their paths.

    Raises:
        TypeError: `resources` is neither.
    """
    if not is_container(resources):
        return _mapping_of(resources)
    container = container_from(resources)
    return {key: find_provider(container, key) for key in keys_of(container)}


def is_container(value: object) -> bool:
    """Whether `value` is a dependency-injector container, an instance or a declarative class."""
    return getattr(value, "__IS_CONTAINER__", False) is True


def provider_of(key: str, value: object) -> AnyProvider:
    """The provider of a value given under `key`: recipes are opened, anything else is passed on as it is.

    Raises:
        ResourceTypeError: `value` is a resource's class.
    """
    if type(value) in SCALARS:
        return providers.Object(value)
    if is_provider(value):
        return value
    if isinstance(value, ResourceDefinition) or is_configurable(value):
        return ResourceProvider(value)
    if is_configurable_class(value):
        name = value.__name__
        raise ResourceTypeError(key, f"the class {name} was given; give an instance, {name}(...).")
    if is_container(value):
        return providers.Container(value.__class__, container=value)
    return providers.Object(value)


def replacement_providers(container: Container, replacements: Mapping[str, Any]) -> dict[str, AnyProvider]:
    """`{key: provider}` of `replacements`; a nested container is replaced key by key.

    Raises:
        ResourceTypeError: A value is a resource's class.
    """
    found: dict[str, AnyProvider] = {}
    for key, value in replacements.items():
        if (is_container(value) or is_nested(value)) and is_nested(find_provider(container, key)):
            inner = {f"{key}.{name}": provider for name, provider in value.providers.items()}
            found |= replacement_providers(container, inner)
        else:
            found[key] = provider_of(key, value)
    return found
