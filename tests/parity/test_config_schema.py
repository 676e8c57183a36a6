"""`config_schema`: the config that a function declares, in Dagster's config types."""

import enum
from typing import Literal

import pydantic
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
    "bool for float": (lambda _: {"x": float}, {"x": True}, {"x": 1.0}),
    "union, scalar": (lambda dg: {"x": dg.ScalarUnion(int, {"y": int})}, {"x": 3}, {"x": 3}),
    "union, dict": (lambda dg: {"x": dg.ScalarUnion(int, {"y": int})}, {"x": {"y": 3}}, {"x": {"y": 3}}),
    "a type": (lambda _: int, 3, 3),
    "a field": (lambda dg: dg.Field(int), 3, 3),
    "nothing declared": (lambda _: None, {"a": 1}, {"a": 1}),
    "a list of shapes": (lambda _: [{"a": int}], [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
    "a map of numbers": (lambda _: {"x": {int: str}}, {"x": {1: "a"}}, {"x": {1: "a"}}),
    "a selector's branch alone": (
        lambda dg: dg.Selector({"a": {"b": dg.Field(int, default_value=3)}, "c": str}),
        {"a": None},
        {"a": {"b": 3}},
    ),
    "a selector with a default": (
        lambda dg: {"s": dg.Selector({"a": dg.Field(int, default_value=1)})},
        {},
        {"s": {"a": 1}},
    ),
    "a permissive dict with a default": (
        lambda dg: {"p": dg.Permissive({"a": dg.Field(int, default_value=1)})},
        {},
        {"p": {"a": 1}},
    ),
    "an array's default": (lambda dg: {"a": dg.Field(dg.Array(int), default_value=[1])}, {}, {"a": [1]}),
    "a noneable of a dict": (lambda dg: {"a": dg.Noneable({"b": int})}, {}, {"a": None}),
    "an alias": (lambda dg: dg.Shape({"a": int}, field_aliases={"a": "b"}), {"b": 1}, {"a": 1}),
    "text beside a list": (lambda dg: {"a": dg.ScalarUnion(str, [int])}, {"a": [1]}, {"a": [1]}),
    "enum, direct values": (
        lambda dg: {"x": dg.Enum.from_python_enum_direct_values(Colour, "Direct")},
        {"x": "BLUE"},
        {"x": 2},
    ),
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


WITHOUT_CONFIG = {
    "a noneable": (lambda dg: dg.Noneable(int), None),
    "a scalar with a default": (lambda dg: dg.Field(int, default_value=7), 7),
    "a list with a default": (lambda dg: dg.Field([str], default_value=["q"]), ["q"]),
    "a dict": (lambda _: dict, {}),
    "a permissive dict": (lambda dg: dg.Permissive(), {}),
    "a shape of defaults": (lambda dg: {"a": dg.Field(int, default_value=1)}, {"a": 1}),
    "a selector with a default": (
        lambda dg: dg.Field(dg.Selector({"a": int, "b": str}), default_value={"a": 3}),
        {"a": 3},
    ),
    "a dict without entries": (lambda _: {}, {}),
}


@pytest.fixture
def op_config(dg):
    """Run an op with this schema, with or without config, and return its `op_config`."""

    def run(schema, *config):
        @dg.op(config_schema=schema)
        def read(context):
            return context.op_config

        @dg.job
        def reading():
            read()

        run_config = {"ops": {"read": {"config": config[0]}}} if config else None
        return reading.execute_in_process(run_config=run_config).output_for_node("read")

    return run


@pytest.mark.parametrize(("schema", "expected"), WITHOUT_CONFIG.values(), ids=WITHOUT_CONFIG)
def test_an_op_without_config_has_the_schema_s_default(dg, op_config, schema, expected):
    """If run config has no entry for an op, the op gets the default of its schema."""
    assert op_config(schema(dg)) == expected


@pytest.mark.parametrize(
    "schema",
    [lambda _: int, lambda _: list, lambda _: {"a": int}, lambda dg: dg.Field([str])],
    ids=["scalar", "list", "entry", "field"],
)
def test_an_op_whose_schema_needs_config(dg, op_config, schema):
    """A schema without a default needs config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        op_config(schema(dg))


@pytest.mark.parametrize(
    "schema",
    [
        lambda _: {"a": object},
        lambda _: {"a": 5},
        lambda dg: dg.Noneable,
        lambda _: {"a": [int, str]},
        lambda _: {"a": []},
        lambda dg: dg.Map(dict, int),
        lambda _: {"a": {"b": object}},
        lambda dg: dg.Array(dg.Noneable),
    ],
    ids=[
        "object",
        "a value",
        "a config type's class",
        "two items",
        "no item",
        "a map of dicts",
        "nested",
        "in an array",
    ],
)
def test_a_schema_that_cannot_be_one(dg, schema):
    """A definition refuses a schema with a part that is not a type of config."""

    def read(context):
        return context

    for declare in (dg.op, dg.resource):
        with pytest.raises(Exception, match=r"(?i)config|type|scalar"):
            declare(config_schema=schema(dg))(read)


@pytest.mark.parametrize(
    ("config", "default"),
    [(int, "x"), (int, None), ({"a": int}, {}), ([int], ["x"])],
    ids=["text for int", "none", "a missing entry", "an item"],
)
def test_a_default_that_does_not_fit(dg, config, default):
    """A `Field` refuses a default that its type refuses."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.Field(config, default_value=default)


def test_a_default_of_an_enum(dg):
    """The default of an enum is a member's name, not the member."""
    assert dg.Field(dg.Enum.from_python_enum(Colour), default_value="RED").default_value == "RED"
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.Field(dg.Enum.from_python_enum(Colour), default_value=Colour.RED)


def test_what_a_field_knows(dg):
    """A `Field` shows its default, its description, and whether it is required."""
    field = dg.Field({"a": int}, default_value={"a": 1}, description="d")
    assert (field.is_required, field.default_provided, field.description) == (False, True, "d")
    assert field.default_value_as_json_str == '{"a": 1}'
    assert dg.Field(int).is_required
    assert not dg.Field({"a": dg.Field(int, default_value=1)}).is_required
    assert not dg.Field(int, is_required=False).default_provided
    assert list(dg.Field({"a": int}).config_type.fields) == ["a"]


def test_a_variable_as_a_default(dg, op_config, monkeypatch):
    """A default may name a variable, which is read when the default is used."""
    schema = {"a": dg.Field(dg.StringSource, default_value={"env": "PARITY_TEXT"})}
    monkeypatch.setenv("PARITY_TEXT", "t")
    assert op_config(schema) == {"a": "t"}


# -- `config` without a class, and a class as a schema -----------------------------------------------------------------


def test_a_parameter_config_of_a_plain_type(dg):
    """A parameter `config` of a plain type takes a value of it, strictly; its default counts without run config."""

    @dg.op
    def greet(config: str = "hello"):
        return config

    @dg.job
    def greeting():
        greet()

    assert greeting.execute_in_process().output_for_node("greet") == "hello"
    given = {"ops": {"greet": {"config": "bye"}}}
    assert greeting.execute_in_process(run_config=given).output_for_node("greet") == "bye"
    with pytest.raises(dg.DagsterInvalidConfigError):
        greeting.execute_in_process(run_config={"ops": {"greet": {"config": 1}}})


def test_a_default_for_a_config_class_is_refused(dg):
    """A parameter of a `Config` class has no default; its fields have."""

    class Load(dg.Config):
        limit: int = 1

    with pytest.raises(Exception, match=r"(?i)default"):

        @dg.op
        def fetch(config: Load = Load(limit=2)): ...  # noqa: B008  # the slip that is refused


def test_two_schemas_are_refused(dg):
    """A parameter `config` and a `config_schema` are one too many."""

    class Load(dg.Config):
        limit: int = 1

    with pytest.raises(Exception, match=r"(?i)config"):

        @dg.op(config_schema={"limit": int})
        def fetch(config: Load): ...


def test_the_schema_of_a_config_class(dg, op_config):
    """`to_config_schema` is a class's fields as a schema; the validated config is a dict."""

    class Load(dg.Config):
        limit: int = 1
        colour: Colour = Colour.RED

    assert op_config(Load.to_config_schema(), {"colour": "BLUE"}) == {"limit": 1, "colour": 2}


def test_the_fields_of_a_config_class(dg):
    """`to_fields_dict` shows the fields of a class, with defaults in launch form."""

    class Load(dg.Config):
        limit: int
        colour: Colour = Colour.BLUE
        name: str | None = None
        note: str = pydantic.Field(default="n", description="a note")
        none: int = pydantic.Field(default=None)

    fields = Load.to_fields_dict()
    assert [name for name, field in fields.items() if field.is_required] == ["limit"]
    assert (fields["colour"].default_value, fields["note"].default_value) == ("BLUE", "n")
    assert fields["note"].description == "a note"
    assert not fields["none"].is_required


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


@pytest.mark.parametrize(("text", "dagwire"), [("no", False), ("off", False), ("yes", True), ("maybe", None)])
def test_a_bool_of_a_variable(dg, validated, monkeypatch, differs, text, dagwire):
    """dagwire reads yes, no, on and off, and refuses other text; Dagster takes nearly all text as true."""
    monkeypatch.setenv("PARITY_BOOL", text)
    differs(
        lambda: validated({"b": dg.BoolSource}, {"b": {"env": "PARITY_BOOL"}})["b"],
        dagster=True,
        dagwire=dg.DagsterInvalidConfigError if dagwire is None else dagwire,
    )


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


def test_a_config_class_of_many_types_as_a_schema(dg, op_config):
    """Lists, dicts, configs and unions of a class are arrays, maps, shapes and selectors of its schema."""

    class Red(dg.Config):
        kind: Literal["red"] = "red"
        shade: int = 9

    class Blue(dg.Config):
        kind: Literal["blue"] = "blue"
        depth: int

    class Place(dg.Config):
        url: str

    class Anywhere(dg.PermissiveConfig):
        url: str = "x"

    class Load(dg.Config):
        names: list[str]
        sizes: dict[str, int]
        colour: Red | Blue = pydantic.Field(discriminator="kind")
        place: Place
        anywhere: Anywhere
        places: list[Place] = []

    given = {
        "names": ["a"],
        "sizes": {"x": 1},
        "colour": {"blue": {"depth": 2}},
        "place": {"url": "u"},
        "anywhere": {"z": 3},
        "places": [{"url": "v"}],
    }
    expected = {**given, "anywhere": {"url": "x", "z": 3}}
    assert op_config(Load.to_config_schema(), given) == op_config(Load.to_fields_dict(), given) == expected


def test_a_class_with_a_union_of_scalars_as_a_schema(dg, differs):
    """A union without a discriminator has no config type in Dagster; dagwire takes any member."""

    def fields():
        class Load(dg.Config):
            either: int | str

        return list(Load.to_fields_dict())

    differs(fields, dagster=dg.DagsterError, dagwire=["either"])


def test_the_default_of_a_field_without_one(dg):
    """`default_value` of a Field that has no default raises."""
    field = dg.Field(dg.Noneable(str), is_required=False)
    assert not field.default_provided
    with pytest.raises(Exception, match=r"default.*value"):
        _ = dg.Field(str).default_value


def test_a_schema_that_may_be_left_out(dg, op_config):
    """Config of a scalar that is not required and not given is None."""
    assert op_config(dg.Field(int, is_required=False)) is None


def test_a_name_of_a_type_in_a_schema(dg):
    """A schema has types, not their names."""
    with pytest.raises(dg.DagsterError):
        dg.op(config_schema={"x": "NotDefined"})(lambda context: None)


def test_a_field_in_a_field(dg):
    """The type of a Field is not a Field."""
    with pytest.raises(dg.DagsterInvalidDefinitionError):
        dg.Field(dg.Field(int, default_value=3))


@pytest.mark.parametrize("given", [3, "text", ["a"]], ids=str)
def test_what_is_no_mapping_for_a_shape(dg, op_config, given):
    """A shape with aliases refuses what is not a mapping."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        op_config(dg.Shape({"name": str}, field_aliases={"name": "n"}), given)
