"""`CarriedContainer`: the keys of a container as Dagster's resources, all of one pass in one scope."""

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from inspect import cleandoc
from typing import Any

import dagster as dg
from dependency_injector import providers

from dagwire.config.explain.explained_values import Explained
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.configured_class import class_in_settings, configured_class
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.explain import explain
from dagwire.containers.keys import Container, is_nested, keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import DagwireError
from dagwire.integrations.dagster.config_types import dagster_schema
from dagwire.integrations.dagster.own_io_manager import for_dagster, is_io_manager
from dagwire.integrations.dagster.resource_names import dagster_names
from dagwire.integrations.dagster.shared_scope import CarriedResource, SharedScopes
from dagwire.integrations.dagster.shown_config import shown_config
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition


class CarriedContainer:
    """The keys of a container as Dagster's resources; lives as long as the definitions that are made of it."""

    def __init__(self, container: Container, *, has_steps: bool = False) -> None:
        """Read the container; nothing is opened.

        Args:
            container: Where keys are looked up.
            has_steps: Whether the bodies that ask for its keys are dagwire's, which open what lives for a step.

        Raises:
            NotCarriedError: A key has no name in Dagster, or two keys have one name. `FaultsError` for several.
        """
        working = effective_replacements(container)
        self._graph = ProviderGraph(working.container, working.by_key())
        found = {key: self._provider(key) for key in keys_of(working.container)}
        self._provider_by_key = {key: provider for key, provider in found.items() if provider is not None}
        self.name_by_key: dict[str, str] = dagster_names(self._provider_by_key)
        explained = _explained(container)
        carried = {key: self._carried(key, explained) for key in self.name_by_key}
        self.scopes: SharedScopes = SharedScopes(container, carried, has_steps=has_steps)
        self.definitions: dict[str, dg.ResourceDefinition] = {
            self.name_by_key[key]: self._definition(one, self._provider_by_key[key]) for key, one in carried.items()
        }
        """`{name: Dagster's definition}`."""

    def bound(self, step: str, bindings: Mapping[str, AnyProvider], keys: Iterable[str]) -> dict[str, str]:
        """Add resources for a step that has its own under some keys.

        Args:
            step: The step's name.
            bindings: `{key: provider}` of the step's own.
            keys: The keys that the step asks for.

        Returns:
            `{key: name}` of what the step asks Dagster for.
        """
        names: dict[str, str] = {}
        for key in dict.fromkeys((*keys, *bindings)):
            provider = bindings.get(key) or self._provider_by_key[key]
            name = names[key] = f"{dagster_names([key])[key]}__of_{step}"
            shown = shown_config((), key)
            carried = CarriedResource(key, name, shown, {}, bindings)
            self.definitions[name] = self._definition(carried, provider)
        return names

    def of_job(self, bindings: Mapping[str, AnyProvider]) -> dict[str, dg.ResourceDefinition] | None:
        """`{name: Dagster's definition}` for a job that has some of its own; None for one that has not."""
        carried = {
            key: CarriedResource(key, name, shown_config((), key), {}, bindings)
            for key, name in dagster_names(bindings).items()
        }
        own = {one.name: self._definition(one, bindings[key]) for key, one in carried.items()}
        return {**self.definitions, **own} if own else None

    def _provider(self, key: str) -> AnyProvider | None:
        found = self._graph.find(key)
        return None if found is None or is_nested(found) else found

    def _carried(self, key: str, explained: list[Explained]) -> CarriedResource:
        shown = shown_config(_own(explained, key, self.name_by_key), key)
        return CarriedResource(
            key, self.name_by_key[key], shown, {one: self.name_by_key[one] for one in self._required(key)}, {}
        )

    def _required(self, key: str) -> list[str]:
        """The keys that a resource needs whatever settings say: the branches of a Selector are not among them."""
        provider = self._provider_by_key[key]
        key_by_provider = {one: other for other, one in self._provider_by_key.items()}
        found: dict[str, None] = {}
        waiting = [*self._called(provider)]
        for one in waiting:  # which grows meanwhile
            if one in key_by_provider:
                found[key_by_provider[one]] = None
            else:
                waiting += [below for below in self._called(one) if below not in waiting]
        return list(found)

    def _called(self, provider: AnyProvider) -> tuple[AnyProvider, ...]:
        if isinstance(self._graph.effective_provider(provider), providers.Selector):
            return ()
        return self._graph.dependencies(provider)

    def _definition(self, carried: CarriedResource, provider: AnyProvider) -> dg.ResourceDefinition:
        source = _source(provider)
        opener = _opener(self.scopes, carried, source)
        schema = _schema(provider, carried)
        # Dagster repeats a description, as plain text, on the page of whatever depends on the resource.
        needs_table = not schema and not isinstance(provider, SettingsProvider)
        description = "\n\n".join(filter(None, [_documentation(source), carried.shown.table if needs_table else ""]))
        required = set(carried.required.values())
        is_manager = is_io_manager(provider)
        if is_manager:  # which Dagster itself calls
            self.scopes.kept_for_pass.add(carried.name)
        kind: Any = dg.IOManagerDefinition if is_manager else dg.ResourceDefinition
        made: dg.ResourceDefinition = kind(opener, schema, description, required)
        return made


