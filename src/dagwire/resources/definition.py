"""`ResourceDefinition` and `@resource`: a recipe that is a function."""

import copy
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from inspect import Parameter, isasyncgenfunction, isgeneratorfunction, signature, unwrap
from typing import Any, overload

from dagwire.errors import InvalidDefinitionError, InvalidInvocationError
from dagwire.resources.context import InitResourceContext

ResourceFunction = Callable[..., Any]


class ResourceDefinition:
    """A recipe that is a function of no argument, or of an `InitResourceContext`.

    The function may return the resource, yield it (a generator, or one decorated with `contextmanager`: what follows
    the `yield` is its close), or be a coroutine or an asynchronous generator. Any callable will do, `partial` included.
    """

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: object = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        """`required_resource_keys` are opened before this resource and found in its context.

        Raises:
            InvalidDefinitionError: `resource_fn` needs more than one argument.
        """
        self.resource_fn = resource_fn
        self.config_schema = config_schema
        self.description = description
        self.required_resource_keys = frozenset(required_resource_keys or ())
        self.version = version
        self.preset_config: object = None
        """The config it has of its own; None where it waits for a run's."""
        self.takes_context = _takes_context(resource_fn)
        self._open = _as_context_manager(resource_fn)
        self.has_life_cycle = self._open is not resource_fn or _is_manager_function(resource_fn)

    @property
    def name(self) -> str:
        """The function's name, for messages."""
        return getattr(self.resource_fn, "__name__", type(self.resource_fn).__name__)

    def open(self, context: InitResourceContext) -> Any:
        """The resource, a manager of it where `has_life_cycle`, or an awaitable of it."""
        return self._open(context) if self.takes_context else self._open()

    def __call__(self, *args: Any) -> Any:
        """Call the function as it stands, as in a test.

        Raises:
            InvalidInvocationError: The function takes a context and none was given, or the other way round.
        """
        if len(args) != int(self.takes_context):
            wanted = "one argument, a context" if self.takes_context else "no argument"
            raise InvalidInvocationError(f"resource function '{self.name}'", f"takes {wanted}; {len(args)} given.")
        return self._open(*args)

    def configured(self, config: object) -> "ResourceDefinition":
        """This definition with its config given; a run's config for the key replaces it."""
        copied = copy.copy(self)
        copied.preset_config = config
        return copied

    def with_function(self, resource_fn: ResourceFunction) -> "ResourceDefinition":
        """This definition with another function of the same form, such as one with other arguments bound."""
        copied = copy.copy(self)
        copied.resource_fn = resource_fn
        copied._open = _as_context_manager(resource_fn)
        return copied

    def __repr__(self) -> str:
        """Name the function."""
        return f"ResourceDefinition({self.name})"

    @staticmethod
    def hardcoded_resource(value: object, description: str | None = None) -> "ResourceDefinition":
        """A resource that is `value` itself."""
        return ResourceDefinition(lambda: value, description=description)

    @staticmethod
    def none_resource(description: str | None = None) -> "ResourceDefinition":
        """A resource that is None."""
        return ResourceDefinition.hardcoded_resource(None, description)


@overload
def resource(config_schema: ResourceFunction) -> ResourceDefinition: ...
@overload
def resource(
    config_schema: object = None,
    description: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[ResourceFunction], ResourceDefinition]: ...
def resource(
    config_schema: object = None,
    description: str | None = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> ResourceDefinition | Callable[[ResourceFunction], ResourceDefinition]:
    """Make a `ResourceDefinition` of a function; with or without arguments.

    Example:
        >>> from dagwire import build_resources, resource
        >>> @resource
        ... def clock():
        ...     yield "tick"
        ...     print("stopped")
        >>> with build_resources({"clock": clock}) as resources:
        ...     print(resources.clock)
        tick
        stopped
    """
    if callable(config_schema) and not isinstance(config_schema, type):
        return ResourceDefinition(config_schema)

    def decorate(function: ResourceFunction) -> ResourceDefinition:
        return ResourceDefinition(function, config_schema, description, required_resource_keys, version)

    return decorate


def _takes_context(function: ResourceFunction) -> bool:
    parameters = signature(function).parameters.values()
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    required = [p for p in parameters if p.kind in positional and p.default is Parameter.empty]
    if len(required) > 1:
        names = ", ".join(p.name for p in required)
        msg = f"A resource function takes no argument or one, an InitResourceContext; {function} takes {names}."
        raise InvalidDefinitionError(msg)
    return bool(required)


def _as_context_manager(function: ResourceFunction) -> ResourceFunction:
    if isgeneratorfunction(function):
        return contextmanager(function)
    if isasyncgenfunction(function):
        return asynccontextmanager(function)
    return function


def _is_manager_function(function: ResourceFunction) -> bool:
    """Whether `function` was decorated with `contextmanager` or its twin.

    Told by the generator underneath: an object that merely has `__enter__`, such as a file or a lock, is a resource as
    it stands and is not entered, as in Dagster.
    """
    while isinstance(function, partial):
        function = function.func
    inner = unwrap(function)
    return inner is not function and (isgeneratorfunction(inner) or isasyncgenfunction(inner))
