"""Dagster's launch form: the values of a `Config` class as run config and files write them."""

import enum
from typing import Any, Literal

import pytest
from pydantic import Field, field_validator


class Colour(enum.Enum):
    """One member's name is the value of another."""

    RED = "BLUE"
    BLUE = "b"
    GREEN = "g"


def _returned(dg, config_class, config=None, run_config=None):
    """The config that an op of this class gets, and its `context.op_config`."""

    @dg.op
    def read(context, config: config_class):
        return config, context.op_config

    @dg.job
    def reading():
        read()

    run_config = run_config or {"ops": {"read": {"config": config}}}
    return reading.execute_in_process(run_config=run_config).output_for_node("read")


@pytest.fixture
def returned(dg):
    """Run an op with some config and return `(its config, its context's op_config)`."""
    return lambda *args, **kwargs: _returned(dg, *args, **kwargs)


# -- enums -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def paint(dg):
    """A Config with enums in every place."""

    class Paint(dg.Config):
        one: Colour = Colour.RED
        some: list[Colour] = []
        named: dict[str, Colour] = {}
        maybe: Colour | None = None

    return Paint


def test_an_enum_in_run_config_goes_by_its_member_s_name(returned, paint):
    """Run config names the member, in fields, lists, dicts and optional fields; another member's value never wins."""
    given = {"one": "BLUE", "some": ["RED", "GREEN"], "named": {"k": "BLUE"}, "maybe": "BLUE"}
    config, _ = returned(paint, given)
    assert (config.one, config.maybe) == (Colour.BLUE, Colour.BLUE)
    assert config.some == [Colour.RED, Colour.GREEN]
    assert config.named == {"k": Colour.BLUE}


@pytest.mark.parametrize("given", [{"one": "b"}, {"some": ["g"]}, {"maybe": "b"}, {"named": {"k": "g"}}, {"one": 1}])
def test_an_enum_s_value_in_run_config_is_refused(dg, returned, paint, given):
    """The value of a member, or anything else but its name, is an invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        returned(paint, given)


def test_an_enum_s_member_in_code(paint):
    """The constructor takes a member or, as pydantic does, its value."""
    assert paint(one=Colour.BLUE).one is paint(one="b").one is Colour.BLUE


@pytest.mark.parametrize("base", ["Config", "ConfigurableResource"])
def test_an_enum_s_member_by_name_in_code(dg, base):
    """In code a member of an enum may be named, if no member has that text as its value."""

    class Side(enum.Enum):
        LEFT = "l"
        RIGHT = "LEFT"
        BOTH = 2

    class Road(getattr(dg, base)):
        side: Side = Side.LEFT

    assert Road(side="BOTH").side is Side.BOTH
    assert Road(side="RIGHT").side is Side.RIGHT
    assert Road(side="LEFT").side is Side.RIGHT
    for wrong in ("both", 3):
        with pytest.raises(ValueError, match="side"):
            Road(side=wrong)


def test_op_config_shows_an_enum_by_its_value(returned, paint):
    """`context.op_config` holds the member's value; run config made of an object its name."""
    _, shown = returned(paint, {"one": "GREEN", "some": ["BLUE"]})
    assert shown == {"one": "g", "some": ["b"], "named": {}, "maybe": None}


def test_enums_of_a_resource_in_run_config(dg):
    """The config of a resource names members as an op's does."""

    class Brush(dg.ConfigurableResource):
        colour: Colour = Colour.GREEN

    @dg.asset
    def painted(brush: Brush):
        return brush.colour.name

    def paint(name):
        run_config = {"resources": {"brush": {"config": {"colour": name}}}}
        return dg.materialize([painted], resources={"brush": Brush()}, run_config=run_config)

    assert paint("BLUE").asset_value("painted") == "BLUE"
    with pytest.raises(dg.DagsterInvalidConfigError):
        paint("b")


def test_enums_in_yaml(dg, returned, paint):
    """YAML names members."""
    run_config = dg.config_from_yaml_strings(["ops: {read: {config: {one: BLUE, some: [RED]}}}"])
    config, _ = returned(paint, run_config=run_config)
    assert (config.one, config.some) == (Colour.BLUE, [Colour.RED])


# -- unions ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def owner(dg):
    """A Config that holds one of two others."""

    class Cat(dg.Config):
        kind: Literal["cat", "tiger"] = "cat"
        lives: int = 9

    class Dog(dg.Config):
        kind: Literal["dog"] = "dog"
        colour: Colour = Colour.RED
        name: str | None = None

    class Owner(dg.Config):
        pet: Cat | Dog = Field(default=Cat(), discriminator="kind")

    return Owner


