"""`merged_container`: the resources of several definitions, in one container."""

from collections.abc import Iterable
from typing import Any

from dependency_injector import providers

from dagwire.config.schema.config import Config
from dagwire.containers.as_container import container_from
from dagwire.containers.keys import Container
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import MergeConflictError


def merged_container(given: Iterable[Container]) -> Container:
    """The one container that has providers, as it is; or a new one with the providers of all.

    Raises:
        MergeConflictError: Two provide different resources under one key.
    """
    filled = list({id(container): container for container in given if container.providers}.values())
    if len(filled) == 1:
        return filled[0]
    merged: dict[str, Any] = {}
    for container in filled:
        for key, provider in container.providers.items():
            if not _is_same(merged.setdefault(key, provider), provider):
                raise MergeConflictError(key)
    return container_from(merged)


def _is_same(one: object, other: object) -> bool:
    """Whether two providers give the same: they are one, or were given the same object, or equal config."""
    if one is other:
        return True
    mine, others = _given_to(one), _given_to(other)
    return mine is others or (type(mine) is type(others) and isinstance(mine, _EQUAL_BY_VALUE) and mine == others)


def _given_to(provider: object) -> object:
    """The object that a provider was made of, if it is one object; else the provider itself."""
    declared: Any = provider
    if isinstance(provider, ResourceProvider):
        return declared if declared.args or declared.fields else declared.source
    return declared.provides if isinstance(provider, providers.Object) else declared


_EQUAL_BY_VALUE: tuple[type[Any], ...] = (bool, bytes, float, int, str, Config)
"""The types that are compared by value; `==` of other objects may mean anything."""
