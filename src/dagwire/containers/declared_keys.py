"""The key of a provider that is named by itself: `Provide[App.gateways.s3]`."""

from collections.abc import Iterator

from dependency_injector import containers

from dagwire.containers.keys import Container, declared_by_key
from dagwire.containers.provider_types import AnyProvider


def declared_key(provider: AnyProvider) -> str | None:
    """The key of `provider` in the class of a container, which is its key in each instance; None if no class has it."""
    return next((key for kind in _classes() for key, one in declared_by_key(kind) if one is provider), None)


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
