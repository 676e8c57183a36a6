"""`ResourceParam[T]`: the mark on a parameter that is a resource, whatever its type."""

from typing import Annotated, TypeVar, get_args, get_origin

from dagwire.resources.configurable import ConfigurableResourceFactory

T = TypeVar("T")


class ResourceMark:
    """The metadata by which `ResourceParam` is known at run time."""

    def __repr__(self) -> str:
        """As it shows in an annotation."""
        return "ResourceMark()"


ResourceParam = Annotated[T, ResourceMark()]
"""A parameter `db: ResourceParam[Database]` is the resource under the key `db`. Type checkers see `Database`."""


def is_resource_annotation(annotation: object) -> bool:
    """Whether a parameter so annotated asks for a resource: `ResourceParam[T]`, or a configurable resource's class."""
    if get_origin(annotation) is Annotated:
        declared, *metadata = get_args(annotation)
        return any(isinstance(mark, ResourceMark) for mark in metadata) or is_resource_annotation(declared)
    declared = get_origin(annotation) or annotation
    return isinstance(declared, type) and issubclass(declared, ConfigurableResourceFactory)


def declared_type(annotation: object) -> object:
    """What the parameter is declared as, without the mark."""
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
