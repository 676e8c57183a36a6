"""The types that return annotations declare of values: `int` for `Output[int]`. Pure."""

import typing
from typing import Any

from dagwire.definitions.specs.results import DynamicOutput, MaterializeResult, Output

WRAPPERS = (Output, MaterializeResult, DynamicOutput)
"""Classes by which a body adds facts to a value; the type of the value is their argument."""


def value_annotation(returns: object) -> object:
    """Return the type of the value itself: `int` for `Output[int]`."""
    origin = typing.get_origin(returns) or returns
    if isinstance(origin, type) and issubclass(origin, WRAPPERS):
        return next(iter(typing.get_args(returns)), Any)
    return returns


def is_output_annotation(returns: object) -> bool:
    """Whether a return annotation wants an `Output` of each body's value, not the value alone."""
    return (typing.get_origin(returns) or returns) is Output


def value_annotations(returns: object, count: int) -> list[Any]:
    """Return the type of each of `count` values, if a tuple of that length is declared."""
    items = typing.get_args(returns)
    if typing.get_origin(returns) is not tuple or len(items) != count or Ellipsis in items:
        return [Any] * count
    return [value_annotation(item) for item in items]


def dynamic_annotation(returns: object) -> object:
    """Return the type of each value, `int` for `list[DynamicOutput[int]]`; None for other annotations."""
    items = typing.get_args(returns) if typing.get_origin(returns) is list else ()
    if items and (typing.get_origin(items[0]) or items[0]) is DynamicOutput:
        return value_annotation(items[0])
    return None