def test_a_union_in_run_config_is_a_selector(returned, owner):
    """`{"pet": {"dog": {...}}}` is the member whose literal is the key, with its fields in launch form."""
    config, shown = returned(owner, {"pet": {"dog": {"colour": "BLUE"}}})
    assert (config.pet.kind, config.pet.colour) == ("dog", Colour.BLUE)
    assert shown == {"pet": {"dog": {"colour": "b", "name": None}}}
    config, _ = returned(owner, {"pet": {"tiger": {"lives": 3}}})
    assert (config.pet.kind, config.pet.lives) == ("tiger", 3)


def test_a_selector_in_code(owner):
    """The constructor takes a selector as well as the member itself."""
    assert owner(pet={"dog": {"name": "Rex"}}).pet.name == "Rex"


@pytest.mark.parametrize("fields", [{}, None], ids=["empty", "none"])
def test_a_selected_member_without_values(returned, owner, fields):
    """The member may be selected with nothing more."""
    assert returned(owner, {"pet": {"dog": fields}})[0].pet.kind == "dog"


def test_a_union_s_default(returned, owner):
    """Without run config the default member counts."""
    config, shown = returned(owner, {})
    assert config.pet.kind == "cat"
    assert shown == {"pet": {"cat": {"lives": 9}}}


@pytest.mark.parametrize(
    "pet",
    [{"cow": {}}, {"dog": {}, "cat": {}}, {}, {"dog": {"lives": 1}}, {"dog": {"colour": "b"}}, {"dog": "x"}],
    ids=["unknown", "two", "none", "another's field", "a wrong value", "not a dict"],
)
def test_a_selector_that_does_not_fit(dg, returned, owner, pet):
    """An unknown member, several, none, or fields that do not fit are an invalid config."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        returned(owner, {"pet": pet})


def test_pydantic_s_form_of_a_union_in_run_config(dg, returned, owner, differs):
    """dagwire takes pydantic's own form beside the selector; Dagster refuses it."""
    differs(
        lambda: returned(owner, {"pet": {"kind": "dog", "colour": "BLUE"}})[0].pet.colour,
        dagster=dg.DagsterInvalidConfigError,
        dagwire=Colour.BLUE,
    )


def test_lists_of_unions(dg, returned, differs):
    """dagwire takes unions within lists and dicts; Dagster has no config type for them."""

    class A(dg.Config):
        kind: Literal["a"] = "a"

    class B(dg.Config):
        kind: Literal["b"] = "b"

    class Many(dg.Config):
        ones: list[A | B]

    differs(
        lambda: [one.kind for one in returned(Many, {"ones": [{"kind": "b"}, {"kind": "a"}]})[0].ones],
        dagster=Exception,
        dagwire=["b", "a"],
    )


# -- optional fields, defaults and nested configs ----------------------------------------------------------------------


def test_an_optional_field_without_a_default_is_none(dg, returned):
    """A field that may be None is None if it is left out: in a Config, in a resource, and of type `Any`."""

    class Some(dg.Config):
        size: int | None
        name: str | None = Field(description="a name")

    class Anything(dg.Config):
        value: Any

    class Held(dg.ConfigurableResource):
        tag: str | None

    assert (Some().size, Some().name, Anything().value, Held().tag) == (None, None, None, None)
    assert returned(Some, {"size": 1})[0].size == 1
    assert returned(Some, {"size": None})[0].size is None


@pytest.fixture
def outer(dg):
    """A Config whose nested default differs from the nested class's own."""

    class Inner(dg.Config):
        size: int = 1
        is_on: bool = True

    class Outer(dg.Config):
        inner: Inner = Inner(size=5)

    return Outer


def test_run_config_is_merged_over_a_nested_default(returned, outer):
    """Fields of a nested config that run config leaves out keep the values of the field's default."""
    config, shown = returned(outer, {"inner": {"is_on": False}})
    assert (config.inner.size, config.inner.is_on) == (5, False)
    assert shown == {"inner": {"size": 5, "is_on": False}}


def test_a_nested_default_in_a_nested_default(dg, returned, outer, differs):
    """dagwire merges over defaults at every depth; Dagster over those of the first."""

    class Outermost(dg.Config):
        middle: outer = outer(inner={"size": 7})

    config, _ = returned(Outermost, {"middle": {"inner": {"is_on": False}}})
    differs(lambda: (config.middle.inner.size, config.middle.inner.is_on), dagster=(5, False), dagwire=(7, False))


def test_a_required_nested_config_of_defaults_may_be_left_out(dg, returned):
    """Run config may leave out a nested config that needs no value of its own; the constructor may not."""

    class Inner(dg.Config):
        size: int = 1

    class Middle(dg.Config):
        inner: Inner

    class Outer(dg.Config):
        middle: Middle

    assert returned(Outer, {})[0].middle.inner.size == 1
    with pytest.raises(ValueError, match="middle"):
        Outer()


