"""`@input_manager`: a function that loads the inputs that name it."""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, Self, overload

from dagwire.resources.io_contexts import InputContext
from dagwire.resources.io_manager import InputManager
from dagwire.resources.resource_definition import ResourceDefinition, ResourceFunction

LoadFunction = Callable[..., Any]
"""Takes an InputContext, or nothing, and returns the value, or an input manager; it may be a coroutine function."""


class InputManagerDefinition(ResourceDefinition):
    """A recipe for an input manager that calls a function; made by `@input_manager`."""

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: object = None,
        description: str | None = None,
        input_config_schema: object = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
    ) -> None:
        """Declare an input manager.

        Args:
            resource_fn: Returns the input manager; takes an `InitResourceContext`, or nothing.
            config_schema: The config of the input manager, which its contexts have as `resource_config`.
            description: For people.
            input_config_schema: The config of one input in run config: `ops: {step: {inputs: {name: ...}}}`.
            required_resource_keys: The resources that its contexts have.
            version: For people.
        """
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self.input_config_schema = input_config_schema

    def configured(
        self, config_or_config_fn: object, config_schema: object = None, description: str | None = None
    ) -> Self:
        """Return this definition with its config, as for any resource; the version was that of another config."""
        made = super().configured(config_or_config_fn, config_schema, description)
        made.version = None
        return made


class _CallingInputManager(InputManager):
    """Loads by calling a function, which may return an input manager to load by."""

    def __init__(self, function: LoadFunction) -> None:
        self._function = function
        self._takes_context = bool(signature(function).parameters)

    def load_input(self, context: InputContext) -> Any:
        loaded = self._function(context) if self._takes_context else self._function()
        return loaded.load_input(context) if isinstance(loaded, InputManager) else loaded


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
        function = config_schema
        return InputManagerDefinition(lambda: _CallingInputManager(function))

    def decorate(function: LoadFunction) -> InputManagerDefinition:
        return InputManagerDefinition(
            lambda: _CallingInputManager(function),
            config_schema,
            description,
            input_config_schema,
            required_resource_keys,
            version,
        )

    return decorate
