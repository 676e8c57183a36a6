"""dagwire's IO managers as Dagster's."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from inspect import isasyncgen, isawaitable, isgenerator
from typing import Any

import dagster as dg

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.configured_class import configured_class
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.integrations.dagster.dagster_io_manager import DagsterIOManager
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.resources.io_manager import ConfigurableIOManagerFactory, InputManager, IOManagerDefinition

_KINDS = (
    InputManager,
    ConfigurableIOManagerFactory,
    IOManagerDefinition,
    dg.IOManager,
    dg.ConfigurableIOManagerFactory,
    dg.IOManagerDefinition,
)


def is_io_manager(provider: AnyProvider) -> bool:
    """Whether a provider's declaration shows that it gives an IO manager: Dagster must know before anything is open."""
    declared: Any = provider
    source: Any = configured_class(provider)
    if source is None:
        source = declared.source if isinstance(provider, ResourceProvider) else getattr(declared, "provides", None)
    source = getattr(source, "dagster_resource", source)
    return issubclass(source, _KINDS) if isinstance(source, type) else isinstance(source, _KINDS)


def for_dagster(value: object) -> object:
    """Return an open resource as Dagster's steps get it: an IO manager as one of Dagster's."""
    if isinstance(value, DagsterIOManager):
        return value.manager
    return OwnIOManager(value) if isinstance(value, InputManager) else value


def own_resource(value: object) -> object:
    """Return a resource as a body of dagwire's gets it: an IO manager of ours as itself."""
    return value.manager if isinstance(value, OwnIOManager) else value


class OwnIOManager(dg.IOManager):
    """An IO manager of dagwire's that Dagster calls; lives as long as the resource is open."""

    def __init__(self, manager: InputManager) -> None:
        """`manager` is open."""
        self.manager: Any = manager

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Store `obj`; metadata that ours yields is added to Dagster's event."""
        seen: Any = _SeenContext(context)
        for given in _items(self.manager.handle_output(seen, obj)):
            if is_mapping(given):
                seen.add_output_metadata(given)
            else:
                seen.log_event(given)

    def load_input(self, context: dg.InputContext) -> Any:
        """The value."""
        seen: Any = _SeenContext(context)
        loaded = self.manager.load_input(seen)
        return asyncio.run(_awaited(loaded)) if isawaitable(loaded) else loaded


class _SeenContext:
    """Dagster's context for an IO manager of ours: the attributes have the names that ours have."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> object:
        return getattr(self._context, name)

    @property
    def upstream_output(self) -> Any:
        """The context with which the value was stored."""
        upstream = self._context.upstream_output
        return None if upstream is None else _SeenContext(upstream)

    def add_output_metadata(self, metadata: Mapping[str, Any]) -> None:
        """Add metadata to the event of the value."""
        self._context.add_output_metadata(namesake(dict(metadata)))

    def add_input_metadata(self, metadata: Mapping[str, Any], description: str | None = None) -> None:
        """Add metadata to the event of the value that is loaded."""
        self._context.add_input_metadata(namesake(dict(metadata)), description)

    def log_event(self, event: object) -> None:
        """Record an event of another asset."""
        self._context.log_event(namesake(event))


def _items(handled: object) -> list[Any]:
    """Everything that `handle_output` yields; nothing if it returns."""
    if isgenerator(handled):
        return list(handled)
    if isasyncgen(handled):
        return asyncio.run(_collected(handled))
    if isawaitable(handled):
        asyncio.run(_awaited(handled))
    return []


async def _collected(items: AsyncIterator[object]) -> list[Any]:
    return [item async for item in items]


async def _awaited(value: Any) -> object:
    return await value