def test_a_nested_config_that_needs_a_value_is_required(dg, returned):
    """A nested config with a required field cannot be left out."""

    class Inner(dg.Config):
        size: int

    class Outer(dg.Config):
        inner: Inner

    with pytest.raises(dg.DagsterInvalidConfigError):
        returned(Outer, {})


def test_a_default_factory_of_a_nested_config(dg, returned, differs):
    """dagwire keeps the default that a factory makes; Dagster takes the nested class's own defaults."""

    class Inner(dg.Config):
        size: int = 1

    class Outer(dg.Config):
        inner: Inner = Field(default_factory=lambda: Inner(size=9))

    differs(lambda: returned(Outer, {})[0].inner.size, dagster=1, dagwire=9)


# -- scalars -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def scalars(dg):
    """A Config of each scalar type."""

    class Scalars(dg.Config):
        i: int = 1
        f: float = 1.5
        b: bool = True
        s: str = "s"
        many: list[int] = []
        by_number: dict[int, str] = {}

    return Scalars


@pytest.mark.parametrize(
    "given",
    [
        *({"i": "2"}, {"i": 2.0}, {"i": True}, {"f": "2"}, {"b": "yes"}, {"b": "true"}, {"b": 1}, {"s": 1}, {"s": 1.5}),
        *({"many": ["1"]}, {"by_number": {"1": "a"}}, {"many": [None]}),
    ],
    ids=str,
)
def test_scalars_in_run_config_are_strict(dg, returned, scalars, given):
    """A scalar of another type than the field's is an invalid config: no text is read as a number or a switch."""
    with pytest.raises(dg.DagsterInvalidConfigError):
        returned(scalars, given)


def test_an_int_serves_for_a_float(returned, scalars):
    """A whole number is a float, and a dict may have numbers as keys."""
    config, _ = returned(scalars, {"f": 2, "by_number": {1: "a"}})
    assert (config.f, config.by_number) == (2.0, {1: "a"})


def test_scalars_in_code_are_pydantic_s(returned, scalars, dg):
    """The constructor takes what pydantic takes, and a RunConfig of the object carries the values."""
    config, _ = returned(scalars, run_config=dg.RunConfig(ops={"read": scalars(i="2", b="yes")}))
    assert (config.i, config.b) == (2, True)


def test_a_resource_s_scalars_in_run_config_are_strict(dg):
    """The config of a resource is as strict as that of an op."""

    class Db(dg.ConfigurableResource):
        size: int = 1

    @dg.asset
    def read(db: Db):
        return db.size

    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.materialize([read], resources={"db": Db()}, run_config={"resources": {"db": {"config": {"size": "2"}}}})


# -- aliases, and run config of an object ------------------------------------------------------------------------------


@pytest.fixture
def aliased(dg):
    """A Config with fields under other names."""

    class Aliased(dg.Config):
        schema_: str = Field(alias="schema")
        size: int = Field(default=1, alias="rows")

    return Aliased


def test_run_config_uses_aliases(dg, returned, aliased):
    """Run config and `op_config` have the alias, the object the field's name."""
    config, shown = returned(aliased, {"schema": "main"})
    assert (config.schema_, config.size) == ("main", 1)
    assert shown == {"schema": "main", "rows": 1}
    with pytest.raises(dg.DagsterInvalidConfigError):
        returned(aliased, {"schema_": "main"})


def test_a_run_config_object_uses_aliases(dg, returned, aliased):
    """A RunConfig made of an object with aliases configures the run, and its dict has the aliases."""
    run_config = dg.RunConfig(ops={"read": aliased(schema="main", rows=4)})
    assert run_config.to_config_dict()["ops"] == {"read": {"config": {"schema": "main", "rows": 4}}}
    assert returned(aliased, run_config=run_config)[0].size == 4


def test_a_run_config_object_as_a_dict(dg, paint, owner):
    """`to_config_dict` writes every value in launch form; None and nothing given are left out or empty."""
    run_config = dg.RunConfig(
        ops={"a": paint(one=Colour.BLUE, some=[Colour.RED]), "b": owner(), "c": {"config": {"n": 3}}},
        loggers={"console": {"config": {"log_level": "ERROR"}}},
        execution={"config": {}},
    )
    assert run_config.to_config_dict() == {
        "ops": {
            "a": {"config": {"one": "BLUE", "some": ["RED"], "named": {}}},
            "b": {"config": {"pet": {"cat": {"lives": 9}}}},
            "c": {"config": {"n": 3}},
        },
        "resources": {},
        "loggers": {"console": {"config": {"log_level": "ERROR"}}},
        "execution": {"config": {}},
    }


