"""`resources_for_dagster`: a container under a Dagster project that goes on as it is."""

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from inspect import cleandoc
from typing import Any

import dagster as dg
from dependency_injector import providers

from dagwire.config.explain.provenance import Explained
from dagwire.containers.as_container import container_from
from dagwire.containers.explain import explain
from dagwire.containers.keys import Container, is_nested, keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.containers.replacements import effective_replacements
from dagwire.containers.resource_provider import ResourceProvider
from dagwire.errors import DagwireError
from dagwire.integrations.dagster.config_types import dagster_schema
from dagwire.integrations.dagster.own_io_manager import for_dagster, is_io_manager
from dagwire.integrations.dagster.resource_names import dagster_names
from dagwire.integrations.dagster.shared_scope import CarriedResource, SharedScopes
from dagwire.integrations.dagster.shown_config import shown_config
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition


def resources_for_dagster(resources: object) -> dict[str, dg.ResourceDefinition]:
    """Return a container's resources as Dagster's, for a project whose assets, ops and jobs stay as they are.

    Dagster opens and closes them with its own. In one process of Dagster's all of them are opened in one run scope, so
    that they share what they depend on; overrides, profiles and the process scope hold as everywhere. Dagster's page
    shows their config, its sources, and who uses it. Secrets are masked.

    Args:
        resources: A container, definitions that hold one, or `{key: resource or plain value}`.

    Returns:
        `{name: definition}`. A key of a nested container, `gateways.s3`, has the name `gateways__s3`.

    Raises:
        NotCarriedError: A key has no name in Dagster, or two keys have one name. `FaultsError` for several.

    Example:
        >>> import dagster
        >>> from dagwire import ConfigurableResource
        >>> from dagwire.integrations.dagster import resources_for_dagster
        >>> class Greeter(ConfigurableResource):
        ...     greeting: str = "hello"
        >>> @dagster.asset
        ... def words(greeter: dagster.ResourceParam[Greeter]) -> str:
        ...     return greeter.greeting
        >>> result = dagster.materialize([words], resources=resources_for_dagster({"greeter": Greeter()}))
        >>> result.output_for_node("words")
        'hello'
    """
    container = container_from(getattr(resources, "container", resources))
    working = effective_replacements(container)
    graph = ProviderGraph(working.container, working.by_key())
    provider_by_key = {key: provider for key in keys_of(working.container) if (provider := _provider(graph, key))}
    name_by_key = dagster_names(provider_by_key)
    explained = _explained(container)
    carried = {
        key: CarriedResource(
            key,
            name,
            shown_config(_own(explained, key, name_by_key), key),
            {one: name_by_key[one] for one in _required(graph, provider_by_key[key], provider_by_key)},
        )
        for key, name in name_by_key.items()
    }
    scopes = SharedScopes(container, carried)
    return {one.name: _definition(scopes, one, provider_by_key[key]) for key, one in carried.items()}


def _provider(graph: ProviderGraph, key: str) -> AnyProvider | None:
    found = graph.find(key)
    return None if found is None or is_nested(found) else found


def _explained(container: Container) -> list[Explained]:
    """The values of all keys; none if settings cannot be read, since then a run reports it and the page must open."""
    try:
        return explain(container)
    except DagwireError:
        return []


def _own(explained: list[Explained], key: str, keys: dict[str, str]) -> Iterator[Explained]:
    """The values of the resource under `key`, without those of keys that begin with it."""
    inner = tuple(f"{other}." for other in keys if other.startswith(f"{key}."))
    return (one for one in explained if one.path.startswith(f"{key}.") and not one.path.startswith(inner))


def _required(graph: ProviderGraph, provider: AnyProvider, keys: dict[str, AnyProvider]) -> list[str]:
    """The keys that a provider needs whatever settings say: the branches of a Selector are not among them."""
    key_by_provider = {one: key for key, one in keys.items()}
    found: dict[str, None] = {}
    waiting = [*_called(graph, provider)]
    for one in waiting:  # which grows meanwhile
        key = key_by_provider.get(one)
        if key is None:
            waiting += [below for below in _called(graph, one) if below not in waiting]
        elif one is not provider:
            found[key] = None
    return list(found)


def _called(graph: ProviderGraph, provider: AnyProvider) -> tuple[AnyProvider, ...]:
    if isinstance(graph.effective_provider(provider), providers.Selector):
        return ()
    return graph.dependencies(provider)


def _definition(scopes: SharedScopes, carried: CarriedResource, provider: AnyProvider) -> dg.ResourceDefinition:
    source = _source(provider)
    opener = _opener(scopes, carried, source)
    description = "\n\n".join(filter(None, [_documentation(source), carried.shown.table]))
    schema = _schema(provider, carried)
    required = set(carried.required.values())
    kind: Any = dg.IOManagerDefinition if is_io_manager(provider) else dg.ResourceDefinition
    return kind(opener, schema, description, required)  # type: ignore[no-any-return]  # a ResourceDefinition


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
        with scopes.opened(carried.key, context) as value:
            yield for_dagster(value)

    shown_type = source if hasattr(source, "__name__") else type(source)
    if shown_type.__module__ in sys.modules:  # Dagster's page shows it as the resource's type, and looks it up
        opener.__module__, opener.__name__ = shown_type.__module__, shown_type.__name__
    return opener


def _source(provider: AnyProvider) -> Any:
    """The class, function or value that a resource is made of."""
    declared: Any = provider
    source = declared.source if isinstance(provider, ResourceProvider) else getattr(declared, "provides", declared)
    return source.resource_fn if isinstance(source, ResourceDefinition) else source


def _documentation(source: Any) -> str:
    kind = source if hasattr(source, "__name__") else type(source)
    is_own = kind.__module__.split(".")[0] not in {"builtins", "dependency_injector"}
    return cleandoc(kind.__dict__.get("__doc__") or getattr(kind, "__doc__", "") or "") if is_own else ""
