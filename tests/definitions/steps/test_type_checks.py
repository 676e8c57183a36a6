"""Which values an annotation lets through."""

from collections.abc import Iterator
from typing import Annotated, Any, Protocol

import pytest

from dagwire.definitions.steps.type_checks import check_value, checkable_classes
from dagwire.errors import WrongTypeError


class Speaks(Protocol):
    """What cannot be told of an object without calling it."""

    def speak(self) -> str:
        """Speak."""


@pytest.mark.parametrize(
    ("annotation", "classes"),
    [
        (int, (int,)),
        (float, (float, int)),
        (None, (type(None),)),
        (int | None, (int, type(None))),
        (list[int], (list,)),
        (dict[str, int] | str, (dict, str)),
        (Annotated[int, "rows"], (int,)),
        (Any, ()),
        (object, ()),
        (int | Any, ()),
        (Speaks, ()),
    ],
    ids=str,
)
def test_the_classes_of_an_annotation(annotation, classes):
    """Plain classes and unions of them are held to; what cannot be told lets everything through."""
    assert checkable_classes(annotation) == classes


def test_a_generic_of_the_standard_library_is_its_class():
    """Of a generic the class is held to, its arguments are not."""
    assert checkable_classes(Iterator[int]) == (Iterator,)


def test_a_wrong_value_is_named_by_its_type():
    """The message says where, what was declared and what was found, and never the value."""
    with pytest.raises(WrongTypeError, match="input 'rows' is declared as int or NoneType, and is str") as caught:
        check_value("asset 'x'", "input 'rows'", (int, type(None)), "hunter2")
    assert "hunter2" not in str(caught.value)
