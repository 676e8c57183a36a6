"""Everything that can be told to be wrong before anything opens, collected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin

from dependency_injector import providers
from pydantic import ValidationError

from dagwire.config.values.validation_messages import problems_of
from dagwire.containers.keys import Container, Requirement, keys_of
from dagwire.containers.private_copies import PrivateResource
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.scope_providers import PrivateGraph
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    MissingResourceError,
    ResourceTypeError,
    gathered,
)
from dagwire.resources.recipe_checks import faults_of, unset_variables

_PLAIN = (bool, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)
"""Types whose values never pass for an object of another class. Anything else may be a fake, made on purpose."""


def raise_faults(faults: Sequence[DagwireError]) -> None:
    """Raise what was found wrong, all of it at once; return where nothing was."""
    if faults:
        raise gathered(faults)


# -- what is asked for -------------------------------------------------------------------------------------------------


def requirement_faults(container: Container, requirements: Iterable[Requirement]) -> list[DagwireError]:
    """What is wrong with `requirements` of a container, told without calling anything: missing keys, wrong types."""
    return faults_of_requirements(ProviderGraph(container, {}), requirements)


def faults_of_requirements(
    graph: ProviderGraph, requirements: Iterable[Requirement], given: Mapping[AnyProvider, AnyProvider] | None = None
) -> list[DagwireError]:
    """The same, for the keys of one scope, which may be `given` what fills the slots of its plan."""
    askers_by_missing: dict[str, list[str]] = {}
    wrong: list[DagwireError] = []
    for requirement in requirements:
        found = graph.find(requirement.key)
        if found is None:
            askers_by_missing.setdefault(requirement.key, []).append(requirement.asker)
        elif requirement.expected is not None:
            called = graph.called_in_the_end(found)
            wrong += _type_faults(requirement, (given or {}).get(called, called))
    known = {*keys_of(graph.container), *graph.given} if askers_by_missing else ()
    missing = [
        MissingResourceError(key, dict.fromkeys(filter(None, askers)), known)
        for key, askers in askers_by_missing.items()
    ]
    return [*missing, *wrong]


def _type_faults(requirement: Requirement, provider: AnyProvider) -> Iterator[DagwireError]:
    value: Any = cast("Any", provider).provides if type(provider) is providers.Object else None
    if type(value) in _PLAIN and not _accepts(requirement.expected, value):
        expected = str(getattr(requirement.expected, "__name__", requirement.expected))
        article = "an" if expected.startswith(tuple("AEIOU")) else "a"
        given = type(value).__name__
        yield ResourceTypeError(
            requirement.key, f"{requirement.asker} takes {article} {expected}; a {given} was given."
        )


def _accepts(expected: Any, value: object) -> bool:
    """Whether `value` may be what was declared; True where that cannot be told."""
    origin = get_origin(expected)
    if origin in (Union, UnionType):
        return any(_accepts(one, value) for one in get_args(expected))
    if origin is Annotated:
        return _accepts(get_args(expected)[0], value)
    declared = origin or expected
    if not isinstance(declared, type) or getattr(declared, "_is_protocol", False):
        return True
    return isinstance(value, declared) or (isinstance(value, int) and declared in (float, complex))


# -- what would be opened ----------------------------------------------------------------------------------------------


def faults_before_opening(graph: PrivateGraph, config_by_provider: Mapping[AnyProvider, object]) -> list[DagwireError]:
    """What is wrong with settings and recipes: those that can be called for without opening another resource first."""
    faults = list(_settings_faults(graph))
    if faults:
        return faults  # recipes are made of settings: their faults would only be told a second time
    try:
        for provider in graph.before_opening(has_config=bool(config_by_provider)):
            resource = graph.resources.get(provider)
            if resource is not None and not resource.is_open:
                config = config_by_provider.get(provider)
                faults += _recipe_faults(graph, provider, resource, config)
    except DagwireError as choice:
        faults.append(choice)
    return faults


def _settings_faults(graph: PrivateGraph) -> Iterator[DagwireError]:
    for settings in graph.settings():
        try:
            settings()
        except DagwireError as fault:
            yield fault


def _recipe_faults(
    graph: PrivateGraph, provider: AnyProvider, resource: PrivateResource, config: object
) -> Iterable[DagwireError]:
    name = graph.name(provider)
    declared = resource.declared
    if graph.is_made_late(provider) or (declared.function is not None and config is None):
        return unset_variables(name, declared.variables)
    try:
        resource.recipe = recipe_of(resource, graph.values_for(resource), name)
    except DagwireError as fault:
        return [fault]
    except Exception:  # noqa: BLE001  # reading a value failed: it is read again, and told of, when its turn comes
        return []
    return faults_of(name, resource.recipe, config, graph.is_nested_key)


def recipe_of(resource: PrivateResource, values: Sequence[Any], name: object) -> Any:
    """What is to be opened for `resource`, made of `values`.

    Raises:
        InvalidConfigError: Fields given by providers do not fit; the values are not shown.
    """
    try:
        return resource.declared.recipe(values)
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(f"resource '{name}'", problems)
