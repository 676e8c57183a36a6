"""The requests of a decorated function, read from its parameters."""

import pytest

import dagwire as dg
from dagwire.definitions.steps.signature import read_signature
from dagwire.errors import InvalidDefinitionError


class Db(dg.ConfigurableResource):
    """A resource to ask for."""

    name: str = "db"


class Load(dg.Config):
    """Config to ask for."""

    limit: int = 3


def test_parameters_are_sorted_by_kind():
    """A context by its name, config by its name, resources by their annotations; all others are inputs."""

    def body(context, config: Load, db: Db, clock: dg.ResourceParam[object], rows: int, other=5):
        pass

    signature = read_signature(body, "asset 'x'")
    assert (signature.context, signature.config) == ("context", Load)
    assert list(signature.resources) == ["db", "clock"]
    assert list(signature.inputs) == ["rows", "other"]
    assert signature.inputs["rows"].dagster_type.display_name == "Int"
    assert [parameter.is_optional for parameter in signature.inputs.values()] == [False, True]


def test_string_annotations_are_read():
    """String annotations are resolved, also by names of the function that encloses the definition."""

    class Inner(dg.Config):
        limit: int = 4

    def body(context: "dg.AssetExecutionContext", config: "Inner", db: "dg.ResourceParam[Db]"):
        pass

    signature = read_signature(body, "asset 'x'")
    assert signature.config is Inner
    assert list(signature.resources) == ["db"]


def test_a_later_context_is_refused():
    """A context that is not the first parameter is refused, with the fix."""

    def body(rows, context):
        pass

    with pytest.raises(InvalidDefinitionError, match="first parameter: move it"):
        read_signature(body, "asset 'x'")


def test_what_cannot_be_given_by_name_is_refused():
    """Positional-only and starred parameters are refused."""

    def positional(rows, /):
        pass

    def starred(*rows):
        pass

    for body in (positional, starred):
        with pytest.raises(InvalidDefinitionError, match="by name"):
            read_signature(body, "asset 'x'")


def test_an_annotation_of_nothing_is_refused():
    """An annotation that cannot be resolved is refused at declaration; the message names the missing name."""

    def body(rows: "Nowhere"):  # noqa: F821  # that is the point
        pass

    with pytest.raises(InvalidDefinitionError, match="Nowhere"):
        read_signature(body, "asset 'x'")


def test_a_context_of_another_class_is_refused():
    """`context: int` is a mistake that is found at declaration."""

    def body(context: int):
        pass

    with pytest.raises(InvalidDefinitionError, match="is not a context"):
        read_signature(body, "asset 'x'")
