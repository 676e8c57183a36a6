"""`isinstance` for values of unknown make, in a form that both type checkers follow."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

SCALARS = frozenset({str, int, float, bool, bytes, type(None)})
"""Types of values that hold no others: looking the type up is quicker than the questions below."""

AnyCollection = list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]


_SCALARS = (str, int, float, type(None))
"""Checked first: most values are of these types, and a check for an abstract class takes ten times as long."""


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether `value` is a dict or the like."""
    return isinstance(value, dict) or (not isinstance(value, _SCALARS) and isinstance(value, Mapping))


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether `value` is a list or a tuple."""
    return isinstance(value, (list, tuple))


def is_named_tuple(value: object) -> TypeGuard["NamedTuple"]:
    """Whether `value` is a tuple whose items have names."""
    return hasattr(value, "_fields") and isinstance(value, tuple)


def is_collection(value: object) -> TypeGuard[AnyCollection]:
    """Whether `value` is a list, a tuple or a set."""
    return isinstance(value, (list, tuple, set, frozenset))
