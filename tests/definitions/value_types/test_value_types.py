"""The type of an annotation, and the values that it lets through."""

import collections.abc
import typing
from typing import Annotated, Any, Literal, NewType, Protocol, TypedDict

import pytest

from dagwire import DagsterType, List, check_dagster_type
from dagwire.definitions.steps.type_checks import check_value
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.type_check import EPHEMERAL
from dagwire.errors import InvalidDefinitionError, WrongTypeError


class Speaks(Protocol):
    """A protocol, which an object cannot be checked against without a call."""

    def speak(self) -> str:
        """Speak."""


class Row(TypedDict):
    """A dict with known keys."""

    id: int


Metres = NewType("Metres", float)


@pytest.mark.parametrize(
    ("annotation", "name", "good", "bad"),
    [
        (int, "Int", 1, "1"),
        (int | None, "Int?", None, "1"),
        (int | str, "Int or String", "1", 1.5),
        (int | str | None, "Int or String?", None, 1.5),
        (dict[str, int] | str, "Dict[String,Int] or String", {"a": 1}, {"a": "b"}),
        (list[int], "[Int]", [1], [1, "2"]),
        (collections.abc.Sequence[int], "[Int]", [1], (1,)),
        (set[str], "Set[String]", {"a"}, {1}),
        (tuple[int, str], "Tuple[Int,String]", (1, "a"), (1,)),
        (tuple[int, ...], "Tuple[Int,...]", (1, 2), (1, "a")),
        (collections.abc.Mapping[str, int], "Dict[String,Int]", {"a": 1}, {1: 1}),
        (Annotated[int, "rows"], "Int", 1, "1"),
        (Metres, "Float", 1.5, 1),
        (Row, "Row", {"id": 1}, [1]),
        (frozenset[int], "frozenset", frozenset({1}), {1}),
    ],
    ids=str,
)
def test_the_type_of_an_annotation(annotation, name, good, bad):
    """An annotation is a type that looks into collections and unions."""
    assert resolve_type(annotation).display_name == name
    assert check_dagster_type(annotation, good).success
    assert not check_dagster_type(annotation, bad).success


@pytest.mark.parametrize("annotation", [Any, object, int | Any, Speaks, Literal["a"], typing.TypeVar("T")], ids=str)
def test_an_annotation_that_cannot_be_checked(annotation):
    """An annotation that cannot be checked lets every value through."""
    assert resolve_type(annotation).is_any
    assert check_dagster_type(annotation, 3).success


@pytest.mark.parametrize("annotation", [5, "int", [int]], ids=str)
def test_a_value_is_not_a_type(annotation):
    """A value in the place of a type is refused, and named."""
    with pytest.raises(InvalidDefinitionError, match="is not a type"):
        resolve_type(annotation)


def test_a_wrong_value_is_not_shown():
    """The message names the place, the declared and the actual type, and never the value."""
    declared = resolve_type(list[int])
    with pytest.raises(WrongTypeError, match=r"input 'rows' is not of its declared type \[Int\]. An item is") as caught:
        check_value("asset 'x'", "input", "rows", declared, ["hunter2"], EPHEMERAL)
    assert "hunter2" not in str(caught.value)


def test_the_keys_of_the_resources_of_inner_types():
    """A list asks for the resources that the type of its items asks for."""
    known = DagsterType(name="Known", required_resource_keys={"db"}, type_check_fn=lambda _, __: True)
    assert List[known].all_resource_keys == {"db"}
    assert resolve_type(list).all_resource_keys == frozenset()
    assert resolve_type(known).all_resource_keys == {"db"}
