"""Resources bound to a definition itself: `with_resources` and `resource_defs=`."""

import copy
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from dependency_injector import providers

from dagwire.config.values.env_var import variables_in
from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.as_container import container_from, is_container, provider_of, resource_by_key
from dagwire.containers.keys import Container, Requirement, find_provider, keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.resource_provider import ResourceProvider, with_config
from dagwire.containers.scope_checks import raise_faults
from dagwire.errors import DagwireError, InvalidInvocationError, MissingResourceError
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER
from dagwire.resources.recipe_checks import faults_of
from dagwire.suggestions import did_you_mean, nearest

Bindings = Mapping[str, "providers.Provider[Any]"]


class Bindable(Protocol):
    """A definition that resources can be bound to."""

    bindings: Bindings

    @property
    def label(self) -> str:
        """Its name in messages."""
        ...

    @property
    def required_keys(self) -> frozenset[str]:
        """The keys it asks for."""
        ...


D = TypeVar("D", bound=Bindable)


def bindings_from(resource_defs: object) -> dict[str, "providers.Provider[Any]"]:
    """Return `{key: provider}` of the resources given to a definition, a dict or a container."""
    return {key: provider_of(key, value) for key, value in resource_by_key(resource_defs).items()}


def keys_required_by(resource_defs: object) -> Iterable[str]:
    """The keys that a definition asks for by giving them: those of a dict; a container is there to choose from."""
    return () if is_container(resource_defs) else resource_by_key(resource_defs)


def with_resources(
    definitions: Iterable[D],
    resource_defs: object,
    resource_config_by_key: Mapping[str, object] | None = None,
) -> list[D]:
    """Bind `definitions` to resources of their own; return copies.

    The bound resources replace those of `Definitions`, for these copies alone, and so do the resources that they
    require. A copy that is bound again has the later resources. The definitions given are not changed.

    Args:
        definitions: Assets, checks, ops, schedules, sensors, in any mixture of one type.
        resource_defs: `{key: resource, definition or plain value}`, or a container.
        resource_config_by_key: Config merged over what a resource has: `{key: {"config": {field: value}}}`. A key that
            is not given is a warning.

    Raises:
        MissingResourceError: A definition, or a resource that is bound, asks for a key that is neither given here nor
            already bound.
        ResourceCycleError: The resources require one another in a cycle.
        InvalidInvocationError: `resource_config_by_key` has an entry of another form.
        InvalidConfigError: Config does not fit its resource.
    """
    container = container_from(resource_defs)
    config_by_key = _config_by_key(resource_config_by_key or {}, keys_of(container))
    scopes = [(definition, ProviderGraph(container, definition.bindings)) for definition in definitions]
    reached = [_reached_keys(definition, graph) for definition, graph in scopes]
    raise_faults([fault for definition, graph in scopes for fault in _missing(definition, graph)])
    bound = _configured(container, set[str]().union(*reached), config_by_key)
    return [
        rebound(definition, {key: bound[key] for key in keys if key in bound})
        for (definition, _), keys in zip(scopes, reached, strict=True)
    ]


def _reached_keys(definition: Bindable, graph: ProviderGraph) -> set[str]:
    """Return the keys that `definition` asks for, with all that their resources require or nest.

    Raises:
        ResourceCycleError: Resources depend on one another in a cycle.
    """
    wanted = sorted({DEFAULT_IO_MANAGER, *definition.required_keys, *definition.bindings})
    reached = set(graph.in_order([found for key in wanted if (found := graph.root(key)) is not None]))
    return {key for key in (*keys_of(graph.container), *graph.provider_by_key) if graph.find(key) in reached}


def _missing(definition: Bindable, graph: ProviderGraph) -> Iterator[DagwireError]:
    known = {*keys_of(graph.container), *definition.bindings}
    asked = [Requirement(key, definition.label) for key in sorted(definition.required_keys)]
    for requirement in (*asked, *graph.required_by_resources()):
        if graph.find(requirement.key) is None:
            yield MissingResourceError(requirement.key, [requirement.asker], known)


# -- config of bound resources -----------------------------------------------------------------------------------------


def _configured(
    container: Container, keys: Iterable[str], config_by_key: Mapping[str, object]
) -> dict[str, "providers.Provider[Any]"]:
    """Return `{key: provider}` of those of `keys` that the container has, with their config.

    Raises:
        InvalidConfigError: Config does not fit its resource.
    """
    found = {key: provider for key in keys if (provider := find_provider(container, key)) is not None}
    raise_faults(_config_faults(found, config_by_key))
    return {key: with_config(provider, key, config_by_key.get(key)) for key, provider in found.items()}


def _config_by_key(entries: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """Return `{key: config}` from entries in Dagster's form; warn of keys that are not among `keys`.

    Raises:
        InvalidInvocationError: Some entries have another form; all are named.
    """
    known = list(keys)
    for key in entries:
        if key not in known:
            warnings.warn(_unknown_key(key, known), stacklevel=3)
    problems = [problem for key, entry in entries.items() if key in known and (problem := _problem_of(key, entry))]
    if problems:
        problem = f"was given `resource_config_by_key` with {'; '.join(problems)}."
        raise InvalidInvocationError("with_resources", problem)
    return {key: entry["config"] for key, entry in entries.items() if key in known}


def _unknown_key(key: str, known: Iterable[str]) -> str:
    hint = did_you_mean(key, known)
    return f"with_resources was given config for '{key}', which is none of its resources; it has no effect.{hint}"


def _problem_of(key: str, entry: object) -> str:
    if is_mapping(entry) and set(entry) == {"config"}:
        return ""
    guess = next((name for name in entry if nearest(name, ["config"])), None) if is_mapping(entry) else None
    return f"an entry '{key}' that is not {{'config': ...}}" + (f" ('{guess}' stands for it)" if guess else "")


def _config_faults(provider_by_key: Mapping[str, object], config_by_key: Mapping[str, object]) -> list[DagwireError]:
    """Check config against the resources that are declared as recipes; variables are read when a run starts."""
    faults: list[DagwireError] = []
    for key, config in config_by_key.items():
        provider = provider_by_key.get(key)
        if isinstance(provider, ResourceProvider) and not provider.fields and not any(variables_in(config)):
            faults += faults_of(key, provider.source, config)
    return faults


def rebound(definition: D, bound: Bindings) -> D:
    """Return a copy of `definition` in which `bound` is stronger than earlier bindings."""
    copied = copy.copy(definition)
    copied.bindings = {**definition.bindings, **bound}
    return copied
