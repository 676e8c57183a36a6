"""`Config`: the values that it refuses, and its messages."""

import enum
from typing import Annotated, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, Field, ValidationError, computed_field, field_validator

from dagwire import Config, EnvVar, PermissiveConfig, RunConfig
from dagwire.config.files.run_config import as_run_config, merged_config
from dagwire.config.schema.config_schema import check_schema, validated_config
from dagwire.config.values.validation_messages import problems_of
from dagwire.errors import FrozenConfigError, InvalidConfigError, InvalidInvocationError

T = TypeVar("T")


class Pool(Config):
    size: int = 4
    name: str = "p"


class Base(Config):
    url: str
    pool: Pool = Pool()


def test_a_misspelt_argument_names_the_nearest():
    """The error names what was probably meant, next to every other fault."""
    with pytest.raises(ValidationError) as caught:
        Base(ur1="u", pool={"siez": 1})
    message = str(caught.value)
    assert "Did you mean 'url'?" in message
    assert "Did you mean 'size'?" in message
    assert "Field required" in message


def test_a_name_like_no_other_lists_the_known_ones():
    """If no name is near, the known names are listed."""
    with pytest.raises(ValidationError, match="Known: size, name"):
        Pool(zzz=1)


def test_a_permissive_class_keeps_any_name():
    """`PermissiveConfig` keeps names that it does not declare."""
    assert PermissiveConfig(anything=1).model_dump() == {"anything": 1}


def test_a_frozen_field_shows_the_fix():
    """Setting a field is an invalid invocation and an AttributeError; the message shows a private attribute."""
    with pytest.raises(FrozenConfigError, match="PrivateAttr") as caught:
        Pool().size = 5
    assert isinstance(caught.value, InvalidInvocationError)
    assert isinstance(caught.value, AttributeError)


def test_inheritance_generics_and_computed_fields():
    """A generic base, a subclass with more fields and a computed field work as in pydantic."""

    class Box(Config, Generic[T]):
        value: T

        @computed_field
        @property
        def shown(self) -> str:
            return f"<{self.value}>"

    class Named(Box[int]):
        name: str = "n"

    assert Named(value="3").model_dump() == {"value": 3, "name": "n", "shown": "<3>"}
    with pytest.raises(ValidationError):
        Named(value="many")


def test_members_of_a_union_are_discriminated_by_their_literal():
    """A union of configs with a discriminator reads a dict as the member that it names."""

    class Cat(Config):
        kind: Literal["cat"] = "cat"
        lives: int = 9

    class Dog(Config):
        kind: Literal["dog"] = "dog"

    class Owner(Config):
        pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Dog()

    assert Owner(pet={"kind": "cat", "lives": "3"}).pet == Cat(lives=3)
    assert Owner(pet=Cat()).with_values({"pet": {"kind": "dog"}}).pet == Dog()
    assert Owner(pet=Cat(lives=2)).with_values({"pet": {"lives": 1}}).pet == Cat(lives=1)


def test_values_are_merged_field_by_field():
    """Fields that are not named keep the value they were built with, in nested configs too."""
    built = Base(url="u", pool=Pool(size=1, name="built"))
    assert built.with_values({"pool": {"size": 2}}) == Base(url="u", pool=Pool(size=2, name="built"))


def test_problems_never_hold_the_value():
    """A validator's message and pydantic's of a union may repeat the value; the lines made of them do not."""

    class Checked(Config):
        token: str
        kind: Annotated[Pool | Base, Field(discriminator=None)] = Pool()

        @field_validator("token")
        @classmethod
        def _refused(cls, token: str) -> str:
            msg = f"{token} is too short"
            raise ValueError(msg)

    with pytest.raises(ValidationError) as caught:
        Checked.model_validate({"token": "s3cret"})
    assert problems_of(caught.value) == ["token: Value error, ... is too short"]


# -- run config --------------------------------------------------------------------------------------------------------


def test_run_config_takes_the_config_bare_or_under_its_name():
    """In a RunConfig a config may be an object, a dict, or either under "config" as in files."""
    for entry in (Pool(size=1), {"size": 1}, {"config": {"size": 1}}, {"config": Pool(size=1)}):
        assert as_run_config(RunConfig(ops={"a": entry})).ops == {"a": {"size": 1}}
        assert RunConfig(ops={"a": entry}).to_config_dict()["ops"]["a"]["config"]["size"] == 1


def test_every_fault_of_a_run_config_is_reported_at_once():
    """Unknown sections and entries that hold no config are listed together."""
    with pytest.raises(InvalidConfigError) as caught:
        as_run_config({"opz": {}, "ops": {"a": {"size": 1}}})
    assert len(caught.value.problems) == 2
    assert "Did you mean 'ops'?" in str(caught.value)


def test_merging_leaves_both_sides_alone():
    """Config merged over config is a new dict."""
    base, over = {"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}
    assert merged_config(base, over) == {"a": {"x": 3, "y": 2}}
    assert (base, over) == ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3}})


# -- config_schema -----------------------------------------------------------------------------------------------------


