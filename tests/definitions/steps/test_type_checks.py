"""The values that an annotation lets through."""

from collections.abc import Iterator
from typing import Annotated, Any, Protocol

import pytest

from dagwire.definitions.steps.type_checks import check_value, checkable_classes
from dagwire.errors import WrongTypeError


class Speaks(Protocol):
    """A protocol, which an object cannot be checked against without a call."""

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
    """Plain classes and unions of them are checked; an annotation that cannot be checked lets every value through."""
    assert checkable_classes(annotation) == classes


def test_a_generic_of_the_standard_library_is_its_class():
    """The class of a generic is checked, its arguments are not."""
    assert checkable_classes(Iterator[int]) == (Iterator,)


def test_a_wrong_value_is_named_by_its_type():
    """The message names the place, the declared and the actual type, and never the value."""
    with pytest.raises(WrongTypeError, match="input 'rows' is declared as int or NoneType, and is str") as caught:
        check_value("asset 'x'", "input 'rows'", (int, type(None)), "hunter2")
    assert "hunter2" not in str(caught.value)
