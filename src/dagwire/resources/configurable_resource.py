"""`ConfigurableResource`: a pydantic model whose fields are config, and that knows how to open and close itself."""

from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self, TypeVar, overload

from dagwire.config.schema.config_type import ConfigType
from dagwire.config.schema.config_types import Field, Shape
from dagwire.config.values.model_introspection import key_of
from dagwire.errors import InvalidInvocationError
from dagwire.resources.init_resource_context import InitResourceContext
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.launch_config import late_recipe, merged_recipe
from dagwire.resources.opener import must_be_closed, opened_alone
from dagwire.resources.product import Itself, R, T
from dagwire.resources.recipe import ConfiguredRecipe, is_configurable, resource_fields
from dagwire.resources.recipe_definition import RecipeDefinition


def _empty_context() -> InitResourceContext:
    """The context of a resource that is opened outside a run."""
    return InitResourceContext(instance=DagsterInstance.ephemeral())


OwnProduct = TypeVar("OwnProduct", bound="ConfigurableResourceFactory[Itself]")
"""A resource that its users receive itself."""


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
    def configure_at_launch(cls, **fields: object) -> Self:
        """Make an instance whose other fields come from the config of a run, under the instance's key.

        Raises:
            InvalidConfigError: A name is not a field. Values are checked when a run starts.
        """
        return late_recipe(cls, **fields)

    @classmethod
    def to_fields_dict(cls) -> dict[str, Field]:
        """`{key: field}` of the fields that are config, as Dagster's config types."""
        resources = {key_of(cls, name) for name in resource_fields(cls)}
        return {key: field for key, field in super().to_fields_dict().items() if key not in resources}

    @classmethod
    def to_config_schema(cls) -> ConfigType:
        """The fields that are config as a `config_schema`; those that hold resources are not among them."""
        return Shape(cls.to_fields_dict()) if resource_fields(cls) else super().to_config_schema()

    def get_resource_definition(self) -> RecipeDefinition:
        """Return this resource as a `ResourceDefinition`, which `configured` takes."""
        return RecipeDefinition(self)

    @overload
    @classmethod
    def from_resource_context(
        cls: type[OwnProduct], context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> OwnProduct: ...
    @overload
    @classmethod
    def from_resource_context(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> T: ...
    @classmethod
    def from_resource_context(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> Any:
        """Make the resource from a context's config, for code that still has a resource function.

        Args:
            context: Its `resource_config` gives the fields.
            nested_resources: `{field: resource}` for the fields that config cannot give.

        Raises:
            InvalidConfigError: The config does not fit.
            InvalidInvocationError: The resource has something to close; `from_resource_context_cm` does.
        """
        return cls._of_context(context, nested_resources)._opened_for_good(context)

    @overload
    @classmethod
    def from_resource_context_cm(
        cls: type[OwnProduct], context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> AbstractContextManager[OwnProduct]: ...
    @overload
    @classmethod
    def from_resource_context_cm(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> AbstractContextManager[T]: ...
    @classmethod
    @contextmanager
    def from_resource_context_cm(
        cls, context: InitResourceContext, nested_resources: Mapping[str, object] | None = None
    ) -> Generator[Any]:
        """Make the resource from a context's config for a `with` block, which closes it."""
        recipe = cls._of_context(context, nested_resources)
        with opened_alone(cls.__name__, recipe, context) as opened:
            yield opened

    @overload
    def process_config_and_initialize(self: OwnProduct) -> OwnProduct: ...
    @overload
    def process_config_and_initialize(self) -> T: ...
    def process_config_and_initialize(self) -> Any:
        """Return this resource ready for use outside a run: variables read, nested resources open.

        Raises:
            MissingVariableError: Variables are not set.
            InvalidConfigError: The config does not fit.
            InvalidInvocationError: The resource has something to close; `process_config_and_initialize_cm` does.
        """
        return self._opened_for_good(_empty_context())

    @overload
    def process_config_and_initialize_cm(self: OwnProduct) -> AbstractContextManager[OwnProduct]: ...
    @overload
    def process_config_and_initialize_cm(self) -> AbstractContextManager[T]: ...
    @contextmanager
    def process_config_and_initialize_cm(self) -> Generator[Any]:
        """Open this resource for a `with` block, which closes it."""
        with opened_alone(type(self).__name__, self, _empty_context()) as opened:
            yield opened

    @classmethod
    def _of_context(cls, context: InitResourceContext, nested: Mapping[str, object] | None) -> Self:
        late = cls.configure_at_launch(**(nested or {}))
        return merged_recipe(late, context.resource_config, f"resource '{cls.__name__}'", is_resolved=True)

    def _opened_for_good(self, context: InitResourceContext) -> T:
        if must_be_closed(self):
            problem = "has something to close; use the method whose name ends in `_cm`, in a `with` statement."
            raise InvalidInvocationError(f"resource {type(self).__name__}", problem)
        with opened_alone(type(self).__name__, self, context) as opened:
            product: T = opened
        return product


class ConfigurableResource(ConfigurableResourceFactory[R]):
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

    def create_resource(self, context: InitResourceContext) -> Any:
        """Return this object, set up. An override may make another object, of the class's parameter."""
        return self


def makes_itself(recipe: object) -> bool:
    """Whether users of a recipe receive it itself: no override of `create_resource` makes another object."""
    # `__class__`, not the type: the fake of a resource claims by it to be one.
    return is_configurable(recipe) and recipe.__class__.create_resource is ConfigurableResource.create_resource
