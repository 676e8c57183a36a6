"""`@input_manager`: a function that loads the inputs that name it."""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, overload

from dagwire.resources.io_contexts import InputContext
from dagwire.resources.io_manager import InputManager
from dagwire.resources.resource_definition import ResourceDefinition

LoadFunction = Callable[..., Any]
"""Takes an InputContext, or nothing, and gives the value; a coroutine function will do."""


class InputManagerDefinition(ResourceDefinition):
    """A recipe for an input manager that calls a function; made by `@input_manager`."""

    input_config_schema: object = None
    """What an input's config is declared as."""


class _CallingInputManager(InputManager):
    """Loads by calling a function."""

    def __init__(self, function: LoadFunction) -> None:
        self._function = function
        self._takes_context = bool(signature(function).parameters)

    def load_input(self, context: InputContext) -> Any:
        return self._function(context) if self._takes_context else self._function()


@overload
def input_manager(config_schema: LoadFunction) -> InputManagerDefinition: ...
@overload
def input_manager(
    config_schema: object = None,
    description: str | None = None,
    input_config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[LoadFunction], InputManagerDefinition]: ...
def input_manager(
    config_schema: object = None,
    description: str | None = None,
    input_config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> InputManagerDefinition | Callable[[LoadFunction], InputManagerDefinition]:
    """Make an `InputManagerDefinition` of a function that loads a value; with or without arguments.

    Example:
        >>> from dagwire import In, input_manager, job, op
        >>> @input_manager
        ... def greeting(context):
        ...     return f"hello, {context.name}"
        >>> @op(ins={"world": In(input_manager_key="greeting")})
        ... def say(world):
        ...     return world
        >>> @job(resource_defs={"greeting": greeting})
        ... def talk():
        ...     say()
        >>> talk.execute_in_process().output_for_node("say")
        'hello, world'
    """
    if callable(config_schema) and not isinstance(config_schema, type):
        return _definition(config_schema)

    def decorate(function: LoadFunction) -> InputManagerDefinition:
        made = _definition(function, config_schema, description, required_resource_keys, version)
        made.input_config_schema = input_config_schema
        return made

    return decorate


def _definition(function: LoadFunction, *declared: Any) -> InputManagerDefinition:
    return InputManagerDefinition(lambda: _CallingInputManager(function), *declared)
