"""`Signature`: the requests of a decorated function, read from its parameters."""

import inspect
import typing
import warnings
from collections.abc import Callable, Iterator
from inspect import Parameter, isasyncgenfunction, isgeneratorfunction
from types import FunctionType
from typing import Any, NamedTuple

from dagwire.config.schema.config import Config
from dagwire.config.schema.config_schema import is_config_class
from dagwire.containers.declared_keys import declared_key
from dagwire.containers.provider_types import is_provider
from dagwire.dagster_warnings import ConfigArgumentWarning
from dagwire.definitions.specs.valid_names import written_function
from dagwire.definitions.steps.body_context import is_context_annotation
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.resource_param import (
    check_resource_annotation,
    declared_type,
    is_resource_annotation,
    resource_key,
)

CONTEXT_NAMES = frozenset({"context", "_context", "_"})
CONFIG_NAME = "config"
RESULT = "result"
"""The output name of a single asset, and of an op's only output."""


class InputParameter(NamedTuple):
    """A parameter that takes the value of an upstream asset or op."""

    name: str
    annotation: Any
    default: object = Parameter.empty
    dagster_type: DagsterType = ANY
    """The type of its values."""

    @property
    def is_optional(self) -> bool:
        """Whether the parameter has a default."""
        return self.default is not Parameter.empty


class Signature(NamedTuple):
    """The parameters of a function, sorted by kind."""

    context: str | None
    """The name of the context parameter, which is always the first."""
    context_type: object
    """The annotation of the context parameter; Any if it has none."""
    config: type[Config] | Any
    """The declared type of the parameter `config`; None if there is no such parameter."""
    resources: dict[str, Any]
    """`{parameter: declared type}`: the parameters that are resources."""
    keys: dict[str, str]
    """`{parameter: key}` of the resources; a key is its parameter's name, unless the annotation names another."""
    inputs: dict[str, InputParameter]
    """`{name: parameter}` of all other parameters."""
    parameters: tuple[str, ...]
    """The names of all parameters but the context, in order."""
    positional: tuple[str, ...]
    """The names of those that may be passed by position."""
    takes_any_name: bool
    """Whether there is a `**` parameter."""
    returns: object
    """The return annotation; Any if there is none, and for a generator, whose annotation is not that of a value."""
    config_default: object = Parameter.empty
    """The default of the parameter `config`, if it has one."""


def read_signature(function: Callable[..., object], owner: str, *, context_first: bool = False) -> Signature:
    """Sort the parameters of `function`.

    The first one is the context if it is named so, or with `context_first` whatever it is named; `config` is config;
    one annotated as a resource is a resource; all others are inputs.

    Raises:
        InvalidDefinitionError: An annotation cannot be resolved, or a parameter stands where it cannot be filled.
    """
    parameters = _parameters_of(function)
    hints = annotations_of(function, owner)
    context = _context_among(parameters, hints, context_first=context_first)
    parameters = [parameter for parameter in parameters if parameter.name != context]
    context_type = hints.get(context, Any) if context else Any
    if not is_context_annotation(context_type):
        msg = (
            f"{owner} annotates '{context}' as {context_type.__name__}, and that is not a context. Rename the "
            f"parameter, or annotate it as a context."
        )
        raise InvalidDefinitionError(msg)
    config: Any = None
    resources: dict[str, Any] = {}
    keys: dict[str, str] = {}
    inputs: dict[str, InputParameter] = {}
    for parameter in parameters:
        annotation = hints.get(parameter.name, Any)
        _check_parameter(parameter, owner)
        if parameter.kind is Parameter.VAR_KEYWORD:
            continue
        if parameter.name == CONFIG_NAME and parameter.name in hints:
            config = annotation
        elif is_resource_annotation(annotation):
            check_resource_annotation(parameter.name, annotation, owner)
            resources[parameter.name] = declared_type(annotation)
            keys[parameter.name] = _checked_key(parameter.name, annotation, owner)
        else:
            if is_config_class(annotation):
                _warn_of_another_name(parameter.name, annotation, function, owner)
            dagster_type = _input_type(parameter.name, annotation, owner)
            inputs[parameter.name] = InputParameter(parameter.name, annotation, parameter.default, dagster_type)
    named = tuple(p.name for p in parameters if p.kind is not Parameter.VAR_KEYWORD)
    positional = tuple(p.name for p in parameters if p.kind is Parameter.POSITIONAL_OR_KEYWORD)
    return Signature(
        context,
        context_type,
        config,
        resources,
        keys,
        inputs,
        named,
        positional,
        len(named) < len(parameters),
        Any if isgeneratorfunction(function) or isasyncgenfunction(function) else hints.get("return", Any),
        next((p.default for p in parameters if p.name == CONFIG_NAME), Parameter.empty),
    )


class _Written(NamedTuple):
    """The part of an `inspect.Parameter` that is read here; one is made in a tenth of the time."""

    name: str
    kind: Any
    default: object


