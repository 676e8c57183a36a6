"""What a model's annotations allow, read without an instance."""

from pydantic import BaseModel

from dagwire.config.values.model_introspection import types_at


class Labels(BaseModel):
    """Values that may be of several types."""

    names: dict[str, int] | str = {}
    sizes: list[bool] = []


def test_the_types_under_a_key():
    """A key of a dict, and a place of a list, has the type of their values; a scalar has nothing below it."""
    assert types_at(Labels, ("names", "ann")) == [int]
    assert types_at(Labels, ("sizes", 0)) == [bool]
    assert types_at(Labels, ("names", "ann", "x")) == []
    assert types_at(Labels, ("title",)) == []
