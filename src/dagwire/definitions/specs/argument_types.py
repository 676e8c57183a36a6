"""Checks of the types of arguments that definitions and values keep. Pure."""

from collections.abc import Hashable, Iterable
from typing import TypeVar

from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.errors import ArgumentTypeError

H = TypeVar("H", bound=Hashable)


def check_type(owner: str, parameter: str, value: object, expected: type, *others: type) -> None:
    """Refuse an argument that is not an instance of `expected` or one of `others`; None passes.

    Raises:
        ArgumentTypeError: `value` has another type.
    """
    if value is not None and not isinstance(value, (expected, *others)):
        raise ArgumentTypeError(owner, parameter, expected.__name__, value)


def check_text_keys(owner: str, parameter: str, value: object) -> None:
    """Refuse an argument that is not a mapping with strings as keys; None passes.

    Raises:
        ArgumentTypeError: `value` is not such a mapping.
    """
    if value is not None and not (is_mapping(value) and _are_all(value, str)):
        raise ArgumentTypeError(owner, parameter, "mapping from str", value)


def check_members(owner: str, parameter: str, values: object, expected: type) -> None:
    """Refuse an argument that is not a collection of instances of `expected`; None passes.

    Raises:
        ArgumentTypeError: `values` is not such a collection.
    """
    if values is not None and not (is_collection(values) and _are_all(values, expected)):
        raise ArgumentTypeError(owner, parameter, f"collection of {expected.__name__}", values)


def _are_all(members: Iterable[object], expected: type) -> bool:
    return all(isinstance(member, expected) for member in members)


def first_repeated(items: Iterable[H]) -> H | None:
    """Return the first of `items` that comes a second time; None if each comes once."""
    seen: set[H] = set()
    for item in items:
        if item in seen:
            return item
        seen.add(item)
    return None
