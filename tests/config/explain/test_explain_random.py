"""Explained values are the ones in use, with their true sources: random settings, random sources."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, Field, ValidationError, create_model
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError, TomlConfigSettingsSource

from dagwire.config.explain.explain_settings import explain_settings
from dagwire.config.explain.explained_values import SourceKind
from dagwire.config.settings.variable_conflicts import check_claims
from dagwire.config.values.model_introspection import declared_fields
from dagwire.config.values.variable_names import is_set_alone, variables_of
from dagwire.errors import InvalidDefinitionError

NAMES = st.sampled_from(["a", "b", "aB", "AB", "url", "pages", "x_y", "a_b"])
ALIASES = st.sampled_from(["alias", "Other", "OTHER", "x"])
LEAVES = st.sampled_from(
    [(int, 0), (str, "none"), (bool, False), (list[int], []), (dict[str, int], {}), (int | None, None)]
)
TEXTS = {int: "7", str: "text", bool: "true", list[int]: "[1, 2]", dict[str, int]: '{"k": 1}', int | None: "8"}
VALUES = {int: 7, str: "text", bool: True, list[int]: [1, 2], dict[str, int]: {"k": 1}, int | None: 8}


@st.composite
def fields(draw, depth):
    """`{name: (type, default)}`, of values and models, some with aliases."""
    made: dict[str, Any] = {}
    for name in draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.lower)):
        if depth and draw(st.booleans()):
            model = create_model(f"M{depth}", **draw(fields(depth - 1)))
            made[name] = (model, model())
            continue
        kind, default = draw(LEAVES)
        alias = draw(st.none() | st.none() | ALIASES | st.lists(ALIASES, min_size=2, max_size=2, unique=True))
        validation_alias = AliasChoices(*alias) if isinstance(alias, list) else alias
        made[name] = (kind, Field(default, validation_alias=validation_alias))
    return made


@st.composite
def settings_classes(draw):
    """Settings of all shapes."""
    config = SettingsConfigDict(
        env_prefix=draw(st.sampled_from(["", "APP_", "app_"])),
        env_nested_delimiter=draw(st.sampled_from(["__", "__", ".", None])),
        env_nested_max_split=draw(st.sampled_from([None, None, 1])),
        case_sensitive=draw(st.booleans()),
        populate_by_name=draw(st.booleans()),
        nested_model_default_partial_update=draw(st.booleans()),
        env_file=".env",
        extra="ignore",
    )

    class Made(BaseSettings):
        model_config = config

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), TomlConfigSettingsSource(settings_cls, "a.toml"))

    made = create_model("Made", __base__=Made, **draw(fields(2)))
    try:
        check_claims(made)
    except InvalidDefinitionError:
        reject()
    return made


def value_at(value: Any, path: tuple[str, ...]) -> Any:
    """The value at `path` of the settings."""
    for part in path:
        value = value[part] if isinstance(value, Mapping) else getattr(value, part)
    return value


def leaves_of(value: Any, path: tuple[str, ...] = ()) -> dict[str, Any]:
    """`{dotted path: value}`, worked out without dagwire."""
    if isinstance(value, BaseModel):
        items = {name: getattr(value, name) for name in type(value).model_fields}
    elif isinstance(value, dict) and value:
        items = value
    else:
        return {".".join(path): value}
    found: dict[str, Any] = {}
    for name, item in items.items():
        found |= leaves_of(item, (*path, name))
    return found


PLENTY = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty working folder, and no variables."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        monkeypatch.delenv(name)


@given(st.data())
@PLENTY
def test_a_variable_sets_the_field_that_it_is_said_to_set(data):
    """Any variable that is listed for a field, set alone, changes that field and no other."""
    made = data.draw(settings_classes())
    for field in declared_fields(made):
        if not is_set_alone(made, field.path):
            continue
        kind = field.info.annotation
        for name in variables_of(made, field.path):
            os.environ.clear()
            os.environ[name] = TEXTS[kind]
            read = made()
            assert value_at(read, field.path) == VALUES[kind], name
            others = {p: v for p, v in leaves_of(read).items() if not p.startswith(".".join(field.path))}
            os.environ.clear()
            assert others.items() <= leaves_of(made()).items()


@given(st.data())
@PLENTY
def test_explained_values_are_those_in_use_and_sources_are_true(data):
    """Values come from variables, `.env` and TOML at random; taking a source away makes the first it shadows count."""
    made = data.draw(settings_classes())
    os.environ.clear()
    for place in data.draw(st.lists(st.sampled_from(["variable", "dotenv"]), max_size=6)):
        field = data.draw(st.sampled_from(list(declared_fields(made))))
        name = data.draw(st.sampled_from(variables_of(made, field.path)))
        if not is_set_alone(made, field.path):
            continue
        number = data.draw(st.integers(0, 9))
        text = {int: str(number), str: f"t{number}", int | None: str(number), list[int]: f"[{number}]"}.get(
            field.info.annotation, TEXTS[field.info.annotation]
        )
        if place == "variable":
            os.environ[name] = text
        else:
            with Path(".env").open("a") as file:
                file.write(f"{name}={json.dumps(text) if field.info.annotation is str else repr(text)}\n")
    try:
        in_use = read_or_reject(made)
        explained = {one.path: one for one in explain_settings(made)}
        assert {path: one.value for path, one in explained.items()} == leaves_of(in_use)
        for path, one in explained.items():
            # Among several names pydantic prefers some, whatever the source: places alone do not decide the order.
            if one.source.kind is SourceKind.VARIABLE and len(one.variables) == 1:
                _check_that_it_counts(made, path, one)
    finally:
        Path(".env").unlink(missing_ok=True)


def read_or_reject(made):
    """The settings, where pydantic-settings reads its own sources without fault."""
    try:
        return made()
    except (ValidationError, SettingsError):
        reject()


def _check_that_it_counts(made, path, one):
    kept = os.environ.pop(one.source.name)
    try:
        without = {other.path: other for other in explain_settings(made)}
        if path in without:
            expected = one.shadowed[0].source if one.shadowed else without[path].source
            assert without[path].source == expected
            assert one.shadowed or without[path].source.kind is SourceKind.DEFAULT
    finally:
        os.environ[one.source.name] = kept
