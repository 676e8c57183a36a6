"""`isinstance` for values of unknown make, in a form that both type checkers follow."""

from collections.abc import Mapping
from typing import Any, TypeGuard

AnyCollection = list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]


def is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether `value` is a dict or the like."""
    return isinstance(value, Mapping)


def is_sequence(value: object) -> TypeGuard[list[Any] | tuple[Any, ...]]:
    """Whether `value` is a list or a tuple."""
    return isinstance(value, list | tuple)


def is_collection(value: object) -> TypeGuard[AnyCollection]:
    """Whether `value` is a list, a tuple or a set."""
    return isinstance(value, list | tuple | set | frozenset)
