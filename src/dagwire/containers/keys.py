"""Keys: a provider's path in its container, `warehouse` or `gateways.s3`, and who asks for it."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dependency_injector import containers, providers

from dagwire.config.values.type_guards import SCALARS, is_mapping
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import ResourceTypeError
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition


class GivenForOneCall:
    """Resources given as a dict to a call that is their only user: all of a container that a scope reads of it."""

    __slots__ = ("providers",)

    def __init__(self, providers: dict[str, AnyProvider]) -> None:
        """`{key: provider}`."""
        self.providers = providers


_NESTED = (providers.Container, providers.DependenciesContainer)
"""The providers that have keys of their own. A tuple: a union would be made anew each time it is asked."""

Container = containers.Container | containers.DynamicContainer | type[containers.DeclarativeContainer] | GivenForOneCall


class Requirement(NamedTuple):
    """A key, and who asks for it."""

    key: str
    asker: str = ""
    """The definition, as a message names it: "asset 'trips'"."""
    expected: object = None
    """The type that the asker declares, or None."""


def container_from(resources: object) -> Container:
    """`resources` as a container: one given is used as it is, `{key: anything}` becomes a `DynamicContainer`.

    Raises:
        ResourceTypeError: A value is a resource's class where an instance belongs.
    """
    if is_container(resources):
        return resources  # type: ignore[return-value]  # told by its providers
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
        ResourceTypeError: As above.
    """
    if is_container(resources):
        return resources  # type: ignore[return-value]  # told by its providers
    return GivenForOneCall(_providers_from(resources))


def _providers_from(resources: object) -> dict[str, AnyProvider]:
    if resources is None:
        return {}
    if not is_mapping(resources):
        msg = f"resources are given as a dict or a dependency-injector container, not as {type(resources).__name__}"
        raise TypeError(msg)
    return {key: provider_of(key, value) for key, value in resources.items()}


class ContainerCopy(containers.DynamicContainer):
    """A container of which some providers are copies of another's; what is overridden in that one is so here, too."""

    dagwire_original: Container


def original_of(container: Container) -> Container:
    """The container that `container` is a copy of, or itself."""
    return container.dagwire_original if isinstance(container, ContainerCopy) else container


def is_container(value: object) -> bool:
    """Whether `value` is a dependency-injector container, an instance or a declarative class."""
    return getattr(value, "__IS_CONTAINER__", False) is True


def provider_of(key: str, value: Any) -> providers.Provider[Any]:
    """The provider for a value given under `key`: recipes are opened, anything else is handed on as it is.

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
        return _container_provider(value)
    return providers.Object(value)


def given_providers(container: Container, replacements: Mapping[str, Any]) -> dict[str, providers.Provider[Any]]:
    """`{key: provider}` of what is given in place of a container's own; a nested container is replaced key by key.

    Raises:
        ResourceTypeError: A value is a resource's class.
    """
    given: dict[str, providers.Provider[Any]] = {}
    for key, value in replacements.items():
        if (is_container(value) or _is_nested(value)) and _is_nested(find_provider(container, key)):
            given |= given_providers(container, {f"{key}.{name}": inner for name, inner in value.providers.items()})
        else:
            given[key] = provider_of(key, value)
    return given


def _is_nested(provider: object) -> bool:
    return isinstance(provider, _NESTED)


def _container_provider(container: Any) -> providers.Provider[Any]:
    return providers.Container(container.__class__, container=container)


def find_provider(container: Container, key: str) -> providers.Provider[Any] | None:
    """The provider under `key`, or None: a name of the container, or a path through nested containers."""
    found = container.providers.get(key)
    if found is not None:
        return found
    outer, _, rest = key.partition(".")
    inner = container.providers.get(outer)
    if not rest or not isinstance(inner, _NESTED):
        return None
    return find_provider(inner, rest)  # type: ignore[arg-type]  # has providers, which is all that is read


def nested_containers(container: Container) -> Iterator[Any]:
    """`container`, and all that are nested in it: whatever has `providers`."""
    yield container
    for provider in container.providers.values():
        if _is_nested(provider):
            yield from nested_containers(provider)  # type: ignore[arg-type]  # has providers, which is all that is read


def keys_of(container: Container, prefix: str = "") -> Iterator[str]:
    """Every key of `container`, those of nested containers as paths."""
    for name, provider in container.providers.items():
        yield prefix + name
        if isinstance(provider, _NESTED):
            yield from keys_of(provider, f"{prefix}{name}.")  # type: ignore[arg-type]  # has providers, as above
