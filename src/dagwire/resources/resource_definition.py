"""`ResourceDefinition` and `@resource`: a recipe that is a function."""

import copy
from collections.abc import Callable, Iterable
from functools import update_wrapper
from inspect import Parameter, cleandoc, signature
from typing import Any, Self, overload

from dagwire.config.schema.config_schema import check_schema, validated_config
from dagwire.config.values.nested_values import merged_config
from dagwire.config.values.type_guards import is_mapping
from dagwire.errors import (
    ConfigMappingError,
    DagwireError,
    InvalidConfigError,
    InvalidDefinitionError,
    InvalidInvocationError,
    MissingResourceError,
)
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.life_cycle_methods import as_manager_function, is_manager_function

ResourceFunction = Callable[..., Any]


class ResourceDefinition:
    """A recipe that is a function without argument, or of an `InitResourceContext`.

    The function may return the resource or yield it: as a generator, or decorated with `contextmanager`. The code after
    the `yield` is its close. It may be a coroutine or an asynchronous generator. Any callable will do, `partial` too.
    """

    opens_config = False
    """Whether its config is itself a recipe, which is opened in its place; see `RecipeDefinition`."""

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
            InvalidDefinitionError: `resource_fn` needs more than one argument, or `config_schema` is not a schema.
        """
        check_schema(config_schema)
        self.resource_fn = resource_fn
        self.config_schema = config_schema
        self.description = description
        self.required_resource_keys: frozenset[str] = frozenset(required_resource_keys or ())
        self.version = version
        self.preset_config: object = None
        """Its own config; a run's is merged over it."""
        self._mapping: Callable[[Any], Any] | None = None
        """Makes the config of `_mapped` from this definition's; see `configured`."""
        self._mapped: ResourceDefinition | None = None
        self._context_name = _context_name(resource_fn)
        self.takes_context: bool = self._context_name is not None
        self._open = as_manager_function(resource_fn)
        self.has_life_cycle: bool = is_manager_function(resource_fn)

    @property
    def is_mapped(self) -> bool:
        """Whether a function of other config makes its config; see `configured`."""
        return self._mapping is not None

    @property
    def name(self) -> str:
        """The function's name, for messages."""
        return getattr(self.resource_fn, "__name__", type(self.resource_fn).__name__)

    def open(self, context: InitResourceContext) -> Any:
        """Call the function: return the resource, an awaitable of it or, if `has_life_cycle`, a manager of it."""
        return self._open(context) if self.takes_context else self._open()

    def has_config(self, late: object) -> bool:
        """Whether there is config to check if a run gives `late`."""
        return not (late is None is self.config_schema is self.preset_config is self._mapping)

    def config_from(self, late: object, owner: str) -> Any:
        """Return the config that the function gets if a run gives `late`.

        Raises:
            InvalidConfigError: It does not fit; `owner` names the resource.
            ConfigMappingError: The function given to `configured` fails.
        """
        merged = self._merged(late)
        config = validated_config(self.config_schema, merged, owner)
        if self.config_schema is None:
            config = config or None
        if self._mapped is None or self._mapping is None:
            return config
        try:
            mapped = self._mapping(config)
        except DagwireError:
            raise
        except Exception as cause:
            raise ConfigMappingError(owner, cause) from cause
        return self._mapped.config_from(mapped, owner)

    def _merged(self, late: object) -> object:
        preset = self.preset_config
        if is_mapping(preset) and is_mapping(late):
            return merged_config(preset, late)
        return preset if late is None else late

    def __call__(self, *args: object, **kwargs: object) -> Any:
        """Call the function as a test does: with a context of `build_init_resource_context`, or without arguments.

        The context may be None if the function needs neither config nor resources. It may be passed by its name.

        Raises:
            InvalidInvocationError: The function takes a context and none was given, or the reverse.
            InvalidConfigError: The context's config does not fit.
            MissingResourceError: The context lacks a resource that this one requires.
        """
        contexts = [*args, *kwargs.values()]
        if len(contexts) != int(self.takes_context) or not kwargs.keys() <= {self._context_name}:
            raise self._call_error([*map(repr, args), *(f"{name}=..." for name in kwargs)])
        return self._open(*map(self._checked, contexts))

    def _call_error(self, arguments: Iterable[str]) -> InvalidInvocationError:
        wanted = f"one argument, the context '{self._context_name}'" if self.takes_context else "no argument"
        problem = f"takes {wanted}; it was called with ({', '.join(arguments)})."
        return InvalidInvocationError(f"resource function '{self.name}'", problem)

    def _checked(self, context: object) -> Any:
        """Validate the config of `context`; None is a context that has neither config nor resources."""
        owner = f"resource function '{self.name}'"
        if context is None:
            return self._empty_context(owner)
        if not isinstance(context, InitResourceContext):
            problem = "reads config or resources from its context; make one with build_init_resource_context."
            raise InvalidInvocationError(owner, problem)
        for key in sorted(self.required_resource_keys):
            if not hasattr(context.resources, key):
                raise MissingResourceError(key, [owner], context.resources._asdict())
        return context.replace_config(self.config_from(context.resource_config or None, owner))

    def _empty_context(self, owner: str) -> InitResourceContext:
        """Return the context to use in the place of None."""
        problem = "reads config or resources from its context; make one with build_init_resource_context."
        if self.required_resource_keys:
            raise InvalidInvocationError(owner, problem)
        try:
            return InitResourceContext(self.config_from(None, owner))
        except InvalidConfigError as invalid:
            if self.preset_config is not None or self.is_mapped:
                raise
            raise InvalidInvocationError(owner, problem) from invalid

    def configured(
        self, config_or_config_fn: object, config_schema: object = None, description: str | None = None
    ) -> Self:
        """Return this definition with its config given, or made by a function of other config.

        Args:
            config_or_config_fn: The config, over which a run's config is merged; or a function of the new config
                that returns this definition's.
            config_schema: The schema of the config that the function takes.
            description: In place of this definition's.
        """
        copied = copy.copy(self)
        copied.description = description or self.description
        if callable(config_or_config_fn):
            copied.config_schema = config_schema
            copied.preset_config = None
            copied._mapping = config_or_config_fn
            copied._mapped = self
        elif is_mapping(self.preset_config) and is_mapping(config_or_config_fn):
            copied.preset_config = merged_config(self.preset_config, config_or_config_fn)
        else:
            copied.preset_config = config_or_config_fn
        return copied

    def with_arguments(self, bound: ResourceFunction) -> Self:
        """Return this definition with other arguments: `bound` opens it, and is a manager function if it yields."""
        copied = object.__new__(type(self))  # a fourth of what copy.copy takes, and this is done in every scope
        copied.__dict__ = {**self.__dict__, "resource_fn": bound, "_open": bound}
        return copied

    def __repr__(self) -> str:
        """Name the function."""
        return f"ResourceDefinition({self.name})"

    @staticmethod
    def hardcoded_resource(value: object, description: str | None = None) -> "ResourceDefinition":
        """Return a definition of `value` itself."""
        return ResourceDefinition(constant(value), description=description)

    @staticmethod
    def none_resource(description: str | None = None) -> "ResourceDefinition":
        """Return a definition of None."""
        return ResourceDefinition.hardcoded_resource(None, description)

    @staticmethod
    def mock_resource(description: str | None = None) -> "ResourceDefinition":
        """Return a definition of an object that takes any call and any attribute; a new one for each opening."""
        return ResourceDefinition(_mock, description=description)

    @staticmethod
    def string_resource(description: str | None = None) -> "ResourceDefinition":
        """Return a definition of its own config, a text."""
        return ResourceDefinition(_config_itself, str, description)