def test_a_config_class_reads_its_variables(monkeypatch):
    """`config_schema=SomeConfig` gives an instance with every variable read, the form of files included."""
    monkeypatch.setenv("SIZE", "7")
    assert validated_config(Pool, {"size": {"env": "SIZE"}}, "op 'a'").size == 7
    monkeypatch.setenv("SIZE", "s3cret")
    with pytest.raises(InvalidConfigError, match="SIZE") as caught:
        validated_config(Pool, {"size": {"env": "SIZE"}}, "op 'a'")
    assert "s3cret" not in str(caught.value)


def test_types_that_dagster_has_no_config_type_for():
    """Any type that pydantic knows may be used in a dict schema."""

    class Point(BaseModel):
        x: int

    schema = {"at": Point, "sizes": tuple[int, int]}
    assert validated_config(schema, {"at": {"x": 1}, "sizes": [1, 2]}, "op 'a'") == {"at": Point(x=1), "sizes": (1, 2)}


def test_a_misspelt_entry_of_a_dict_schema_names_the_nearest():
    """A dict schema suggests the nearest name, as a class does."""
    with pytest.raises(InvalidConfigError, match="Did you mean 'size'"):
        validated_config({"size": int}, {"siez": 1}, "op 'a'")
    with pytest.raises(InvalidConfigError, match="'1': There is no such field"):
        validated_config({"size": int}, {1: 1}, "op 'a'")


def test_config_of_outputs_is_read_and_written():
    """Config of outputs is beside a step's config, and is merged output by output."""
    ops = {"trips": {"config": {}, "outputs": {"result": {"path": "here"}}}}
    read = as_run_config({"ops": ops})
    assert read.outputs == {"trips.result": {"path": "here"}}
    assert read.to_config_dict()["ops"] == ops
    stronger = as_run_config({"ops": {"trips": {"outputs": {"result": {"rows": 3}}}}})
    assert stronger.merged_over(read).outputs == {"trips.result": {"path": "here", "rows": 3}}
    with pytest.raises(InvalidConfigError, match=r"ops\.trips\.outputs"):
        as_run_config({"ops": {"trips": {"outputs": ["result"]}}})


@pytest.mark.parametrize("text", ["C", "c"])
def test_a_variable_names_a_member_of_an_enum(monkeypatch, text):
    """A variable gives a member by its name or by its value."""
    monkeypatch.setenv("LETTER", text)
    assert Letters(letter=EnvVar("LETTER")).with_variables_read().letter is Letter.C


def test_a_variable_that_names_two_members_of_an_enum(monkeypatch):
    """A text that is the name of one member and the value of another is refused."""
    monkeypatch.setenv("LETTER", "A")
    with pytest.raises(ValidationError, match="name of one member and the value of another"):
        Letters(letter=EnvVar("LETTER")).with_variables_read()


class Letter(enum.Enum):
    """Members whose names are values of others."""

    A = "B"
    B = "A"
    C = "c"


class Letters(Config):
    """One of them."""

    letter: Letter


def test_a_union_without_its_discriminator():
    """A value of a union that names no member is refused by the discriminator that it lacks."""

    class Cat(Config):
        kind: Literal["cat"] = "cat"
        lives: int = 9

    class Dog(Config):
        kind: Literal["dog"] = "dog"
        tricks: int = 1

    class Zoo(Config):
        pet: Cat | Dog = Field(discriminator="kind")

    with pytest.raises(ValidationError, match="kind"):
        Zoo(pet={"lives": 3, "tricks": 1})


class Node(Config):
    """A config that holds others of its class."""

    name: str
    children: list["Node"] = []


def test_a_class_that_holds_itself(monkeypatch):
    """A recursive config is validated at every depth, and takes variables there."""
    monkeypatch.setenv("LEAF", "leaf")
    tree = Node(name="root", children=[Node(name="branch", children=[Node(name=EnvVar("LEAF"))])])
    assert tree.with_variables_read().children[0].children[0].name == "leaf"
    with pytest.raises(ValidationError, match="Did you mean 'name'"):
        Node(name="root", children=[{"name": "branch", "children": [{"nam": "leaf"}]}])


@pytest.mark.parametrize("given", [3, ["size"], None], ids=repr)
def test_a_config_in_whose_place_something_else_stands(given):
    """A value that is not a mapping is refused as a config, by pydantic's own words."""
    with pytest.raises(ValidationError, match="pool\n  Input should be"):
        Base(url="u", pool=given)


def test_no_text_of_a_list_is_repeated():
    """A validator's message about a list has none of the list's long texts in it."""

    class Tokens(Config):
        tokens: list[str]

        @field_validator("tokens")
        @classmethod
        def _refused(cls, tokens):
            raise ValueError(f"no {tokens[0]}")

    with pytest.raises(ValidationError) as caught:
        Tokens.model_validate({"tokens": ["canary-of-tokens"]})
    assert problems_of(caught.value) == ["tokens: Value error, no ..."]


def test_a_type_that_is_not_defined_yet_in_a_schema():
    """A schema may hold a type with a name in it that is defined later; it is tried when config is checked."""
    check_schema({"x": list["Later"]})  # noqa: F821  # this is the case


def test_a_variable_as_default_of_an_enum(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is the default of an enum's field is read when the config is resolved."""

    class Mode(enum.Enum):
        fast = "f"

    class Load(Config):
        mode: Mode = EnvVar("LOAD_MODE")  # type: ignore[assignment]  # any field takes a variable

    monkeypatch.setenv("LOAD_MODE", "fast")
    assert Load().with_variables_read().mode is Mode.fast
