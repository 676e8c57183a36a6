"""The marks on a test: `override`, `environment`, `settings`, `may_leak`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from dagwire.config.values.type_guards import is_mapping
from dagwire.errors import InvalidInvocationError


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on a test, its class and its module together; the nearest wins."""

    overrides: list[tuple[str, dict[str, object]]] = field(default_factory=list[tuple[str, dict[str, object]]])
    """`(what is marked, {key: value})`, the nearest last. A value that is a class means a new object of it."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    environment: str | None = None


def marks_of(item: pytest.Item) -> Marks:
    """Read the marks on `item`.

    Raises:
        InvalidInvocationError: A mark is given what it does not take.
    """
    variables: dict[str, str] = {}
    for _, mark in _marks(item, "settings"):
        if mark.args or not mark.kwargs:
            raise InvalidInvocationError("@pytest.mark.settings", 'takes variables by name: settings(APP_REGION="eu").')
        variables |= {name: str(value) for name, value in mark.kwargs.items()}
    environments = [_environment(mark) for _, mark in _marks(item, "environment")]
    return Marks(
        [(f"the mark on {node.name}", _overrides(mark)) for node, mark in _marks(item, "override")],
        variables,
        environments[-1] if environments else None,
    )


def _marks(item: pytest.Item, name: str) -> Iterator[tuple[Any, pytest.Mark]]:
    """`(what is marked, mark)`, the nearest last."""
    return reversed([(node, mark) for node, mark in item.iter_markers_with_node(name)])


def _environment(mark: pytest.Mark) -> str:
    if mark.kwargs or len(mark.args) != 1 or not isinstance(mark.args[0], str):
        raise InvalidInvocationError("@pytest.mark.environment", 'takes the name of one: environment("test").')
    return mark.args[0]


def _overrides(mark: pytest.Mark) -> dict[str, object]:
    paths: object = mark.args[0] if mark.args else {}
    if len(mark.args) > 1 or not is_mapping(paths) or not (paths or mark.kwargs):
        problem = 'takes resources by key: override(db=FakeDb), or override({"gateways.s3": FakeS3}).'
        raise InvalidInvocationError("@pytest.mark.override", problem)
    return {**paths, **mark.kwargs}
