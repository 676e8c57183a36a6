"""IO managers: resources that store what a step returns, and load it for the steps that ask for it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import update_wrapper
from typing import Any, Literal, Self, TypeVar, overload

from dagwire.resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.io_contexts import InputContext, OutputContext
from dagwire.resources.product import Making, R
from dagwire.resources.resource_definition import ResourceDefinition, ResourceFunction, constant

M = TypeVar("M")

DEFAULT_IO_MANAGER = "io_manager"
"""The key of the IO manager of all outputs that name none. If nothing is provided under it, values pass in memory."""


class InputManager(ABC):
    """Loads values; lives as long as the run, or longer if its store does."""

    @abstractmethod
    def load_input(self, context: InputContext) -> Any:
        """The value; a coroutine function may be written too."""


class IOManager(InputManager):
    """Stores values and loads them; lives as long as the run, or longer if its store does."""

    @abstractmethod
    def handle_output(self, context: OutputContext, obj: Any) -> Any:
        """Store `obj`.

        Return nothing. A generator may yield metadata (`{name: value}`) and AssetMaterializations of other assets; a
        coroutine function or an asynchronous generator may be written too.
        """


class _HasIOConfig:
    """The config that one output or input may have in run config; override for an IO manager that takes some."""

    @classmethod
    def input_config_schema(cls) -> object:
        """The config of one input that names the IO manager as `input_manager_key`; None for no config."""
        return None

    @classmethod
    def output_config_schema(cls) -> object:
        """The config of one output, in run config under `ops: {step: {outputs: {name: ...}}}`; None for no config."""
        return None


class ConfigurableIOManager(_HasIOConfig, ConfigurableResource[R], IOManager):
    """An IO manager configured by its fields.

    Example:
        >>> from dagwire import ConfigurableIOManager, build_output_context
        >>> class Printing(ConfigurableIOManager):
        ...     prefix: str
        ...     def handle_output(self, context, obj):
        ...         print(self.prefix, *context.get_identifier(), obj)
        ...     def load_input(self, context):
        ...         return None
        >>> Printing(prefix=">").handle_output(build_output_context(asset_key="trips"), 3)
        > trips 3
    """


class ConfigurableIOManagerFactory(_HasIOConfig, ConfigurableResourceFactory[M]):
    """A recipe configured by its fields, which makes an IO manager: override `create_io_manager`."""

    maker_name = "create_io_manager"

    def create_io_manager(self, context: InitResourceContext) -> Making[M]:
        """Make the IO manager."""
        raise NotImplementedError(f"{type(self).__name__} does not define create_io_manager")

    def create_resource(self, context: InitResourceContext) -> Making[M]:
        """The IO manager, as any resource."""
        return self.create_io_manager(context)


class IOManagerDefinition(ResourceDefinition):
    """A recipe that is a function which returns an IO manager."""

    def __init__(
        self,
        resource_fn: ResourceFunction,
        config_schema: object = None,
        description: str | None = None,
        required_resource_keys: Iterable[str] | None = None,
        version: str | None = None,
        input_config_schema: object = None,
        output_config_schema: object = None,
    ) -> None:
        """Declare an IO manager.

        Args:
            resource_fn: Returns the IO manager; takes an `InitResourceContext`, or nothing.
            config_schema: The config that `resource_fn` reads from its context.
            description: For people.
            required_resource_keys: The resources that `resource_fn` and the IO manager's contexts have.
            version: For people.
            input_config_schema: The config of one input in run config: `ops: {step: {inputs: {name: ...}}}`. It holds
                for inputs that name this IO manager as `input_manager_key`.
            output_config_schema: The config of one output in run config: `ops: {step: {outputs: {name: ...}}}`.
        """
        super().__init__(resource_fn, config_schema, description, required_resource_keys, version)
        self.input_config_schema = input_config_schema
        self.output_config_schema = output_config_schema

    def configured(
        self, config_or_config_fn: object, config_schema: object = None, description: str | None = None
    ) -> Self:
        """Return this definition with its config, as for any resource; the version was that of another config."""
        made = super().configured(config_or_config_fn, config_schema, description)
        made.version = None
        return made

    @staticmethod
    def hardcoded_io_manager(value: IOManager, description: str | None = None) -> "IOManagerDefinition":
        """An IO manager that is `value` itself."""
        return IOManagerDefinition(constant(value), description=description)


@overload
def io_manager(config_schema: ResourceFunction) -> IOManagerDefinition: ...
@overload
def io_manager(
    config_schema: object = None,
    description: str | None = None,
    output_config_schema: object = None,
    input_config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> Callable[[ResourceFunction], IOManagerDefinition]: ...
def io_manager(
    config_schema: object = None,
    description: str | None = None,
    output_config_schema: object = None,
    input_config_schema: object = None,
    required_resource_keys: Iterable[str] | None = None,
    version: str | None = None,
) -> IOManagerDefinition | Callable[[ResourceFunction], IOManagerDefinition]:
    """Make an `IOManagerDefinition` of a function that returns an IO manager; with or without arguments."""
    if callable(config_schema) and not isinstance(config_schema, type):
        return io_manager()(config_schema)

    def decorate(function: ResourceFunction) -> IOManagerDefinition:
        made = IOManagerDefinition(
            function,
            config_schema,
            description,
            required_resource_keys,
            version,
            input_config_schema,
            output_config_schema,
        )
        update_wrapper(made, function, updated=())
        return made

    return decorate


class InMemoryIOManager(IOManager):
    """Keeps values in a dict, by the identifiers of their outputs; lives as long as its user."""

    def __init__(self) -> None:
        """Nothing is kept yet."""
        self.values: dict[tuple[str, ...], Any] = {}

    def handle_output(self, context: OutputContext, obj: object) -> None:
        """Keep `obj` itself; no copy is made."""
        self.values[tuple(context.get_identifier())] = obj

    def load_input(self, context: InputContext) -> Any:
        """The very object.

        Raises:
            KeyError: Nothing was stored under the name.
        """
        return self.values[tuple(context.get_identifier())]


def io_config_schema(recipe: object, side: Literal["input", "output"]) -> object:
    """The config that one input or output may have, as the recipe of its IO manager declares it; None for no config."""
    declared = getattr(recipe, f"{side}_config_schema", None)
    return declared() if callable(declared) and not isinstance(recipe, ResourceDefinition) else declared


def _in_memory(_context: InitResourceContext) -> InMemoryIOManager:
    return InMemoryIOManager()


mem_io_manager: IOManagerDefinition = IOManagerDefinition(
    _in_memory, description="Keeps values in memory for the length of a run."
)
"""An IO manager that keeps the values of a run in memory."""