def constant(value: object) -> ResourceFunction:
    """Return a resource function of `value` itself."""

    def given(_context: InitResourceContext) -> object:
        return value

    return given


def _mock(_context: object) -> Any:
    from unittest.mock import MagicMock  # noqa: PLC0415  # costs 15 ms to import, and only tests ask for it

    return MagicMock()


def _config_itself(context: InitResourceContext) -> Any:
    return context.resource_config


def make_values_resource(**fields: object) -> ResourceDefinition:
    """Return a definition of its own config: a dict of the declared fields, or anything if none is declared.

    Example:
        >>> from dagwire import build_resources, make_values_resource
        >>> config = {"limits": {"config": {"rows": 3}}}
        >>> with build_resources({"limits": make_values_resource(rows=int)}, resource_config=config) as resources:
        ...     resources.limits
        {'rows': 3}
    """
    return ResourceDefinition(_config_itself, fields or None)


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
    """Make a `ResourceDefinition` from a function; with or without arguments.

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
        return resource()(config_schema)

    def decorate(function: ResourceFunction) -> ResourceDefinition:
        text = description or cleandoc(function.__doc__ or "") or None
        made = ResourceDefinition(function, config_schema, text, required_resource_keys, version)
        update_wrapper(made, function, updated=())
        return made

    return decorate


def _context_name(function: ResourceFunction) -> str | None:
    """The name of the parameter that takes the context; None if the function takes no argument."""
    parameters = signature(function).parameters.values()
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    required = [p.name for p in parameters if p.kind in positional and p.default is Parameter.empty]
    if len(required) > 1:
        names = ", ".join(required)
        msg = f"A resource function takes no argument or one, an InitResourceContext; {function} takes {names}."
        raise InvalidDefinitionError(msg)
    return required[0] if required else None
