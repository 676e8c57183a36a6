"""Faults of one provider's declaration, found without calling anything that could have an effect."""

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, signature
from typing import Any, cast

from dependency_injector import providers
from pydantic import BaseModel

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.values.model_introspection import input_paths
from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.provider_types import AnyProvider, is_provider
from dagwire.errors import DagwireError
from dagwire.suggestions import did_you_mean

ABSTRACT = (
    *(providers.AbstractFactory, providers.AbstractSingleton),
    *(providers.AbstractCallable, providers.AbstractCoroutine),
)
"""The kinds that give nothing unless they are overridden."""

DECLARES_A_TYPE = (providers.Dependency, *ABSTRACT)
"""The kinds that say what may take their place."""

_CALLS = (providers.Factory, providers.BaseSingleton, providers.Callable, providers.BaseResource)
_GETTERS: Any = (providers.AttributeGetter, providers.ItemGetter)
_PROVIDED: Any = providers.ProvidedInstance


def declared_wrongly(provider: AnyProvider, *, is_passed_on: bool) -> str | None:
    """The fault in the declaration of `provider`, or None.

    Args:
        provider: A provider that nothing overrides.
        is_passed_on: Whether it may be called with more arguments than are declared.
    """
    if isinstance(provider, providers.Dependency):
        return None if cast("Any", provider).is_defined else _undefined(provider)
    if isinstance(provider, ABSTRACT):
        kind = type(provider).__name__
        return f"it is an {kind} that nothing overrides. Override it with a {kind.removeprefix('Abstract')}."
    if isinstance(provider, _CALLS) and not isinstance(
        provider, (providers.TypedConfigurationOption, SettingsProvider)
    ):
        return _uncallable(provider, is_passed_on=is_passed_on)
    return _missing_setting(provider) if isinstance(provider, _GETTERS) else None


def _undefined(provider: Any) -> str:
    parent = provider.parent
    if isinstance(parent, providers.DependenciesContainer):
        return "nothing fills its DependenciesContainer. Give the container one that provides it."
    declared = provider.instance_of
    expected = "" if declared is object else f" of {declared.__name__}"
    return f"it is a Dependency{expected} that nothing provides. Give it when you make the container, or override it."


def _uncallable(provider: Any, *, is_passed_on: bool) -> str | None:
    """The misfit between the declared arguments and the signature of the callable, or None."""
    provides: Any = provider.provides
    if provides is None:
        return "it provides nothing: no class or function was given."
    if is_provider(provides) or not (provider.args or provider.kwargs or not is_passed_on):
        return None
    if _is_model(provides):
        return _unknown_field(provides, provider.kwargs)
    parameters = _signature_of(provides)
    return None if parameters is None else _misfit(provider, parameters, is_passed_on=is_passed_on)


def _misfit(provider: Any, parameters: Signature, *, is_passed_on: bool) -> str | None:
    """The argument that `parameters` do not take, or lack."""
    provides, named = provider.provides, provider.kwargs
    takes = parameters.parameters
    if not any(one.kind is Parameter.VAR_KEYWORD for one in takes.values()):
        for name in named:
            if name not in takes:
                return f"{_name(provides)} takes no argument '{name}'.{did_you_mean(name, takes)}"
    try:
        (parameters.bind_partial if is_passed_on else parameters.bind)(*provider.args, **named)
    except TypeError as error:
        return f"{_name(provides)} cannot be called with the arguments that are declared: {error}."
    return None


def _signature_of(provides: Callable[..., object]) -> Signature | None:
    """The signature, if it shows what is taken: classes written in C often have none."""
    try:
        return signature(provides)
    except (TypeError, ValueError):
        return None


def _unknown_field(model: type[BaseModel], named: Iterable[str]) -> str | None:
    """The argument that no field of `model` takes, by its name or an alias, if the model forbids such arguments."""
    if model.model_config.get("extra") != "forbid":
        return None
    takes = {str(keys[0]) for name in model.model_fields for keys in input_paths(model, name)}
    unknown = next((name for name in named if name not in takes and name not in model.model_fields), None)
    return unknown and f"{_name(model)} takes no argument '{unknown}'.{did_you_mean(unknown, takes)}"


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _name(provides: object) -> str:
    return str(getattr(provides, "__name__", type(provides).__name__))


# -- what is read: options, and values of settings ---------------------------------------------------------------------


