"""Making the recipe of a `ResourceProvider`, out of the values of its source, arguments and fields in a scope."""

from collections.abc import Callable, Sequence
from functools import partial
from inspect import signature
from typing import Any

from dagwire.config.values.env_var import EnvVar, variables_in
from dagwire.config.values.nested_values import with_items_changed
from dagwire.containers.provider_types import is_provider
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.launch_config import configured_recipe
from dagwire.resources.life_cycle_methods import as_manager_function
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition

RecipeMaker = Callable[[Any, Sequence[Any], dict[str, Any]], Any]
"""Takes the source, the arguments and `{field: value}`, all providers among them called."""


def recipe_maker(source: object, args: tuple[object, ...], fields: dict[str, Any]) -> RecipeMaker:
    """Return what makes recipes of a source, arguments and fields as they are declared.

    Raises:
        InvalidDefinitionError: `source` is nothing that a resource can be made of.
    """
    if is_configurable_class(source):
        return _instance
    if source is None or is_provider(source) or is_configurable(source):
        return _with_fields
    if isinstance(source, ResourceDefinition):
        return _as_it_is
    if isinstance(source, type) or not callable(source):
        given = getattr(source, "__name__", type(source).__name__)
        msg = (
            f"A ResourceProvider is made of a ConfigurableResource, a ResourceDefinition, a function or a provider, "
            f"not of {given}. For a plain object write providers.Object, for a class providers.Factory."
        )
        raise InvalidDefinitionError(msg)
    return FunctionOfArguments(source, args, fields)


def configured_maker(make_recipe: RecipeMaker, config: object, key: str) -> RecipeMaker:
    """Return what makes the recipes with `config` merged over the config they have; `key` names them in messages."""
    return partial(_configured, make_recipe, config, key)


class FunctionOfArguments:
    """Makes recipes of a function and its arguments; lives as long as its provider."""

    def __init__(self, function: Callable[..., object], args: tuple[object, ...], fields: dict[str, Any]) -> None:
        """Inspect the function once, here: its signature is the same whatever the values of its arguments."""
        try:
            self.definition: ResourceDefinition = ResourceDefinition(
                partial(function, *args, **fields) if args or fields else function
            )
        except ValueError as error:  # of `inspect.signature`
            name = getattr(function, "__name__", type(function).__name__)
            taken = ", ".join(signature(function).parameters) or "none"
            msg = f"{name} cannot be called with the arguments of its ResourceProvider. It takes: {taken}."
            raise InvalidDefinitionError(msg) from error
        self.function: Callable[..., object] = function
        self.manager_function: Callable[..., Any] = as_manager_function(function)
        """The function, which returns a context manager if it is a generator function."""
        self._has_variables = any(True for _ in variables_in([*args, fields]))

    def __call__(self, _source: object, args: Sequence[object], fields: dict[str, Any]) -> ResourceDefinition:
        """The definition that calls the function with these arguments."""
        if not args and not fields:
            return self.definition
        return self.definition.with_arguments(partial(self.manager_function, *self._read(args), **self._read(fields)))

    def called(self, args: Sequence[object], fields: dict[str, Any]) -> Any:
        """Call the function, which takes no context."""
        if self._has_variables:
            args, fields = self._read(args), self._read(fields)
        return self.manager_function(*args, **fields)

    def _read(self, arguments: object) -> Any:
        return _with_variables_read(arguments) if self._has_variables else arguments


def _with_variables_read(value: object) -> object:
    return value.get_value() if isinstance(value, EnvVar) else with_items_changed(value, _with_variables_read)


def _instance(source: Any, args: Sequence[Any], fields: dict[str, Any]) -> object:
    return source(*args, **fields)


def _with_fields(source: Any, _args: Sequence[object], fields: dict[str, Any]) -> object:
    return source.with_values(fields) if fields else source


def _as_it_is(source: object, _args: Sequence[object], _fields: dict[str, Any]) -> object:
    return source


def _configured(
    make_recipe: RecipeMaker, config: object, key: str, source: object, args: Sequence[object], fields: dict[str, Any]
) -> object:
    return configured_recipe(make_recipe(source, args, fields), config, key)
