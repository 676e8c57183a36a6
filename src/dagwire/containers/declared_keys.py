"""The key of a provider that is named by itself: `Provide[App.gateways.s3]`."""

from collections.abc import Iterator

from dependency_injector import containers

from dagwire.containers.keys import Container, declared_by_key
from dagwire.containers.provider_types import AnyProvider
from dagwire.errors import InvalidDefinitionError


def declared_key(provider: AnyProvider) -> str | None:
    """The key of `provider` in the class of a container, which is its key in each instance; None if no class has it."""
    return next((key for kind in _classes() for key, one in declared_by_key(kind) if one is provider), None)


def key_named_by(resource: AnyProvider | str) -> str:
    """The key that a string or a provider of a container's class names.

    Raises:
        InvalidDefinitionError: No container's class has the provider.
    """
    key = resource if isinstance(resource, str) else declared_key(resource)
    if key is None:
        msg = f"No container's class has {resource!r}, so it has no key. Name one that does, or the key: 'gateways.s3'."
        raise InvalidDefinitionError(msg)
    return key


def declaring_class(provider: AnyProvider) -> Container | None:
    """The class of a container that has `provider`, or None."""
    return next((kind for kind in _classes() for _, one in declared_by_key(kind) if one is provider), None)


def _classes() -> Iterator[type[containers.DeclarativeContainer]]:
    """Every class of a container that is defined, base classes first."""
    waiting: list[type[containers.DeclarativeContainer]] = [containers.DeclarativeContainer]
    seen: set[type[containers.DeclarativeContainer]] = set()
    for kind in waiting:
        if kind not in seen:
            seen.add(kind)
            yield kind
            waiting += kind.__subclasses__()