def _explained(container: Container) -> list[Explained]:
    """The values of all keys; none if settings cannot be read, since then a run reports it and the page must open."""
    try:
        return explain(container)
    except DagwireError:
        return []


def _own(explained: list[Explained], key: str, keys: Iterable[str]) -> Iterator[Explained]:
    """The values of the resource under `key`, without those of keys that begin with it."""
    inner = tuple(f"{other}." for other in keys if other.startswith(f"{key}."))
    return (one for one in explained if one.path.startswith(f"{key}.") and not one.path.startswith(inner))


def _schema(provider: AnyProvider, carried: CarriedResource) -> Any:
    """The config that a run may give the resource; nothing for what takes none."""
    source: Any = provider.source if isinstance(provider, ResourceProvider) else None
    if isinstance(source, ResourceDefinition):
        return dagster_schema(source.config_schema)
    has_fields = is_configurable(source) or is_configurable_class(source) or is_provider(source)
    return carried.shown.fields if has_fields else {}


def _opener(
    scopes: SharedScopes, carried: CarriedResource, source: Any
) -> Callable[[dg.InitResourceContext], AbstractContextManager[Any]]:
    @contextmanager  # not a bare generator, which fails where the definition is nested in a resource of Dagster's
    def opener(context: dg.InitResourceContext) -> Generator[Any]:
        with scopes.opened(carried, context) as value:
            yield for_dagster(value)

    shown_type = _type_of(source)
    if shown_type.__module__ in sys.modules:  # Dagster's page shows it as the resource's type, and looks it up
        opener.__module__, opener.__name__ = shown_type.__module__, shown_type.__name__
    return opener


def _source(provider: AnyProvider) -> Any:
    """The class, function or value that a resource is made of; of one in settings, its class."""
    declared: Any = provider
    source = declared.source if isinstance(provider, ResourceProvider) else getattr(declared, "provides", declared)
    if isinstance(provider, ResourceProvider) and is_provider(source):
        return configured_class(provider) or class_in_settings(source) or source
    return source.resource_fn if isinstance(source, ResourceDefinition) else source


def _type_of(source: object) -> Any:
    """The class of a resource or the function that makes it; if settings decide it, the provider's."""
    return source if not is_provider(source) and hasattr(source, "__name__") else type(source)


def _documentation(source: object) -> str:
    kind = _type_of(source)
    is_own = kind.__module__.split(".")[0] not in {"builtins", "dependency_injector"}
    return cleandoc(getattr(kind, "__doc__", "") or "") if is_own else ""
