"""`ConfigurableResource`: a pydantic model whose fields are config, and that knows how to open and close itself."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, Self, TypeGuard, TypeVar

from dagwire.config.config import Config
from dagwire.config.env_var import EnvVar
from dagwire.resources.context import InitResourceContext

T = TypeVar("T")

_LIFE_CYCLE_METHODS = ("setup_for_execution", "teardown_after_execution", "yield_for_execution")


class ConfigurableResourceFactory(Config, Generic[T]):
    """A recipe configured by its fields, that makes an object of another class: override `create_resource`.

    The instance in a container is the recipe. Each run scope opens a private copy of it: fields validated and variables
    read, private attributes fresh, nested resources already open.
    """

    has_life_cycle: ClassVar[bool] = False
    """Whether instances do anything when they are opened or closed; set for each subclass."""

    def create_resource(self, context: InitResourceContext) -> T:
        """Make the object that users of this resource receive."""
        raise NotImplementedError(f"{type(self).__name__} does not define create_resource")  # one place

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Open what this resource needs, into private attributes. Called once a run scope, after its dependencies."""

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close it. Called once for each `setup_for_execution` that returned, whether the run failed or not."""

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Generator[T]:
        """Open, yield, close; override this in place of the pair where a context manager reads better.

        The exception of the run's body is raised at the `yield`, so a resource may roll back.
        """
        self.setup_for_execution(context)
        try:
            yield self.create_resource(context)
        finally:
            self.teardown_after_execution(context)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Note whether the class takes part in the life cycle."""
        super().__pydantic_init_subclass__(**kwargs)
        cls.has_life_cycle = any(
            getattr(cls, name) is not getattr(ConfigurableResourceFactory, name) for name in _LIFE_CYCLE_METHODS
        )

    def nested_resources(self) -> Mapping[str, "ConfigurableResourceFactory[Any]"]:
        """`{field: resource}` for the fields that hold resources."""
        return {name: value for name, value in self.__dict__.items() if is_configurable(value)}

    def variables(self) -> Iterator[tuple[str, EnvVar]]:
        """`(field path, variable)` for each `EnvVar` of this resource; those of nested resources are their own."""
        nested = self.nested_resources()
        return ((path, variable) for path, variable in super().variables() if path.partition(".")[0] not in nested)

    def with_values(self, values: Mapping[str, object]) -> Self:
        """This recipe with `values` merged over those it was built with, field by field, and validated.

        Raises:
            ValidationError: A value does not fit its field, or a name is unknown.
        """
        built = {name: getattr(self, name) for name in self.model_fields_set}
        return type(self).model_validate(built | dict(values), by_name=True)

    def private_copy(self, opened_by_field: Mapping[str, object]) -> Self:
        """The copy that one run scope opens: variables read, private attributes fresh, nested fields replaced.

        Args:
            opened_by_field: `{field: what the nested resource yielded}`.

        Raises:
            KeyError: A variable is not set.
            ValidationError: A variable's value does not fit its field.
        """
        source = self.with_variables_read()
        copied = source.model_copy(update=dict(opened_by_field)) if source is self else source
        if source is not self:
            vars(copied).update(opened_by_field)
        elif self.__pydantic_private__ is not None:
            # A copy of pydantic's shares private values with its original; a run must not see another run's.
            object.__setattr__(copied, "__pydantic_private__", None)
            copied.model_post_init(None)
        return copied


def is_configurable_class(value: object) -> TypeGuard[type[ConfigurableResourceFactory[Any]]]:
    """Whether `value` is the class of such a resource."""
    return isinstance(value, type) and issubclass(value, ConfigurableResourceFactory)


def is_configurable(value: object) -> TypeGuard[ConfigurableResourceFactory[Any]]:
    """Whether `value` is a resource configured by its fields; in a form that type checkers follow."""
    return isinstance(value, ConfigurableResourceFactory)


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
        """This object, set up."""
        return self
