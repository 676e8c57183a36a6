"""The types of inputs and outputs that steps declare, as far as a value can be checked against them. Pure."""

import types
import typing
from typing import Any, Protocol

from dagwire.definitions.specs.results import DynamicOutput, MaterializeResult, Output
from dagwire.errors import WrongTypeError

Classes = tuple[type, ...]


def checkable_classes(annotation: Any) -> Classes:
    """Return the classes one of which a value must be an instance of; empty if that cannot be decided.

    For `list[int]` only the list is checked: a look at every element could cost more than the step.
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
    """Return the type of the value itself: `int` for `Output[int]`."""
    origin = typing.get_origin(returns) or returns
    if isinstance(origin, type) and issubclass(origin, _WRAPPERS):
        return next(iter(typing.get_args(returns)), Any)
    return returns


def value_annotations(returns: Any, count: int) -> list[Any]:
    """Return the type of each of `count` values, if a tuple of that length is declared."""
    items = typing.get_args(returns)
    if typing.get_origin(returns) is not tuple or len(items) != count or Ellipsis in items:
        return [Any] * count
    return [value_annotation(item) for item in items]


def dynamic_annotation(returns: Any) -> Any:
    """Return the type of each value, `int` for `list[DynamicOutput[int]]`; None for other annotations."""
    items = typing.get_args(returns) if typing.get_origin(returns) is list else ()
    if items and (typing.get_origin(items[0]) or items[0]) is DynamicOutput:
        return value_annotation(items[0])
    return None


def is_config_type(annotation: Any) -> bool:
    """Whether values of this type can be written in a file: numbers, text, lists, dicts, or anything at all."""
    return all(found in _WRITABLE for found in checkable_classes(annotation))


_WRITABLE = (bool, int, float, str, list, dict, tuple, type(None))
_WRAPPERS = (Output, MaterializeResult, DynamicOutput)
"""Wrappers by which a body adds facts to a value."""


def check_value(step: str, place: str, classes: Classes, value: object) -> None:
    """Refuse a value that is an instance of none of `classes`.

    Raises:
        WrongTypeError: The value has another type; the message names types, never the value.
    """
    if classes and not isinstance(value, classes):
        expected = " or ".join(found.__name__ for found in classes)
        raise WrongTypeError(step, place, expected, type(value).__name__)
