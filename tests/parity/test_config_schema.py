"""`config_schema`: the config that a function declares, in Dagster's config types."""

import enum

import pytest


@pytest.fixture
def validated(dg):
    """The config that a resource function of this schema gets for a given one."""

    def validate(schema, given):
        @dg.resource(config_schema=schema)
        def it(context):
            return context.resource_config

        with dg.build_resources({"it": it}, resource_config={"it": {"config": given}}) as resources:
            return resources.it

    return validate


class Colour(enum.Enum):
    """An enumeration of Python's."""

    RED = 1
    BLUE = 2


FITTING = {
    "nested": (lambda _: {"x": {"y": int}}, {"x": {"y": 1}}, {"x": {"y": 1}}),
    "nested defaults": (lambda dg: {"x": {"y": dg.Field(int, default_value=2)}}, {}, {"x": {"y": 2}}),
    "optional": (lambda dg: {"x": dg.Field(int, is_required=False)}, {}, {}),
    "noneable": (lambda dg: {"x": dg.Noneable(int)}, {"x": None}, {"x": None}),
    "noneable, left out": (lambda dg: {"x": dg.Noneable(int)}, {}, {"x": None}),
    "shape": (lambda dg: {"x": dg.Shape({"y": int})}, {"x": {"y": 1}}, {"x": {"y": 1}}),
    "permissive": (lambda dg: {"x": dg.Permissive({"y": int})}, {"x": {"y": 1, "z": 2}}, {"x": {"y": 1, "z": 2}}),
    "permissive, bare": (lambda dg: dg.Permissive(), {"a": 1}, {"a": 1}),
    "array": (lambda dg: {"x": dg.Array(int)}, {"x": [1, 2]}, {"x": [1, 2]}),
    "array, abbreviated": (lambda _: {"x": [int]}, {"x": [1]}, {"x": [1]}),
    "list": (lambda _: {"x": list}, {"x": [1, "a"]}, {"x": [1, "a"]}),
    "dict": (lambda _: {"x": dict}, {"x": {"q": 1}}, {"x": {"q": 1}}),
    "map": (lambda dg: {"x": dg.Map(str, int)}, {"x": {"a": 1}}, {"x": {"a": 1}}),
    "map, abbreviated": (lambda _: {"x": {str: int}}, {"x": {"a": 1}}, {"x": {"a": 1}}),
    "enum": (lambda dg: {"x": dg.Enum("E1", [dg.EnumValue("A", 5)])}, {"x": "A"}, {"x": 5}),
    "enum, by name": (lambda dg: {"x": dg.Enum("E2", [dg.EnumValue("B")])}, {"x": "B"}, {"x": "B"}),
    "enum of Python's": (lambda dg: {"x": dg.Enum.from_python_enum(Colour)}, {"x": "RED"}, {"x": Colour.RED}),
    "enum, default": (
        lambda dg: {"x": dg.Field(dg.Enum.from_python_enum(Colour), default_value="BLUE")},
        {},
        {"x": Colour.BLUE},
    ),
    "selector": (lambda dg: dg.Selector({"a": int, "b": str}), {"a": 1}, {"a": 1}),
    "selector, default": (lambda dg: dg.Selector({"a": dg.Field(int, default_value=3)}), {}, {"a": 3}),
    "text": (lambda dg: {"x": dg.StringSource}, {"x": "s"}, {"x": "s"}),
    "int for float": (lambda _: {"x": float}, {"x": 3}, {"x": 3.0}),
    "union, scalar": (lambda dg: {"x": dg.ScalarUnion(int, {"y": int})}, {"x": 3}, {"x": 3}),
    "union, dict": (lambda dg: {"x": dg.ScalarUnion(int, {"y": int})}, {"x": {"y": 3}}, {"x": {"y": 3}}),
    "a type": (lambda _: int, 3, 3),
    "a field": (lambda dg: dg.Field(int), 3, 3),
    "nothing declared": (lambda _: None, {"a": 1}, {"a": 1}),
}


@pytest.mark.parametrize(("schema", "given", "expected"), FITTING.values(), ids=FITTING)
def test_config_that_fits(dg, validated, schema, given, expected):
    """Every config type accepts a fitting value and fills in its defaults."""
    assert validated(schema(dg), given) == expected


UNFIT = {
    "missing in a nested form": (lambda _: {"x": {"y": int}}, {"x": {}}),
    "unknown": (lambda _: {}, {"a": 1}),
    "unknown in a shape": (lambda dg: {"x": dg.Shape({"y": int})}, {"x": {"y": 1, "z": 1}}),
    "item of an array": (lambda dg: {"x": dg.Array(int)}, {"x": [1, "a"]}),
    "value of a map": (lambda dg: {"x": dg.Map(str, int)}, {"x": {"a": "b"}}),
    "no choice of an enum": (lambda dg: {"x": dg.Enum("E3", [dg.EnumValue("A", 5)])}, {"x": "C"}),
    "the object of an enum": (lambda dg: {"x": dg.Enum.from_python_enum(Colour)}, {"x": Colour.RED}),
    "two of a selector": (lambda dg: dg.Selector({"a": int, "b": str}), {"a": 1, "b": "x"}),
    "none of a selector": (lambda dg: dg.Selector({"a": int, "b": str}), {}),
    "text for int": (lambda _: {"x": int}, {"x": "3"}),
    "int for bool": (lambda _: {"x": bool}, {"x": 1}),
    "int for text": (lambda _: {"x": str}, {"x": 1}),
    "the form of a variable": (lambda _: {"x": str}, {"x": {"env": "HOME"}}),
}


