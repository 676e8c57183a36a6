"""Limits of nested values: how deep they may be, how much aliases may make of them, how long their numbers are."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from dagwire.config.values.type_guards import is_collection, is_mapping

MOST_LEVELS = 100
"""Config that is nested more deeply is refused: code that walks through it would reach Python's own limit."""
_MOST_BITS = 14_000
"""An int of more bits has over 4,300 digits, and Python does not print it."""
_FREE_VALUES = 10_000
_MOST_TIMES = 10
"""The factor by which shared values may make a document larger than it is written."""

Children = Callable[[object], Iterable[object]]


class SizeLimitError(ValueError):
    """A value is out of bounds; the message is for people, and names no value."""


def check_size(value: object) -> None:
    """Refuse a value that is nested too deeply, holds itself, or has a number of thousands of digits.

    Raises:
        SizeLimitError: It is out of bounds.
    """
    measure(value, _items_of)


def _items_of(value: object) -> Iterable[object]:
    if isinstance(value, int) and value.bit_length() > _MOST_BITS:
        raise SizeLimitError("a number has more than 4,300 digits")
    if is_mapping(value):
        return value.values()
    return value if is_collection(value) else ()


def measure(value: object, children: Children) -> None:
    """Walk through a value once, however often its parts are shared.

    Raises:
        SizeLimitError: It is nested too deeply, holds itself, or is much larger than it is written.
    """
    walk = _Walk(children)
    count = walk.size_of(value, 1).values
    if count > _FREE_VALUES + _MOST_TIMES * walk.written:
        raise SizeLimitError(f"its aliases make {count:,} values of {walk.written:,} that are written")


class _Size(NamedTuple):
    """The number of values in a value, and of its levels."""

    values: int
    levels: int


_ONE = _Size(1, 1)
_PLAIN = frozenset({str, bool, float, type(None)})
"""Classes of values that hold no others, and are as short as they are written."""


class _Walk:
    """The sizes found so far, by the identity of each value that holds others."""

    def __init__(self, children: Children) -> None:
        self.written = 1
        """The number of values that are written, shared ones once."""
        self._children = children
        self._sizes: dict[int, _Size | None] = {}

    def size_of(self, value: object, level: int) -> _Size:
        """The size of a value on a level of nesting."""
        if level > MOST_LEVELS:
            raise SizeLimitError(f"it is nested more than {MOST_LEVELS} levels deep")
        if id(value) in self._sizes:
            size = self._sizes[id(value)]
            if size is None:
                raise SizeLimitError("a value holds itself")
        else:
            size = self._measured(value, level)
        if level + size.levels > MOST_LEVELS + 1:
            raise SizeLimitError(f"it is nested more than {MOST_LEVELS} levels deep")
        return size

    def _measured(self, value: object, level: int) -> _Size:
        children = list(self._children(value))
        if not children:
            return _ONE
        self.written += len(children)
        self._sizes[id(value)] = None
        values, levels = 1, 1
        for child in children:
            if type(child) in _PLAIN and level < MOST_LEVELS:  # most are, and a call for each takes its time
                values += 1
                continue
            below = self.size_of(child, level + 1)
            values += below.values
            levels = max(levels, below.levels)
        self._sizes[id(value)] = size = _Size(values, 1 + levels)
        return size
