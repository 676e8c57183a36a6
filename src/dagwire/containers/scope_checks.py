"""Faults that can be found before anything opens, collected."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, cast, get_args, get_origin, is_typeddict

from dependency_injector import providers
from pydantic import ValidationError

from dagwire.config.values.validation_messages import problems_of
from dagwire.containers.keys import Container, Requirement
from dagwire.containers.private_copies import PrivateResource
from dagwire.containers.provider_checks import ABSTRACT, DECLARES_A_TYPE, read_wrongly, reads_unfilled
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.resource_provider import AnyResourceProvider
from dagwire.containers.scope_plan import ScopePlan
from dagwire.containers.scope_providers import ScopeProviders
from dagwire.errors import (
    DagwireError,
    InvalidConfigError,
    InvalidProviderError,
    MissingResourceError,
    ResourceCycleError,
    ResourceTypeError,
    as_one_error,
)
from dagwire.resources.configurable_resource import makes_itself
from dagwire.resources.io_manager import InputManager, IOManager
from dagwire.resources.recipe_checks import faults_of, unset_variables

_PLAIN = (bool, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)
"""Types whose values never pass for an object of another class. Anything else may be a fake, made on purpose."""


def raise_faults(faults: Sequence[DagwireError]) -> None:
    """Raise all of `faults` at once, if there are any."""
    if faults:
        raise as_one_error(faults)


# -- what is asked for -------------------------------------------------------------------------------------------------


def requirement_faults(container: Container, requirements: Iterable[Requirement]) -> list[DagwireError]:
    """The missing keys and wrong types among `requirements` of a container. Nothing is called."""
    return faults_of_requirements(ProviderGraph(container, {}), requirements)


def declaration_faults(container: Container, requirements: Iterable[Requirement]) -> list[DagwireError]:
    """The faults of `requirements` and of the providers that they reach, found without reading the environment.

    A Selector's branches are left out: which of them is chosen shows when a scope is opened.
    """
    requirements = list(requirements)
    graph = ProviderGraph(container, {})
    keys = tuple(sorted({requirement.key for requirement in requirements}))
    try:
        plan = ScopePlan(graph, keys, asynchronous=False)
    except ResourceCycleError as cycle:
        return [*faults_of_requirements(graph, requirements), cycle]
    users = Users(plan, requirements)
    faults = faults_of_requirements(graph, requirements)
    faults += faults_of_replacements(plan, {})
    for provider in plan.asked_for_certain:
        problem = plan.problem_by_provider.get(provider)
        if problem is None and isinstance(provider, providers.ConfigurationOption):
            problem = read_wrongly(provider, lambda one: one)
        if problem is not None:
            faults.append(users.fault_of(provider, problem))
    return faults


def faults_of_requirements(
    graph: ProviderGraph,
    requirements: Iterable[Requirement],
    fillings: Mapping[AnyProvider, AnyProvider] | None = None,
) -> list[DagwireError]:
    """The missing keys and wrong types among the requirements of one scope; `{slot of its plan: what fills it}`."""
    askers_by_missing: dict[str, list[str]] = {}
    wrong: list[DagwireError] = []
    for requirement in requirements:
        found = graph.find(requirement.key)
        if found is None and requirement.has_default:
            continue
        if found is None:
            askers_by_missing.setdefault(requirement.key, []).append(requirement.asker)
        elif requirement.expected is not None:
            called = graph.effective_provider(found)
            wrong += _type_faults(requirement, (fillings or {}).get(called, called))
    known = graph.known_keys() if askers_by_missing else ()
    missing = [
        MissingResourceError(key, dict.fromkeys(filter(None, askers)), known)
        for key, askers in askers_by_missing.items()
    ]
    return [*missing, *wrong]


def faults_of_replacements(plan: ScopePlan, fillings: Mapping[AnyProvider, AnyProvider]) -> Iterator[DagwireError]:
    """Faults of replacements that are not of the type that the replaced provider declares."""
    for provider in plan.reached:
        replacement = plan.graph.replacement_of(provider)
        if replacement is not None and isinstance(provider, DECLARES_A_TYPE):
            replacement = plan.graph.effective_provider(replacement)
            problem = _not_as_declared(provider, fillings.get(replacement, replacement))
            if problem is not None:
                yield ResourceTypeError(plan.graph.name(provider), problem)


def _not_as_declared(provider: Any, replacement: Any) -> str | None:
    is_abstract = isinstance(provider, ABSTRACT)
    declared = provider.provides if is_abstract else provider.instance_of
    if not isinstance(declared, type):
        return None
    if isinstance(replacement, providers.Object):
        value = cast("Any", replacement).provides
        return None if isinstance(value, declared) else f"takes {_a(declared)}; {_a(type(value))} was given."
    provides = getattr(replacement, "provides", None)
    if isinstance(provides, type) and is_abstract and not issubclass(provides, declared):
        return f"takes what makes {_a(declared)}; a {type(replacement).__name__} of {provides.__name__} was given."
    return None


def _a(kind: Any) -> str:
    name = str(getattr(kind, "__name__", kind))
    return f"{'an' if name.startswith(tuple('AEIOUaeio')) else 'a'} {name}"


def _type_faults(requirement: Requirement, provider: AnyProvider) -> Iterator[DagwireError]:
    value: Any = cast("Any", provider).provides if type(provider) is providers.Object else None
    if type(value) in _PLAIN and not _accepts(requirement.expected, value):
        problem = f"{requirement.asker} takes {_a(requirement.expected)}; {_a(type(value))} was given."
        yield ResourceTypeError(requirement.key, problem)
    elif _is_no_manager(requirement.expected, provider):
        source = type(cast("Any", provider).source).__name__
        problem = f"{requirement.asker} takes {_a(requirement.expected)}; {source} is not one. Derive it from one."
        yield ResourceTypeError(requirement.key, problem)


def _is_no_manager(expected: Any, provider: Any) -> bool:
    """Whether an IO manager is expected, and a resource is provided that is none."""
    source = getattr(provider, "source", None)
    return makes_itself(source) and expected in (InputManager, IOManager) and not isinstance(source, expected)


def _accepts(expected: Any, value: object) -> bool:
    """Whether `value` may be what was declared; True if that is not known."""
    origin = get_origin(expected)
    if origin in (Union, UnionType):
        return any(_accepts(one, value) for one in get_args(expected))
    if origin is Annotated:
        return _accepts(get_args(expected)[0], value)
    if is_typeddict(expected):
        return isinstance(value, dict)
    declared = origin or expected
    if declared is Any or not isinstance(declared, type) or getattr(declared, "_is_protocol", False):
        return True
    return isinstance(value, declared) or (isinstance(value, int) and declared in (float, complex))


# -- what would be opened ----------------------------------------------------------------------------------------------


def faults_before_opening(
    scope: ScopeProviders,
    config_by_provider: Mapping[AnyProvider, object],
    users: "Users",
    *,
    is_opened: bool,
) -> list[DagwireError]:
    """The faults of settings, declarations and recipes: all that shows without opening a resource first."""
    faults = list(_settings_faults(scope))
    for provider, problem in scope.problems(is_opened=is_opened):
        if not is_opened or not reads_unfilled(provider) or users.asking_for(provider):
            faults.append(users.fault_of(provider, problem))
    for provider in scope.before_opening(has_config=bool(config_by_provider)):
        resource = scope.resources.get(provider)
        if resource is not None and not resource.is_open:
            faults += _recipe_faults(scope, provider, resource, config_by_provider.get(provider))
    faults += scope.choice_faults.values()
    return list({str(fault): fault for fault in faults}.values()) if faults else faults


class Users:
    """The users of a faulty provider: the keys above it, and the definitions that ask; read only for a fault."""

    def __init__(self, plan: ScopePlan, requirements: Sequence[Requirement]) -> None:
        """Read nothing yet."""
        self._plan = plan
        self._requirements = requirements
        self._users: dict[AnyProvider, list[AnyProvider]] | None = None

    def fault_of(self, provider: AnyProvider, problem: str) -> InvalidProviderError:
        """The fault of `provider`, under its key or under the nearest key above it."""
        above = [provider, *self._all_above(provider)]
        named = [name for one in above if (name := self._plan.graph.key_of(one)) is not None]
        name = named[0] if named else self._plan.graph.name(provider)
        users = self.asking_for(provider) or [f"'{other}'" for other in named[1:]]
        return InvalidProviderError(name, problem, dict.fromkeys(users))

    def asking_for(self, provider: AnyProvider) -> list[str]:
        """The definitions that ask for `provider`, or for what needs it."""
        above = {provider, *self._all_above(provider)}
        return [one.asker for one in self._requirements if one.asker and self._plan.graph.find(one.key) in above]

    def _all_above(self, provider: AnyProvider) -> list[AnyProvider]:
        """The providers that refer to `provider`, directly or not, the nearest first."""
        if self._users is None:
            self._users = {}
            for user in self._plan.reached:
                for used in self._plan.graph.referred(user):
                    self._users.setdefault(used, []).append(user)
        found = dict.fromkeys(self._users.get(provider, ()))
        for one in (waiting := list(found)):
            new = [user for user in self._users.get(one, ()) if user not in found]
            found.update(dict.fromkeys(new))
            waiting += new
        return list(found)


def _settings_faults(scope: ScopeProviders) -> Iterator[DagwireError]:
    for settings in scope.settings():
        try:
            settings()
        except DagwireError as fault:
            yield fault


def _recipe_faults(
    scope: ScopeProviders, provider: AnyProvider, resource: PrivateResource, config: object
) -> Iterable[DagwireError]:
    name = scope.name(provider)
    declared = resource.declared
    if scope.is_deferred(provider) or (declared.function is not None and config is None):
        return unset_variables(name, declared.variables)
    try:
        resource.recipe = made_recipe(declared, scope.values_for(resource), name)
    except DagwireError as fault:
        return [fault]
    except Exception:  # noqa: BLE001  # reading a value failed, which is reported as the provider's that reads it
        return []
    return faults_of(name, resource.recipe, config, scope.is_nested_key)


def made_recipe(declared: AnyResourceProvider, values: Sequence[object], name: object) -> object:
    """Make what is to be opened for the resource `name` of the `values` of its injections.

    Raises:
        InvalidConfigError: Fields given by providers do not fit; the values are not shown.
    """
    try:
        return declared.recipe(values)
    except ValidationError as error:
        problems = problems_of(error)
    raise InvalidConfigError(f"resource '{name}'", problems)