@pytest.mark.parametrize(("schema", "given"), UNFIT.values(), ids=UNFIT)
def test_config_that_does_not_fit(dg, validated, schema, given):
    """Every config type refuses a value that does not fit; scalars are taken strictly."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        validated(schema(dg), given)


def test_sources_read_a_variable(dg, validated, monkeypatch):
    """`{"env": NAME}` for a `StringSource`, an `IntSource` or a `BoolSource` is the variable's value."""
    monkeypatch.setenv("PARITY_TEXT", "t")
    monkeypatch.setenv("PARITY_INT", "12")
    monkeypatch.setenv("PARITY_BOOL", "true")
    schema = {"t": dg.StringSource, "i": dg.IntSource, "b": dg.BoolSource}
    given = {"t": {"env": "PARITY_TEXT"}, "i": {"env": "PARITY_INT"}, "b": {"env": "PARITY_BOOL"}}
    assert validated(schema, given) == {"t": "t", "i": 12, "b": True}


@pytest.mark.parametrize("value", [None, "many"], ids=["unset", "no number"])
def test_a_source_whose_variable_does_not_fit(dg, validated, monkeypatch, value):
    """A variable that is unset or does not fit is an invalid config that names it."""
    monkeypatch.delenv("PARITY_INT", raising=False)
    if value is not None:
        monkeypatch.setenv("PARITY_INT", value)
    with pytest.raises(dg.DagsterInvalidConfigError, match="PARITY_INT"):
        validated({"i": dg.IntSource}, {"i": {"env": "PARITY_INT"}})


def test_a_required_field_with_a_default_is_refused(dg):
    """A `Field` that is required has no default."""
    with pytest.raises(Exception, match=r"(?i)required"):
        dg.Field(int, default_value=1, is_required=True)


# -- definitions that have their config --------------------------------------------------------------------------------


@pytest.fixture
def pair(dg):
    """A definition of two fields, one with a default."""

    @dg.resource(config_schema={"size": int, "name": dg.Field(str, default_value="d")})
    def pair(context):
        return context.resource_config

    return pair


def test_configured_with_config(dg, pair):
    """`configured` gives a definition its config; defaults are filled in."""
    for made in (pair.configured({"size": 1}), dg.configured(pair)({"size": 1})):
        with dg.build_resources({"it": made}) as resources:
            assert resources.it == {"size": 1, "name": "d"}


def test_configured_by_a_function(dg, pair):
    """`@configured` maps config of another schema."""

    @dg.configured(pair, config_schema={"half": int})
    def made(config):
        return {"size": config["half"] * 2}

    with dg.build_resources({"it": made}, resource_config={"it": {"config": {"half": 3}}}) as resources:
        assert resources.it == {"size": 6, "name": "d"}


def test_configured_config_is_checked(dg, pair):
    """If the config given to `configured` does not fit, opening the resource raises an invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError), dg.build_resources({"it": pair.configured({"size": "x"})}):
        pass


def test_make_values_resource(dg):
    """`make_values_resource` is a resource that is its own config."""
    config = {"it": {"config": {"word": "a", "number": 1}}}
    for made in (dg.make_values_resource(word=str, number=int), dg.make_values_resource()):
        with dg.build_resources({"it": made}, resource_config=config) as resources:
            assert resources.it == {"word": "a", "number": 1}


def test_string_resource(dg):
    """`string_resource` is a resource that is its own config, a text."""
    definition = dg.ResourceDefinition.string_resource()
    with dg.build_resources({"it": definition}, resource_config={"it": {"config": "text"}}) as resources:
        assert resources.it == "text"


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_run_config_over_configured(dg, pair, differs):
    """dagwire merges a run's config over that of `configured`; Dagster ignores it."""

    def use():
        made = pair.configured({"size": 1, "name": "n"})
        with dg.build_resources({"it": made}, resource_config={"it": {"config": {"size": 2}}}) as resources:
            return resources.it

    differs(use, dagster={"size": 1, "name": "n"}, dagwire={"size": 2, "name": "n"})


def test_config_schema_as_a_config_class(dg, differs):
    """dagwire takes a `Config` class as `config_schema` and passes its instance; Dagster refuses it."""

    class Wanted(dg.Config):
        size: int = 3

    def use():
        @dg.resource(config_schema=Wanted)
        def it(context):
            return context.resource_config.size

        with dg.build_resources({"it": it}) as resources:
            return resources.it

    differs(use, dagster=Exception, dagwire=3)
