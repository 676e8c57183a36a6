"""`ResourceParam[T]` and `ResourceDependency[T]`: the marks on a parameter, and on a field, that are resources."""

from typing import TYPE_CHECKING, Annotated, Generic, TypeVar, get_args, get_origin, overload

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from dagwire.errors import ResourceTypeError
from dagwire.resources.configurable_resource import ConfigurableResource, ConfigurableResourceFactory
from dagwire.resources.recipe import TakesRecipes, is_configurable_class
from dagwire.resources.resource_definition import ResourceDefinition

T = TypeVar("T")


class ResourceMark:
    """The metadata that marks a `ResourceParam` at run time."""

    def __repr__(self) -> str:
        """Show the mark as an annotation prints it."""
        return "ResourceMark()"


ResourceParam = Annotated[T, ResourceMark()]
"""A parameter `db: ResourceParam[Database]` is the resource under the key `db`. Type checkers see `Database`."""


def is_resource_annotation(annotation: object) -> bool:
    """Whether a parameter with this annotation asks for a resource.

    `ResourceParam[T]`, a configurable resource's class and `Annotated[T, Provide["path"]]` do.
    """
    if get_origin(annotation) is Annotated:
        declared, *metadata = get_args(annotation)
        marked = any(isinstance(mark, ResourceMark) or _is_provide(mark) for mark in metadata)
        return marked or is_resource_annotation(declared)
    declared = get_origin(annotation) or annotation
    return isinstance(declared, type) and issubclass(declared, (ConfigurableResourceFactory, ResourceDefinition))


def check_resource_annotation(parameter: str, annotation: object, owner: str) -> None:
    """Refuse a class that makes another object: the parameter of `owner` would receive that object.

    Raises:
        ResourceTypeError: `annotation` is the class of a factory or of a definition.
    """
    declared = get_origin(annotation) or annotation
    if declared is Annotated or not isinstance(declared, type) or issubclass(declared, ConfigurableResource):
        return
    problem = (
        f"{owner} annotates it by {declared.__name__}, which makes another object. Annotate it by the class of that "
        f"object: `{parameter}: ResourceParam[...]`."
    )
    raise ResourceTypeError(parameter, problem)


def resource_key(parameter: str, annotation: object) -> object:
    """Return the key that a resource parameter asks for: its name, or the argument of `Provide[...]`.

    Returns:
        A string, the key; any other value is the argument that `Provide` got in place of one.
    """
    marks = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return next((mark.provider for mark in marks if _is_provide(mark)), parameter)


def _is_provide(mark: object) -> bool:
    # By name: importing dependency_injector.wiring would import every web framework that is installed.
    kind: type = mark.__class__
    return (kind.__module__, kind.__name__) == ("dependency_injector.wiring", "Provide")


def declared_type(annotation: object) -> object:
    """Return the type that the parameter is declared as, without the mark."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


if TYPE_CHECKING:

    class ResourceDependency(Generic[T]):
        """A field of a resource that holds another: reads as `T`, and takes whatever yields a `T` when it is opened.

        While a run lasts, the field holds the product of the resource, factory or definition that it was given. Any
        other value is held as it is.

        Example:
            >>> from dagwire import ConfigurableResource, ResourceDependency, build_resources, resource
            >>> @resource
            ... def token():
            ...     return "abc"
            >>> class Api(ConfigurableResource):
            ...     token: ResourceDependency[str]
            >>> with build_resources({"api": Api(token=token)}) as resources:
            ...     resources.api.token
            'abc'
        """

        @overload
        def __get__(self, instance: None, owner: object) -> "ResourceDependency[T]": ...
        @overload
        def __get__(self, instance: object, owner: object) -> T: ...
        def __get__(self, instance: object, owner: object) -> object: ...
        def __set__(self, instance: object, value: T | ConfigurableResourceFactory[T] | ResourceDefinition) -> None: ...

else:

    class ResourceDependency:
        """A field of a resource that holds another; type checkers see the class above."""

        def __class_getitem__(cls, declared: object) -> object:
            """Return the annotation that pydantic reads."""
            return Annotated[declared, _AnyRecipe()]


class _AnyRecipe(TakesRecipes):
    """Takes any value for a field: an opened recipe yields the declared type, and a fake is not one of it."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Take anything; if a resource's class is declared, read a dict as its config."""
        if not is_configurable_class(source):
            return core_schema.no_info_plain_validator_function(_instance)
        return core_schema.no_info_wrap_validator_function(_instance_or_config, handler(source))


def _instance(value: object) -> object:
    """Refuse the class of a resource, which is a slip for an instance of it; return anything else."""
    if is_configurable_class(value):
        name = {"name": value.__name__}
        raise PydanticCustomError("class_given", "The class {name} was given; give an instance, {name}(...)", name)
    return value


def _instance_or_config(value: object, validate: core_schema.ValidatorFunctionWrapHandler) -> object:
    return validate(value) if isinstance(value, dict) else _instance(value)