def _parameters_of(function: Callable[..., object]) -> list[_Written]:
    """The parameters of a function: of a plain one as its code has them, of any other as `inspect` finds them."""
    if type(function) is not FunctionType or not function.__dict__.keys().isdisjoint(_SIGNATURES_ELSEWHERE):
        found = inspect.signature(function).parameters.values()
        return [_Written(one.name, one.kind, one.default) for one in found]
    code, by_name = function.__code__, function.__kwdefaults__ or {}
    count, names = code.co_argcount, code.co_varnames
    missing = (Parameter.empty,) * (count - len(function.__defaults__ or ()))
    defaults = missing + (function.__defaults__ or ())
    kinds = (Parameter.POSITIONAL_ONLY,) * code.co_posonlyargcount + (Parameter.POSITIONAL_OR_KEYWORD,) * count
    written = [_Written(*one) for one in zip(names[:count], kinds[:count], defaults, strict=True)]
    end = count + code.co_kwonlyargcount
    after = end + bool(code.co_flags & inspect.CO_VARARGS)
    if after > end:
        written.append(_Written(names[end], Parameter.VAR_POSITIONAL, Parameter.empty))
    written += (_Written(name, Parameter.KEYWORD_ONLY, by_name.get(name, Parameter.empty)) for name in names[count:end])
    if code.co_flags & inspect.CO_VARKEYWORDS:
        written.append(_Written(names[after], Parameter.VAR_KEYWORD, Parameter.empty))
    return written


_SIGNATURES_ELSEWHERE = frozenset({"__wrapped__", "__signature__", "__text_signature__"})
"""The attributes by which a function has the signature of another."""


def _warn_of_another_name(name: str, config: type[Config], function: Callable[..., Any], owner: str) -> None:
    """Warn that config is a parameter `config`; this one takes the value of another step."""
    code = written_function(function).__code__
    message = (
        f"{owner} annotates '{name}' as {config.__name__}, which is config, and takes a value under that name. "
        f"Rename the parameter '{CONFIG_NAME}' to have it configured."
    )
    warnings.warn_explicit(message, ConfigArgumentWarning, code.co_filename, code.co_firstlineno)


def _context_among(parameters: list[_Written], hints: dict[str, Any], *, context_first: bool) -> str | None:
    """The name of the parameter that is the context."""
    if parameters and parameters[0].name in CONTEXT_NAMES:
        return parameters[0].name
    others = (p for p in parameters if not is_resource_annotation(hints.get(p.name, Any)))
    first = next(others, None) if context_first else None
    return first.name if first is not None and first.kind is Parameter.POSITIONAL_OR_KEYWORD else None


def _input_type(parameter: str, annotation: object, owner: str) -> DagsterType:
    try:
        dagster_type = resolve_type(annotation)
    except InvalidDefinitionError as error:
        msg = f"{owner}: parameter '{parameter}': {error}"
        raise InvalidDefinitionError(msg) from error
    if dagster_type.is_nothing:
        msg = f"{owner} annotates '{parameter}' as None, and there is no value to take. Declare the order instead."
        raise InvalidDefinitionError(msg)
    return dagster_type


def _checked_key(parameter: str, annotation: object, owner: str) -> str:
    key = resource_key(parameter, annotation)
    if is_provider(key):
        key = declared_key(key) or key
    if isinstance(key, str):
        return key
    msg = (
        f"{owner} takes '{parameter}' by a Provide without a key. Write the key's path, Provide[\"gateways.s3\"], or a "
        "provider of a container's class, Provide[Application.gateways.s3]."
    )
    raise InvalidDefinitionError(msg)


def _check_parameter(parameter: _Written, owner: str) -> None:
    """Refuse a parameter that cannot be filled."""
    if parameter.name == "context":
        msg = f"{owner} takes '{parameter.name}' as a later parameter. A context must be the first parameter: move it."
        raise InvalidDefinitionError(msg)
    if parameter.kind in (Parameter.VAR_POSITIONAL, Parameter.POSITIONAL_ONLY):
        msg = f"{owner} takes '{parameter}', which cannot be passed by name. Write it as a plain parameter."
        raise InvalidDefinitionError(msg)


def annotations_of(function: Callable[..., object], owner: str) -> dict[str, Any]:
    """`{parameter: annotation}`, strings resolved; the return annotation is under "return".

    Raises:
        InvalidDefinitionError: An annotation cannot be resolved.
    """
    written = written_function(function)
    try:
        return typing.get_type_hints(written, include_extras=True)
    except NameError:
        pass
    # Annotations that are strings may name classes of the function that encloses this one.
    try:
        return typing.get_type_hints(written, localns=_names_in_calling_frames(), include_extras=True)
    except NameError as error:
        msg = f"{owner} has an annotation that cannot be resolved: {error}. Import the name where the function stands."
        raise InvalidDefinitionError(msg) from error


def _names_in_calling_frames() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for frame_locals in reversed(list(_calling_frames())):
        names.update(frame_locals)
    return names


def _calling_frames() -> Iterator[dict[str, Any]]:
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_code.co_name != "<module>" and not frame.f_globals.get("__name__", "").startswith("dagwire."):
            yield frame.f_locals
        frame = frame.f_back
