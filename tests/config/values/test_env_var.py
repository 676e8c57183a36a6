"""`EnvVar` outside a run: it is not a value, and its errors explain that."""

import copy
import datetime as dt
import os
import pickle
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from dagwire import Config, EnvVar, build_resources
from dagwire.config.values.env_var import IntEnvVar, read_variables, variables_in, with_env_forms
from dagwire.errors import InvalidConfigError, MissingVariableError, UnresolvedVariableError

USES = {
    "join from the left": lambda variable: variable + "x",
    "join from the right": lambda variable: "x" + variable,
    "add": lambda variable: variable + 1,
    "add from the right": lambda variable: 1 + variable,
    "subtract": lambda variable: variable - 1,
    "multiply": lambda variable: variable * 2,
    "divide": lambda variable: 2 / variable,
    "compare": lambda variable: variable == "A",
    "compare with a number": lambda variable: variable == 1,
    "order": lambda variable: variable < 1,
    "truth": bool,
    "number": int,
    "index": lambda variable: [1, 2][variable],
    "length": len,
    "loop": list,
    "contains": lambda variable: "a" in variable,
    "item": lambda variable: variable[0],
    "path": os.fspath,
    "text": str,
    "format": "{}".format,
    "method": lambda variable: variable.upper(),
    "encode": lambda variable: variable.encode(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
@pytest.mark.parametrize("variable", [EnvVar("A"), EnvVar.int("A")], ids=["text", "int"])
def test_every_use_as_a_value_is_refused(use, variable):
    """An operation that would take the variable's name, or zero, for its value raises and names the variable."""
    with pytest.raises(UnresolvedVariableError, match="EnvVar"):
        use(variable)


def test_a_join_in_c_refuses_a_variable():
    """Functions in C read a text's characters directly; an EnvVar has none."""
    with pytest.raises(TypeError):
        "".join([EnvVar("A")])


def test_is_itself_after_copies():
    """Copies and pickles are equal to the original, kind included."""
    for variable in (EnvVar("A"), EnvVar.int("A")):
        assert copy.deepcopy(variable) == variable == pickle.loads(pickle.dumps(variable))  # noqa: S301  # made here
    assert EnvVar("A") != EnvVar.int("A")
    assert len({EnvVar("A"), EnvVar("A"), EnvVar("B")}) == 2


def test_text_that_is_not_an_int_is_named_and_not_shown(monkeypatch):
    """`EnvVar.int(...).get_value()` of a word names the variable; the word is not repeated."""
    monkeypatch.setenv("SIZE", "s3cret")
    with pytest.raises(InvalidConfigError, match="SIZE") as caught:
        IntEnvVar("SIZE").get_value()
    assert "s3cret" not in str(caught.value)


def test_is_found_and_read_in_nested_values(monkeypatch):
    """Variables are found in dicts, lists, tuples and sets; a value without any is returned unchanged."""
    monkeypatch.setenv("A", "1")
    value = {"k": [EnvVar("A"), ("x", EnvVar("A"))], "s": {EnvVar("A")}}
    assert len(list(variables_in(value))) == 3
    assert read_variables(value) == {"k": ["1", ("x", "1")], "s": {"1"}}
    plain = {"k": [1, (2, 3)]}
    assert read_variables(plain) is plain
    assert with_env_forms(plain) is plain
    assert with_env_forms({"k": [{"env": "A"}]}) == {"k": [EnvVar("A")]}


# -- in fields ---------------------------------------------------------------------------------------------------------


class Inner(Config):
    day: dt.date = dt.date(2013, 1, 1)


class Plain(BaseModel):
    size: int = 0


class Outer(Config):
    inner: Inner = Inner()
    plain: Plain = Plain()
    sizes: list[int] = []
    maybe: int | None = None
    text: dict[str, str] = {}

    @field_validator("sizes", mode="before")
    @classmethod
    def _trimmed(cls, sizes: list[str]) -> list[str]:
        return [size.strip() if isinstance(size, str) else size for size in sizes]


def test_in_fields_of_every_kind(monkeypatch):
    """A date in a nested config, a field of a plain model, an item of a list: each field's type reads its variable."""
    monkeypatch.setenv("DAY", "2013-02-03")
    monkeypatch.setenv("SIZE", " 7 ")
    given = Outer(
        inner={"day": EnvVar("DAY")}, plain={"size": EnvVar("SIZE")}, sizes=[1, EnvVar("SIZE")], maybe=EnvVar("SIZE")
    )
    read = given.with_variables_read()
    assert (read.inner.day, read.plain.size, read.sizes, read.maybe) == (dt.date(2013, 2, 3), 7, [1, 7], 7)
    assert given.inner.day == EnvVar("DAY")


def test_in_configs_of_a_collection(monkeypatch):
    """Configs in lists and dicts are read with the config that holds them, and reported by their path."""

    class Many(Config):
        days: list[Inner]
        by_name: dict[str, Inner] = {}

    many = Many(days=[Inner(), {"day": EnvVar("DAY")}], by_name={"k": Inner(day=EnvVar("DAY"))})
    assert [path for path, _ in many.variables()] == ["days.1.day", "by_name.k.day"]
    monkeypatch.setenv("DAY", "2013-02-03")
    read = many.with_variables_read()
    assert [read.days[1].day, read.by_name["k"].day] == [dt.date(2013, 2, 3)] * 2


def test_the_form_of_files_is_a_variable_only_where_no_dict_fits():
    """`{"env": NAME}` for a number is a variable; for a dict of texts it is that dict."""
    config = Outer.model_validate({"maybe": {"env": "SIZE"}, "text": {"env": "SIZE"}, "sizes": [{"env": "SIZE"}]})
    assert (config.maybe, config.text, config.sizes) == (EnvVar("SIZE"), {"env": "SIZE"}, [EnvVar("SIZE")])


def test_for_a_literal(monkeypatch):
    """A field that is one of several words takes a variable, by name and by alias, also where it discriminates."""

    class Logs(Config):
        level: Literal["debug", "info"]
        kind: Literal["logs"] = Field(default="logs", alias="type")

    class Other(Config):
        kind: Literal["other"] = Field(default="other", alias="type")

    class Both(Config):
        one: Annotated[Logs | Other, Field(discriminator="kind")]

    monkeypatch.setenv("LEVEL", "info")
    for given in (EnvVar("LEVEL"), {"env": "LEVEL"}):
        both = Both(one={"type": "logs", "level": given})
        assert both.one.level == EnvVar("LEVEL")
        assert both.with_variables_read().one.level == "info"
    assert Logs.model_validate({"level": "info", "type": EnvVar("KIND")}).kind == EnvVar("KIND")


def test_is_written_as_files_have_it():
    """An unread variable is written to JSON in the form of files, and reads back as an equal config."""
    config = Outer(maybe=EnvVar("SIZE"))
    assert config.model_dump()["maybe"] == EnvVar("SIZE")
    assert Outer.model_validate_json(config.model_dump_json()) == config


def test_equality_of_configs_that_wait():
    """Two configs are equal if they wait for the same variable; a value never equals an unread variable."""
    assert Outer(maybe=EnvVar("SIZE")) == Outer(maybe=EnvVar("SIZE")) != Outer(maybe=7)
    assert hash(Inner(day=EnvVar("DAY"))) == hash(Inner(day=EnvVar("DAY")))


def test_validators_of_the_whole_wait_too(monkeypatch):
    """A validator over several fields runs once the values are there, and not before."""

    class Range(Config):
        low: int
        high: int

        @model_validator(mode="after")
        def _ordered(self):
            if self.low > self.high:
                msg = "low is above high"
                raise ValueError(msg)
            return self

    with pytest.raises(ValidationError, match="above"):
        Range(low=2, high=1)
    waiting = Range(low=EnvVar("SIZE"), high=1)
    monkeypatch.setenv("SIZE", "1")
    assert waiting.with_variables_read().low == 1
    monkeypatch.setenv("SIZE", "2")
    with pytest.raises(ValidationError, match="above"):
        waiting.with_variables_read()


def test_all_that_are_unset_are_named_at_once(monkeypatch):
    """One error names every unset variable of a config, and the field that reads it."""
    monkeypatch.delenv("DAY", raising=False)
    monkeypatch.delenv("SIZE", raising=False)
    with pytest.raises(MissingVariableError) as caught:
        Outer(inner=Inner(day=EnvVar("DAY")), maybe=EnvVar("SIZE")).with_variables_read()
    assert set(caught.value.askers_by_variable) == {"DAY", "SIZE"}
    assert "inner.day" in str(caught.value)


def test_extra_fields_wait_as_well(monkeypatch):
    """Undeclared names of a permissive class may hold variables."""
    monkeypatch.setenv("SIZE", "7")

    class Open(Config, extra="allow"):
        pass

    assert Open(size=EnvVar("SIZE")).with_variables_read().model_dump() == {"size": "7"}


def test_an_environment_that_changes_is_read_by_each_scope(monkeypatch, resource_of_size):
    """Each scope reads the variable when it opens; the declared resource does not change."""
    declared = resource_of_size(size=EnvVar("SIZE"))
    for size in ("1", "2"):
        monkeypatch.setenv("SIZE", size)
        with build_resources({"it": declared}) as resources:
            assert resources.it.size == int(size)
    assert declared.size == EnvVar("SIZE")


def test_is_not_equal_to_other_kinds_of_values():
    """A comparison with what no variable holds, such as None, is false."""
    assert EnvVar("A") != None  # noqa: E711  # the operator is what is tested
    assert EnvVar("A") != ["A"]
