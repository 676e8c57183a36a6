"""`configured`: a function that makes the config of a definition."""

import typing
from collections.abc import Callable
from inspect import signature
from typing import Any, Protocol, TypeVar, overload

from dagwire.config.schema.config import Config
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.configurable_resource import ConfigurableResourceFactory
from dagwire.resources.launch_config import late_recipe
from dagwire.resources.recipe import is_configurable, is_configurable_class
from dagwire.resources.recipe_definition import RecipeDefinition


class Configurable(Protocol):
    """A definition that takes config."""

    @property
    def configured(self) -> Callable[..., Any]:
        """Return the definition with its config given, or made by a function of other config."""
        ...


D = TypeVar("D", bound=Configurable)


@overload
def configured(
    configurable: type[ConfigurableResourceFactory[Any]] | ConfigurableResourceFactory[Any],
    config_schema: object = None,
    **kwargs: object,
) -> Callable[[Any], RecipeDefinition]: ...
@overload
def configured(configurable: D, config_schema: object = None, **kwargs: object) -> Callable[[Any], D]: ...
def configured(configurable: object, config_schema: object = None, **kwargs: object) -> Callable[[Any], Any]:
    """Decorate a function of config that returns the config of `configurable`; return the configured definition.

    Args:
        configurable: A definition, or the class of a `ConfigurableResource`, of which the function may also return an
            instance.
        config_schema: The schema of the config that the function takes. A `Config` class by which the function's
            parameter is annotated serves as well.
        **kwargs: Further arguments of the definition's method `configured`, such as `name` or `description`.

    Raises:
        InvalidDefinitionError: The function takes more than one parameter, or declares its schema twice.

    Example:
        >>> from dagwire import build_resources, configured, resource
        >>> @resource(config_schema={"words": list})
        ... def text(context):
        ...     return " ".join(context.resource_config["words"])
        >>> @configured(text, config_schema={"name": str})
        ... def greeting(config):
        ...     return {"words": ["hello", config["name"]]}
        >>> with build_resources({"it": greeting}, resource_config={"it": {"config": {"name": "Ann"}}}) as resources:
        ...     resources.it
        'hello Ann'
    """
    definition: Configurable = _as_definition(configurable)

    def configure(config_or_config_fn: object) -> object:
        schema = _schema_of(config_or_config_fn, config_schema)
        named = _name_from(config_or_config_fn) if "name" in signature(definition.configured).parameters else {}
        return definition.configured(config_or_config_fn, config_schema=schema, **named | kwargs)

    return configure


def _name_from(config_or_function: Any) -> dict[str, str]:
    """Return the function's name as an argument; a definition that has a name takes it."""
    return {"name": config_or_function.__name__} if hasattr(config_or_function, "__name__") else {}


def _as_definition(configurable: Any) -> Configurable:
    if is_configurable_class(configurable):
        return RecipeDefinition(late_recipe(configurable))
    return RecipeDefinition(configurable) if is_configurable(configurable) else configurable


def _schema_of(config_or_function: object, config_schema: object) -> object:
    if not callable(config_or_function):
        return config_schema
    declared = _declared_config(config_or_function)
    if declared is not None and config_schema is not None:
        msg = f"{_label(config_or_function)} declares its config by its parameter; give no config_schema."
        raise InvalidDefinitionError(msg)
    return config_schema if declared is None else declared


def _declared_config(function: Callable[..., object]) -> type[Config] | None:
    """The `Config` class by which the one parameter is annotated."""
    names = list(signature(function).parameters)
    if len(names) != 1:
        msg = f"{_label(function)} takes {len(names)} parameters; it takes one, the config."
        raise InvalidDefinitionError(msg)
    try:
        annotation = typing.get_type_hints(function).get(names[0]) if hasattr(function, "__annotations__") else None
    except NameError as error:
        msg = f"{_label(function)} has an annotation that cannot be resolved: {error}. Give the class itself."
        raise InvalidDefinitionError(msg) from error
    return annotation if isinstance(annotation, type) and issubclass(annotation, Config) else None


def _label(function: Callable[..., object]) -> str:
    return f"function '{getattr(function, '__name__', type(function).__name__)}' of `configured`"
