"""The types that steps declare for what they take and give, as far as a value can be held to them. Pure."""

import types
import typing
from typing import Any, Protocol

from dagwire.definitions.specs.results import DynamicOutput, MaterializeResult, Output
from dagwire.errors import WrongTypeError

Classes = tuple[type, ...]


def checkable_classes(annotation: Any) -> Classes:
    """The classes that a value so annotated is an instance of one of; none where that cannot be told.

    Of `list[int]` only the list is held to: looking at every element could cost more than the step.
    """
    if annotation is None:
        return (type(None),)
    if typing.get_origin(annotation) is typing.Annotated:
        return checkable_classes(annotation.__origin__)
    origin = typing.get_origin(annotation)
    if origin is typing.Union or origin is types.UnionType:
        members = [checkable_classes(member) for member in typing.get_args(annotation)]
        return tuple(found for member in members for found in member) if all(members) else ()
    found = origin or annotation
    if not isinstance(found, type) or found in (object, Any) or Protocol in getattr(found, "__mro__", ()):
        return ()
    # An int serves as a float, as it does for type checkers.
    return (float, int) if found is float else (found,)


def value_annotation(returns: Any) -> Any:
    """What a return annotation says of the value itself: of `Output[int]` it is `int`."""
    origin = typing.get_origin(returns) or returns
    if isinstance(origin, type) and issubclass(origin, _WRAPPERS):
        return next(iter(typing.get_args(returns)), Any)
    return returns


def value_annotations(returns: Any, count: int) -> list[Any]:
    """The same of each of `count` values, where a tuple of so many is declared."""
    items = typing.get_args(returns)
    if typing.get_origin(returns) is not tuple or len(items) != count or Ellipsis in items:
        return [Any] * count
    return [value_annotation(item) for item in items]


def dynamic_annotation(returns: Any) -> Any:
    """What `list[DynamicOutput[int]]` says of each value, `int`; None where the annotation is another."""
    items = typing.get_args(returns) if typing.get_origin(returns) is list else ()
    if items and (typing.get_origin(items[0]) or items[0]) is DynamicOutput:
        return value_annotation(items[0])
    return None


def is_config_type(annotation: Any) -> bool:
    """Whether a value so annotated can be written in a file: numbers, text, lists, dicts, or anything at all."""
    return all(found in _WRITABLE for found in checkable_classes(annotation))


_WRITABLE = (bool, int, float, str, list, dict, tuple, type(None))
_WRAPPERS = (Output, MaterializeResult, DynamicOutput)
"""What a body wraps a value in to say more of it."""


def check_value(step: str, place: str, classes: Classes, value: object) -> None:
    """Refuse a value that is an instance of none of `classes`.

    Raises:
        WrongTypeError: It names types, never the value.
    """
    if classes and not isinstance(value, classes):
        expected = " or ".join(found.__name__ for found in classes)
        raise WrongTypeError(step, place, expected, type(value).__name__)
