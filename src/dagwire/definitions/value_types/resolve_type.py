"""`resolve_type`: the `DagsterType` of an annotation."""

import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from dagwire.definitions.value_types.class_types import ANY, NOTHING, SCALAR_TYPES, InstanceType, anything
from dagwire.definitions.value_types.collection_types import (
    AnyLengthTupleType,
    DictType,
    ListType,
    OptionalType,
    SetType,
    TupleType,
    UnionType,
)
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.registered_types import registered_type
from dagwire.definitions.value_types.value_annotations import WRAPPERS
from dagwire.errors import InvalidDefinitionError

_PAIR = 2


@typing.runtime_checkable
class _Generic(Protocol):
    """`List`, `Dict` and their kin: a type by themselves, a maker of types with arguments."""

    @property
    def bare(self) -> DagsterType: ...


def resolve_type(annotation: Any) -> DagsterType:
    """Return the type that `annotation` declares; annotations that cannot be checked let every value through.

    Raises:
        InvalidDefinitionError: The annotation is not a type at all.
    """
    if isinstance(annotation, DagsterType):
        return annotation
    if annotation is Any or annotation is None:
        return ANY
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return _of_class(annotation)
    if isinstance(annotation, _Generic):
        return annotation.bare
    return _of_form(annotation)


def _of_class(annotation: type) -> DagsterType:
    if annotation in _BY_CLASS:
        return _BY_CLASS[annotation]
    registered = registered_type(annotation)
    if registered is not None:
        return registered
    if annotation is object or annotation in WRAPPERS or _is_uncheckable(annotation):
        return anything(annotation)
    if typing.is_typeddict(annotation):
        return InstanceType(annotation.__name__, (dict,), typing_type=annotation)
    key = f"{annotation.__module__}.{annotation.__qualname__}"
    return InstanceType(annotation.__name__, (annotation,), key=key, typing_type=annotation)


def _is_uncheckable(annotation: type) -> bool:
    """Whether the class is a protocol: an object cannot be checked against it without a call."""
    return Protocol in getattr(annotation, "__mro__", ())


def _of_form(annotation: object) -> DagsterType:
    """Return the type of what is not a plain class: a generic, a union, a form of `typing`."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return resolve_type(arguments[0])
    if origin is typing.Union or origin is types.UnionType:
        return _of_union(arguments)
    if origin in WRAPPERS:
        return resolve_type(arguments[0])
    if origin in _MAKERS and arguments:
        return _MAKERS[origin](arguments)
    if isinstance(origin, type):
        found = _of_class(origin)
        return found if found.is_any else InstanceType(found.display_name, (origin,), typing_type=annotation)
    return _of_name(annotation)


def _of_name(annotation: object) -> DagsterType:
    """Return the type of a NewType, a TypeVar, a `Literal` and whatever else `typing` has.

    Raises:
        InvalidDefinitionError: It is not a type at all.
    """
    if isinstance(annotation, typing.NewType):
        return resolve_type(annotation.__supertype__)
    if type(annotation).__module__ in ("typing", "typing_extensions"):
        return anything(annotation)
    msg = f"{annotation!r} is not a type. Declare a class, a form of `typing` or a DagsterType."
    raise InvalidDefinitionError(msg)


def _of_union(members: Sequence[object]) -> DagsterType:
    found = [resolve_type(member) for member in members if member is not types.NoneType]
    if any(member.is_any for member in found):
        return ANY
    one = found[0] if len(found) == 1 else UnionType(found)
    return OptionalType(one) if types.NoneType in members else one


def _of_tuple(arguments: Sequence[object]) -> DagsterType:
    if len(arguments) == _PAIR and arguments[1] is Ellipsis:
        return AnyLengthTupleType(resolve_type(arguments[0]))
    return TupleType([resolve_type(one) for one in arguments])


_MAKERS: Mapping[Any, Callable[[Sequence[Any]], DagsterType]] = {
    list: lambda arguments: ListType(resolve_type(arguments[0])),
    Sequence: lambda arguments: ListType(resolve_type(arguments[0])),
    set: lambda arguments: SetType(resolve_type(arguments[0])),
    dict: lambda arguments: DictType(resolve_type(arguments[0]), resolve_type(arguments[1])),
    Mapping: lambda arguments: DictType(resolve_type(arguments[0]), resolve_type(arguments[1])),
    tuple: _of_tuple,
}
_BY_CLASS: Mapping[type, DagsterType] = {
    **SCALAR_TYPES,
    types.NoneType: NOTHING,
    list: ListType(ANY),
    set: InstanceType("set", (set,), key="PythonSet", typing_type=set),
    dict: InstanceType("dict", (dict,), key="PythonDict", typing_type=dict),
    tuple: InstanceType("tuple", (tuple,), key="PythonTuple", typing_type=tuple),
}
