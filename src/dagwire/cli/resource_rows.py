"""The resources of definitions as rows: what each is, how long it lives, who uses it. Opens nothing."""

from dataclasses import dataclass
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.configured_class import class_in_settings, is_of_settings
from dagwire.containers.keys import find_provider
from dagwire.containers.listed_lifetimes import lifetimes_of
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.lineage import Kind, Part, lineage_of
from dagwire.resources.resource_definition import ResourceDefinition


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """The row of one key of the container."""

    key: str
    type: str
    lives_for: str
    """A run, which opens and closes it; the process; or a call, which has it made anew."""
    provider: str
    uses: list[str]
    """The keys that it is made of."""
    used_by: list[str]


def resource_rows(defs: Definitions) -> list[ResourceRow]:
    """List every key. Settings are read to find types; if they cannot be read, the type is left open.

    Raises:
        InvalidDefinitionError: A job cannot be put together.
    """
    lineage = lineage_of(defs)
    lifetimes = lifetimes_of(defs.container)
    found = ((part, find_provider(defs.container, part.name)) for part in lineage.parts if part.kind is Kind.RESOURCE)
    return [
        ResourceRow(
            key=part.name,
            type=_type_of(provider),
            lives_for=lifetimes[part.name],
            provider=type(provider).__name__,
            uses=[used.name for used in lineage.used_by(part)],
            used_by=[_named(user) for user in lineage.users_of(part)],
        )
        for part, provider in found
        if provider is not None
    ]


def _named(user: Part) -> str:
    return user.name if user.kind is Kind.RESOURCE else f"{user.kind} {user.name}"


def _type_of(provider: AnyProvider) -> str:
    match provider:
        case ResourceProvider():
            return _type_of_source(provider.source)
        case providers.Selector():
            return " or ".join(map(str, cast("Any", provider).providers))
        case providers.Object():
            return type(cast("Any", provider).provides).__name__
        case _:
            return _name_of(getattr(provider, "provides", None) or type(provider))


def _type_of_source(source: object) -> str:
    if is_provider(source):
        return _type_in_settings(source)
    if isinstance(source, ResourceDefinition):
        return _name_of(source.resource_fn)
    return _name_of(source if isinstance(source, type) or hasattr(source, "__name__") else type(source))


def _type_in_settings(source: AnyProvider) -> str:
    """The class of what settings hold; a provider that is made of anything else is not called for a list."""
    if not is_of_settings(source):
        return type(source).__name__
    found = class_in_settings(source)
    return "?" if found is None else found.__name__


def _name_of(thing: object) -> str:
    return str(getattr(thing, "__name__", type(thing).__name__))
