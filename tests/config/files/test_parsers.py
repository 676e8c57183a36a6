"""Broken and oversized files: one message, quickly, without a word of the file."""

import itertools
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dagwire as dg
from dagwire.config.files.config_files import values_in
from dagwire.errors import ConfigFileError, InvalidConfigError, MissingExtraError
from dagwire.suggestions import nearest

CANARY = "c4n4ry"
LETTERS = "abcdefghi"


def _nested_aliases(first, line):
    """YAML whose every line names the one before it nine times."""
    lines = [line(below, name) for below, name in itertools.pairwise(LETTERS)]
    return "\n".join([first, *lines])


NESTED = "a: " + "[" * 120 + "]" * 120
UNBOUNDED = {
    "aliases": (
        ".yaml",
        _nested_aliases("a: &a [x, x]", lambda below, name: f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]"),
        "its aliases make",
    ),
    "merge keys": (
        ".yaml",
        _nested_aliases(
            "a: &a {x: 1}", lambda below, name: f"{name}: &{name} {{<<: [{', '.join([f'*{below}'] * 9)}]}}"
        ),
        "its aliases make",
    ),
    "a cycle": (".yaml", "a: &a\n  b: *a", "a value holds itself"),
    "open brackets": (".yaml", "a: " + "[" * 2000, "nested too deeply"),
    "nested YAML": (".yaml", NESTED, "nested more than 100 levels"),
    "nested blocks": (".yaml", "\n".join(" " * depth + "a:" for depth in range(150)), "nested more than 100 levels"),
    "nested JSON": (".json", '{"a": ' + "[" * 120 + "]" * 120 + "}", "nested more than 100 levels"),
    "deeply nested JSON": (".json", '{"a": ' + "[" * 100_000, "nested too deeply"),
    "nested TOML": (".toml", "a = " + "[" * 5000, "nested too deeply"),
    "a dotted key": (".toml", "a." * 2000 + "b = 1", "nested more than 100 levels"),
    "digits in YAML": (".yaml", "a: " + "9" * 5000, "more than 4,300 digits"),
    "digits in JSON": (".json", '{"a": ' + "9" * 5000 + "}", "more than 4,300 digits"),
    "digits in TOML": (".toml", "a = " + "9" * 5000, "more than 4,300 digits"),
    "a long hexadecimal number": (".toml", "a = 0x" + "f" * 5000, "more than 4,300 digits"),
}


@pytest.mark.parametrize(("kind", "text", "message"), UNBOUNDED.values(), ids=UNBOUNDED)
def test_a_text_out_of_bounds_is_refused_quickly(kind, text, message):
    """Aliases, nesting and long numbers end with a message, never with a hang or Python's own limit."""
    start = time.process_time()
    with pytest.raises(ConfigFileError, match=message):
        values_in(text, "run", kind)
    assert time.process_time() - start < 5


def test_a_large_text_is_read():
    """Many values are not a fault, nor are aliases that repeat little."""
    assert len(values_in('{"a": [' + ",".join(["0"] * 100_000) + "]}", "run", ".json")["a"]) == 100_000
    base = "base: &base {x: 1, y: 2}\n"
    uses = "\n".join(f"u{i}: {{<<: *base, z: {i}}}" for i in range(50))
    assert values_in(base + uses, "run", ".yaml")["u49"] == {"x": 1, "y": 2, "z": 49}


@dg.asset
def anything(context):
    """An asset whose config is not declared."""
    return context.op_config


@pytest.mark.parametrize("is_object", [False, True], ids=["dict", "RunConfig"])
def test_run_config_out_of_bounds_is_refused(is_object):
    """A dict of code that is nested deeply, holds itself or is shared without end is an invalid config."""
    deep, cycle, shared = {}, {}, [1]
    for _ in range(5000):
        deep = {"a": deep}
    cycle["a"] = cycle
    for _ in range(40):
        shared = [shared, shared]
    for config in (deep, cycle, {"a": shared}):
        ops = {"anything": {"config": config}}
        with pytest.raises(InvalidConfigError, match=r"nested|itself|aliases"):
            dg.materialize([anything], run_config=dg.RunConfig(ops=ops) if is_object else {"ops": ops})


def test_many_unknown_names_are_counted():
    """A message lists the first unknown names and the number of the others."""

    class Load(dg.Config):
        limit: int = 1

    with pytest.raises(ValueError, match="4,980 more names are unknown"):
        Load(**{f"k{i}": 1 for i in range(5000)})


def test_the_nearest_of_many_names_is_found_quickly():
    """Among 200,000 names one with a letter off is found in no time."""
    start = time.process_time()
    names = [f"asset_{i}" for i in range(200_000)]
    assert nearest("aset_15000", names) == "asset_15000"
    assert nearest("entirely_other", names) is None
    assert time.process_time() - start < 5


# -- secrets -----------------------------------------------------------------------------------------------------------

FORMS = (
    *("!{}", "*{}", "&{} &{}", "!!int {}", "!!float {}", "!!bool {}", "!!timestamp {}", "!!binary {}", "!x!{}", "'{}"),
    *('"{}', "[{}", "{{{}", "{}: {}: {}", "@{}", "`{}", "%{}", "|{}", ">{}", "? {}", "- {}", "{}\n  {}\n{}", "<<: {}"),
    *("!<{}", "!!{}", "\t{}", '"\\q{}"', "{{<<: {}}}", "&{} 1\nb: &{} 2", "!!python/object:{} x"),
)


@given(
    form=st.sampled_from(FORMS),
    kind=st.sampled_from([".yaml", ".json", ".toml"]),
    before=st.sampled_from(["a: ", "a = ", '{"a": ', "", "a:\n  "]),
    noise=st.text("!*&%@`'\"{}[]:,#|>-? \n", max_size=4),
)
def test_no_message_repeats_a_part_of_the_text(form, kind, before, noise):
    """The message of a text that cannot be read never holds a word of it, however the word is written."""
    text = f"{before}{noise}{form.format(*[CANARY] * 3)}{noise}"
    message = ""
    try:
        values_in(text, "run", kind)
    except ConfigFileError as error:
        message = str(error)
    assert CANARY not in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *c4n4ry", "begins with '\\*', which makes an alias"),
        ("a: &c4n4ry 1\nb: &c4n4ry 2\nc: *c4n4ry", "an anchor is defined twice|^$"),
        ("a: !!int c4n4ry", "a value is not of the type that its tag names"),
        ("a: !!timestamp c4n4ry", "a value is not of the type that its tag names"),
    ],
)
def test_the_fault_of_a_yaml_text(text, message):
    """The message describes the fault in YAML's terms, and repeats no value."""
    with pytest.raises(ConfigFileError, match=message) as caught:
        values_in(text, "run", ".yaml")
    assert CANARY not in str(caught.value)


def test_yaml_without_its_parser(monkeypatch):
    """If PyYAML is not installed, YAML names the extra, and a fault in TOML is reported as ever."""
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtraError, match=r"dagwire\[yaml\]"):
        values_in("a: 1", "run", ".yaml")
    with pytest.raises(ConfigFileError, match="not valid TOML"):
        values_in("a: 1", "run", ".toml")


def test_an_alias_is_measured_at_its_own_depth():
    """A value that is nested half as deep as is allowed is refused inside another half."""
    half = "[" * 60 + "]" * 60
    with pytest.raises(ConfigFileError, match="nested more than 100 levels"):
        values_in(f"a: &a {half}\nb: {'[' * 60}*a{']' * 60}", "run", ".yaml")
