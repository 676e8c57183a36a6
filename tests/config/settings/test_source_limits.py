"""Sources that pydantic-settings reads itself are bounded: aliases, nesting, long numbers; the source is named."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)

from dagwire import SettingsProvider, explain
from dagwire.errors import SettingsError


class Filed(BaseSettings):
    """Settings in files of every kind, a file of variables, and variables."""

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_nested_delimiter="__",
        env_file=".env",
        toml_file="a.toml",
        yaml_file="a.yaml",
        json_file="a.json",
    )
    values: dict[str, Any] = {}
    items: list[int] = []

    @classmethod
    def settings_customise_sources(cls, settings_cls, **sources):
        """The usual sources, then the files."""
        files = (TomlConfigSettingsSource, YamlConfigSettingsSource, JsonConfigSettingsSource)
        return (*sources.values(), *(kind(settings_cls) for kind in files))


LEVELS = "abcdefgh"
KEYS = [f"k{number}" for number in range(9)]
BOMB = "values:\n  a: &a {k: 1}\n" + "".join(
    f"  {name}: &{name} {{{', '.join(f'{key}: *{below}' for key in KEYS)}}}\n" for below, name in pairwise(LEVELS)
)
MERGES = "values:\n  a: &a {k: 1}\n" + "".join(
    f"  {name}: &{name} {{<<: [{', '.join([f'*{below}'] * 9)}]}}\n" for below, name in pairwise(LEVELS)
)
DEEP = '{"values": ' + '{"a": ' * 5000 + "1" + "}" * 5001
LONG_NUMBER = "9" * 5000

FILES = [
    ("a.yaml", BOMB, "its aliases make"),
    ("a.yaml", MERGES, "its aliases make"),
    ("a.yaml", "values: &a\n  b: *a\n", "a value holds itself"),
    ("a.yaml", "values:\n" + "".join(f"{' ' * level}a:\n" for level in range(1, 150)), "100 levels"),
    ("a.yaml", "items:\n- " + "- " * 5000 + "1", "nested too deeply"),
    ("a.yaml", f"items: [{LONG_NUMBER}]", "more than 4,300 digits"),
    ("a.yaml", "- 1", "names with values at its top"),
    ("a.json", DEEP, "nested too deeply"),
    ("a.json", f'{{"items": [{LONG_NUMBER}]}}', "more than 4,300 digits"),
    ("a.json", "[1]", "names with values at its top"),
    ("a.toml", f"values = {'{a = ' * 150}1{'}' * 150}", "100 levels"),
    ("a.toml", f"[values.{'a.' * 150}b]\nc = 1\n", "100 levels"),
    ("a.toml", f"items = [{LONG_NUMBER}]", "more than 4,300 digits"),
    (".env", f"APP_VALUES='{DEEP}'", "APP_VALUES (values) in .env: it is nested too deeply"),
    (".env", f"APP_VALUES__{'A__' * 150}B=1", "100 levels"),
]


def refusals():
    """The message of each way to read the settings, which is one."""
    messages = set()
    for read in (SettingsProvider(Filed), SettingsProvider(Filed).explained, lambda: explain(Filed)):
        with pytest.raises(SettingsError) as caught:
            read()
        messages.add(str(caught.value))
    return messages


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("name", "text", "problem"), FILES, ids=range(len(FILES)))
def test_a_file_out_of_bounds_is_refused_at_once(tmp_path, name, text, problem):
    """Whatever a file holds, its fault is found before it is expanded, by every way to read it."""
    (tmp_path / name).write_text(text)
    began = time.process_time()
    (message,) = refusals()
    assert time.process_time() - began < 2  # what is expanded takes minutes
    assert problem in message
    assert name in message or "..." in message


@pytest.mark.parametrize(
    ("source", "option", "name", "text", "problem"),
    [
        (YamlConfigSettingsSource, "yaml_file", "own.yaml", BOMB, "its aliases make"),
        (YamlConfigSettingsSource, "yaml_file", "own.yaml", MERGES, "its aliases make"),
        (JsonConfigSettingsSource, "json_file", "own.json", DEEP, "nested too deeply"),
        (TomlConfigSettingsSource, "toml_file", "own.toml", f"items = [{LONG_NUMBER}]", "more than 4,300 digits"),
    ],
)
def test_a_file_that_a_source_names_itself_is_bounded(tmp_path, source, option, name, text, problem):
    """A file that only the constructor of a source names is held to the same limits."""
    (tmp_path / name).write_text(text)

    class Own(BaseSettings):
        items: list[int] = []

        @classmethod
        def settings_customise_sources(cls, settings_cls, **sources):
            return (source(settings_cls, **{option: name}),)

    began = time.process_time()
    for read in (SettingsProvider(Own), SettingsProvider(Own).explained, lambda: explain(Own)):
        with pytest.raises(SettingsError, match=problem) as caught:
            read()
        assert name in str(caught.value)
    assert time.process_time() - began < 2  # what is expanded takes minutes


def test_the_limits_are_those_of_dagwire_alone(tmp_path):
    """Settings that dagwire does not read are read by pydantic-settings as they are."""
    (tmp_path / "a.yaml").write_text(f"values: {'{a: ' * 101}1{'}' * 101}")
    assert Filed().values
    with pytest.raises(SettingsError, match="100 levels"):
        SettingsProvider(Filed)()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("APP_VALUES", DEEP, "APP_VALUES (values): it is nested too deeply"),
        ("APP_ITEMS", f"[{LONG_NUMBER}]", "APP_ITEMS (items): a number has more than 4,300 digits"),
        ("APP_ITEMS", "[1", "APP_ITEMS (items): it is not valid JSON"),
        (f"APP_VALUES{'__A' * 150}", "1", "100 levels deep"),
    ],
)
def test_a_variable_out_of_bounds_is_named(monkeypatch, name, value, problem):
    """JSON in a variable, and a variable's own name, are bounded as files are."""
    monkeypatch.setenv(name, value)
    (message,) = refusals()
    assert problem in message


def test_modest_aliases_and_nesting_are_read(tmp_path):
    """Settings that a person writes are within the limits."""
    deep = json.loads('{"a": ' * 50 + "1" + "}" * 50)
    (tmp_path / "a.yaml").write_text(
        f"values: {{cron: '0 * * * *', base: &b {{x: 1}}, other: {{<<: *b}}, deep: {deep}}}"
    )
    values = SettingsProvider(Filed)().values
    assert values["other"] == {"x": 1}
    assert values["deep"] == deep


def test_settings_without_a_delimiter_have_no_nested_names(monkeypatch):
    """A name with many underscores is one name there."""
    monkeypatch.setenv("APP_" + "__A" * 150, "1")

    class Flat(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="APP_")

    SettingsProvider(Flat)()
