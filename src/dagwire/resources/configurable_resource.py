"""`ConfigurableResource`: a pydantic model whose fields are config, and that knows how to open and close itself."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

from dagwire.config.schema.scalar_config_types import AsDict
from dagwire.config.values.validation_messages import unknown_name
from dagwire.errors import InvalidConfigError, InvalidInvocationError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.launch_config import with_config
from dagwire.resources.opener import has_life_cycle, opened_alone
from dagwire.resources.recipe import ConfiguredRecipe

T = TypeVar("T")


class ConfigurableResourceFactory(ConfiguredRecipe[T]):
    """A recipe configured by its fields, which makes an object of another class: override `create_resource`.

    The instance in a container is the recipe. Each run scope opens a private copy of it: fields validated and variables
    read, private attributes fresh, nested resources already open.

    Example:
        >>> from dagwire import ConfigurableResourceFactory, build_resources
        >>> class Lines(ConfigurableResourceFactory[list[str]]):
        ...     text: str
        ...     def create_resource(self, context):
        ...         return self.text.splitlines()
        >>> with build_resources({"lines": Lines(text="one")}) as resources:
        ...     resources.lines
        ['one']
    """

    @classmethod
    def configure_at_launch(cls, **fields: Any) -> Self:
        """Make an instance whose other fields come from the config of a run, under the instance's key.

        Raises:
            InvalidConfigError: A name is not a field. Values are checked when a run starts.
        """
        unknown = [f"{name}: {unknown_name(name, cls.model_fields)}" for name in fields if name not in cls.model_fields]
        if unknown:
            raise InvalidConfigError(cls.__name__, unknown)
        late = cls.model_construct(**fields)
        object.__setattr__(late, "_is_late", True)
        return late

    @classmethod
    def to_config_schema(cls) -> Any:
        """Return the fields as a `config_schema`, for a resource function that makes this class from its context."""
        return AsDict(cls)

    @classmethod
    def from_resource_context(
        cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
    ) -> T:
        """Make the resource from a context's config, for code that still has a resource function.

        Args:
            context: Its `resource_config` gives the fields.
            nested_resources: `{field: resource}` for the fields that config cannot give.

        Raises:
            InvalidConfigError: The config does not fit.
            InvalidInvocationError: The resource has something to close; `from_resource_context_cm` does.
        """
        return cls._of_context(context, nested_resources)._opened_for_good(context)

    @classmethod
    @contextmanager
    def from_resource_context_cm(
        cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
    ) -> Generator[T]:
        """Make the resource from a context's config for a `with` block, which closes it."""
        recipe = cls._of_context(context, nested_resources)
        with opened_alone(cls.__name__, recipe, context) as opened:
            yield opened

    def process_config_and_initialize(self) -> T:
        """Return this resource ready for use outside a run: variables read, nested resources open.

        Raises:
            MissingVariableError: Variables are not set.
            InvalidConfigError: The config does not fit.
            InvalidInvocationError: The resource has something to close; `process_config_and_initialize_cm` does.
        """
        return self._opened_for_good(InitResourceContext())

    @contextmanager
    def process_config_and_initialize_cm(self) -> Generator[T]:
        """Open this resource for a `with` block, which closes it."""
        with opened_alone(type(self).__name__, self, InitResourceContext()) as opened:
            yield opened

    @classmethod
    def _of_context(cls, context: InitResourceContext, nested: Mapping[str, Any] | None) -> Self:
        return with_config(cls.configure_at_launch(**(nested or {})), context.resource_config, cls.__name__)

    def _opened_for_good(self, context: InitResourceContext) -> T:
        if has_life_cycle(self):
            problem = "has something to close; use the method whose name ends in `_cm`, in a `with` statement."
            raise InvalidInvocationError(f"resource {type(self).__name__}", problem)
        with opened_alone(type(self).__name__, self, context) as opened:
            product: T = opened
        return product


class ConfigurableResource(ConfigurableResourceFactory[Any]):
    """A resource configured by its fields, which its users receive itself.

    Example:
        >>> from dagwire import ConfigurableResource, build_resources
        >>> class Greeter(ConfigurableResource):
        ...     greeting: str = "hello"
        ...     def greet(self, name: str) -> str:
        ...         return f"{self.greeting}, {name}"
        >>> with build_resources({"greeter": Greeter()}) as resources:
        ...     resources.greeter.greet("world")
        'hello, world'
    """

    def create_resource(self, context: InitResourceContext) -> Self:
        """Return this object, set up."""
        return self

    if TYPE_CHECKING:  # the product is the class itself

        @classmethod
        def from_resource_context(
            cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
        ) -> Self:
            """As of the factory."""
            ...

        @classmethod
        @contextmanager
        def from_resource_context_cm(
            cls, context: InitResourceContext, nested_resources: Mapping[str, Any] | None = None
        ) -> Generator[Self]:
            """As of the factory."""
            ...

        def process_config_and_initialize(self) -> Self:
            """As of the factory."""
            ...

        @contextmanager
        def process_config_and_initialize_cm(self) -> Generator[Self]:
            """As of the factory."""
            ...