def test_variables_of_a_run_config_object_as_a_dict(dg):
    """A variable is written as `{"env": NAME}`, in lists too."""

    class Wanted(dg.Config):
        name: str
        size: int = 1
        many: list[str] = []

    wanted = Wanted(name=dg.EnvVar("PARITY_NAME"), size=dg.EnvVar.int("PARITY_SIZE"), many=[dg.EnvVar("PARITY_ONE")])
    assert dg.RunConfig(ops={"a": wanted}).to_config_dict()["ops"]["a"]["config"] == {
        "name": {"env": "PARITY_NAME"},
        "size": {"env": "PARITY_SIZE"},
        "many": [{"env": "PARITY_ONE"}],
    }


def test_the_dict_of_a_run_config_runs_as_the_object_does(dg, returned, paint, owner):
    """A run takes the dict of a RunConfig and returns the object's values."""
    for config in (paint(one=Colour.BLUE, named={"k": Colour.GREEN}), owner(pet={"dog": {"name": "Rex"}})):
        run_config = dg.RunConfig(ops={"read": config})
        for given in (run_config, run_config.to_config_dict()):
            assert returned(type(config), run_config=given)[0] == config


def test_a_validator_sees_run_config(dg, returned):
    """A `field_validator` and `model_post_init` work on run config as in code."""

    class Doubled(dg.Config):
        size: int = 1
        _twice: int = 0

        @field_validator("size")
        @classmethod
        def _positive(cls, size):
            if size < 0:
                msg = "is negative"
                raise ValueError(msg)
            return size

        def model_post_init(self, _context):
            self._twice = self.size * 2

    assert returned(Doubled, {"size": 4})[0]._twice == 8


def test_a_resource_made_of_a_context_s_config(dg, owner):
    """`from_resource_context` takes the config of a context as it is resolved, enums and unions included."""
    pet_type = owner.model_fields["pet"].annotation

    class Home(dg.ConfigurableResource):
        colour: Colour = Colour.GREEN
        pet: pet_type = Field(default=owner().pet, discriminator="kind")

    @dg.resource(config_schema=Home.to_config_schema())
    def home(context):
        return Home.from_resource_context(context)

    config = {"home": {"config": {"colour": "BLUE", "pet": {"dog": {"colour": "RED"}}}}}
    with dg.build_resources({"home": home}, resource_config=config) as resources:
        assert (resources.home.colour, resources.home.pet.colour) == (Colour.BLUE, Colour.RED)
    with dg.build_resources({"home": home}) as resources:
        assert (resources.home.colour, resources.home.pet.kind) == (Colour.GREEN, "cat")


def test_post_init_of_a_resource_with_run_config(dg):
    """`model_post_init` of a resource sees the values of the run config."""

    class Db(dg.ConfigurableResource):
        size: int = 1
        _twice: int = 0

        def model_post_init(self, _context):
            self._twice = self.size * 2

    @dg.asset
    def read(db: Db):
        return db._twice

    run_config = {"resources": {"db": {"config": {"size": 4}}}}
    for db in (Db(), Db.configure_at_launch()):
        assert dg.materialize([read], resources={"db": db}, run_config=run_config).asset_value("read") == 8
    assert dg.materialize([read], resources={"db": Db(size=3)}).asset_value("read") == 6


# -- better on purpose -------------------------------------------------------------------------------------------------


def test_a_member_of_an_enum_in_a_run_config_dict(dg, returned, paint, differs):
    """dagwire takes the member itself in a dict made in code; Dagster takes its name alone."""
    differs(
        lambda: returned(paint, {"one": Colour.BLUE})[0].one,
        dagster=dg.DagsterInvalidConfigError,
        dagwire=Colour.BLUE,
    )


def test_a_variable_for_an_enum(dg, returned, paint, monkeypatch, differs):
    """dagwire reads an enum from a variable, by name or value; Dagster takes no variable there."""
    monkeypatch.setenv("PARITY_COLOUR", "GREEN")
    differs(
        lambda: returned(paint, {"one": {"env": "PARITY_COLOUR"}})[0].one,
        dagster=dg.DagsterInvalidConfigError,
        dagwire=Colour.GREEN,
    )


def test_a_validator_that_refuses_run_config(dg, returned, differs):
    """dagwire reports it with all other faults before anything opens; Dagster's step fails with pydantic's error."""

    class Small(dg.Config):
        size: int = 1

        @field_validator("size")
        @classmethod
        def _small(cls, size):
            if size > 5:
                msg = "is too big"
                raise ValueError(msg)
            return size

    differs(lambda: returned(Small, {"size": 9}), dagster=ValueError, dagwire=dg.DagsterInvalidConfigError)


def test_a_field_of_any_type_that_is_left_out(dg, differs):
    """A field of any type that run config leaves out is None in dagwire, as in code; Dagster asks for it."""

    class Anything(dg.Config):
        x: Any

    assert Anything().x is None
    differs(lambda: _returned(dg, Anything, {})[0].x, dagster=dg.DagsterInvalidConfigError, dagwire=None)
