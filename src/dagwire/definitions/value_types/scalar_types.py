"""Dagster's names for Python's scalar types: `Int` is `int`, `String` is `str`, `Nothing` is the type of None."""

from types import NoneType
from typing import Any

__all__ = ["Any", "Bool", "Float", "Int", "Nothing", "String"]

Int = int
Float = float
String = str
Bool = bool
Nothing = NoneType  # type: ignore[nonetype-type]  # the class itself, as Dagster has it
"""The type of an input or output that orders two ops and has no value."""
