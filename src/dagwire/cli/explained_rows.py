"""Explained values as rows, and as data; secrets are masked already."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dagwire.config.explain.explained_values import Difference, Explained, SourceKind


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """A value as a row of a table."""

    path: str
    value: str
    source: str
    instead_of: str
    """The values that would count without it."""


def explained_rows(values: Iterable[Explained]) -> list[ExplainedRow]:
    """A row for each value."""
    return [ExplainedRow(one.path, _shown(one), str(one.source), _shadowed(one)) for one in values]


def explained_data(one: Explained) -> dict[str, Any]:
    """A value with all its facts, as data."""
    return {
        "path": one.path,
        "value": one.value,
        "source": str(one.source),
        "setting": one.source.setting or None,
        "shadowed": [{"value": found.value, "source": str(found.source)} for found in one.shadowed],
        "secret": one.is_secret,
        "type": one.type,
        "variables": list(one.variables),
        "description": one.description,
    }


def difference_row(difference: Difference, left: str, right: str) -> dict[str, Any]:
    """A value in two environments, under their names, as a row of a table."""
    return {
        "path": difference.path,
        left: _shown(difference.left) if difference.left else "",
        right: _shown(difference.right) if difference.right else "",
    }


def difference_data(difference: Difference, left: str, right: str) -> dict[str, Any]:
    """A value in two environments, as data."""
    return {
        "path": difference.path,
        left: difference.left and explained_data(difference.left),
        right: difference.right and explained_data(difference.right),
    }


def _shown(one: Explained) -> str:
    if one.source.kind is SourceKind.MISSING or (one.source.kind is SourceKind.PROVIDER and one.value is None):
        return ""
    if one.value is None and one.source.kind is SourceKind.OVERRIDE:
        return one.type
    return repr(one.value) if one.value == "" else str(one.value)


def _shadowed(one: Explained) -> str:
    return ", ".join(f"{found.value} ({found.source})" for found in one.shadowed)
