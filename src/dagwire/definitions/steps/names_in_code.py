"""`names_in_code`: the names that a function reads, by which a run can tell what its body may ask for."""

from collections.abc import Iterator
from types import CodeType


def names_in_code(function: object) -> frozenset[str] | None:
    """Return the attributes and globals in a function, and in those inside it; None if it has no code to read."""
    code = getattr(function, "__code__", None)
    return frozenset(_names(code)) if isinstance(code, CodeType) else None


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