def is_read_early(provider: AnyProvider) -> bool:
    """Whether `provider` only reads an option or a value of settings, so that reading it has no effect."""
    return isinstance(provider, (providers.ConfigurationOption, *_GETTERS))


def read_wrongly(provider: AnyProvider, current: Callable[[AnyProvider], object]) -> str | None:
    """The fault in reading `provider` now, or None.

    Args:
        provider: An option, or a getter of an attribute or an item.
        current: What stands for a provider in the scope.
    """
    if isinstance(provider, providers.ConfigurationOption):
        option = current(provider)
        return _unset_option(option) if isinstance(option, providers.ConfigurationOption) else None
    return _missing_value(provider, current)


def reads_unfilled(provider: AnyProvider) -> bool:
    """Whether `provider` is an option of a `Configuration` that nobody has filled at all, and that may stay so."""
    option: Any = provider
    if not isinstance(provider, providers.ConfigurationOption):
        return False
    root = option._get_root()
    return not root.get_strict() and not option.is_required() and not root()


def _unset_option(option: Any) -> str | None:
    try:
        value: Any = option._get_root()()
        for segment in option.get_name_segments():
            name = segment() if is_provider(segment) else segment
            if not is_mapping(value) or name not in value:
                known = map(str, value) if is_mapping(value) else ()
                return f"option {option.get_name()} is not set.{did_you_mean(str(name), known)}"
            value = value[name]
        option()
    except DagwireError:
        return None  # the fault of settings that name a segment, which is reported as theirs
    except Exception as error:  # noqa: BLE001  # strict options raise whatever dependency-injector does
        return f"option {_option_name(option)} cannot be read: {error}."
    return None


def _option_name(option: Any) -> str:
    try:
        return str(option.get_name())
    except Exception:  # noqa: BLE001  # a segment of its name is a provider that cannot be called yet
        return "of a Configuration"


def _source_and_path(getter: object) -> tuple[Any, list[Any]]:
    """The start of a chain of getters, and the getters, the first one first."""
    path: list[Any] = []
    source: Any = getter
    while _is_getter(source) or isinstance(source, _PROVIDED):
        if _is_getter(source):
            path.insert(0, source)
        source = source.provides
    return source, path


def _is_getter(provider: object) -> bool:
    return isinstance(provider, _GETTERS)


def _missing_value(getter: AnyProvider, current: Callable[[AnyProvider], object]) -> str | None:
    """The reason that an attribute or an item cannot be read of settings or of a plain object, or None."""
    source, path = _source_and_path(getter)
    held: Any = current(source)
    if not _is_plain(held):
        return None  # reading it would make something
    try:
        value: Any = held()
    except DagwireError:
        return None  # the settings' own fault, which is reported as theirs
    for one in path:
        if is_provider(one.name):
            return None
        try:
            value = value[one.name] if isinstance(one, providers.ItemGetter) else getattr(value, one.name)
        except Exception:  # noqa: BLE001  # whatever the object raises, it is not there
            return _not_there(value, one.name, is_item=isinstance(one, providers.ItemGetter))
    return None


def _is_plain(held: object) -> bool:
    is_value = isinstance(held, (SettingsProvider, providers.Object))
    return is_value and not isinstance(held, providers.Configuration)


def _not_there(value: object, name: object, *, is_item: bool) -> str:
    kind: Any = cast("Any", type)(value)
    if is_item:
        known = map(str, value) if is_mapping(value) else ()
        return f"a {kind.__name__} has no item {name!r}.{did_you_mean(str(name), known)}"
    return _has_no(kind, str(name))


def _has_no(kind: Any, name: str) -> str:
    listed: list[str] = [*kind.model_fields, *vars(kind)] if _is_model(kind) else dir(kind)
    fields = [one for one in listed if not one.startswith("_")]
    return f"{kind.__name__} has no '{name}'.{did_you_mean(name, fields)}"


def _missing_setting(getter: AnyProvider) -> str | None:
    """The reason that an attribute cannot be read of settings, as far as their class shows, or None."""
    source, path = _source_and_path(getter)
    kind: Any = cast("Any", source).settings if isinstance(source, SettingsProvider) else None
    for one in path:
        if not _is_model(kind) or isinstance(one, providers.ItemGetter) or is_provider(one.name):
            return None
        field = kind.model_fields.get(one.name)
        if field is None:
            is_there = hasattr(kind, one.name) or kind.model_config.get("extra") == "allow"
            return None if is_there else _has_no(kind, one.name)
        kind = field.annotation
    return None
