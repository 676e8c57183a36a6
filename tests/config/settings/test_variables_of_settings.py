"""Messages and explanations name the variables that count, however the settings are declared or called."""

import enum
from pathlib import Path

import pytest
from dependency_injector import containers
from pydantic import AliasChoices, AliasPath, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict, YamlConfigSettingsSource

from dagwire import SettingsProvider, explain
from dagwire.config.explain.explained_values import SourceKind
from dagwire.config.values.variable_overrides import override_variables
from dagwire.errors import SettingsError


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problems(provider):
    """The lines of the error that reading raises."""
    with pytest.raises(SettingsError) as caught:
        provider()
    return str(caught.value)


def sources(target):
    """`{path: source and those it overrides}`, in words."""
    return {one.path: [str(one.source), *(str(found.source) for found in one.shadowed)] for one in explain(target)}


# -- options of the call -----------------------------------------------------------------------------------------------


class Database(BaseSettings):
    host: str = "localhost"
    port: int = 5432


class Databases(containers.DeclarativeContainer):
    main = SettingsProvider(Database, _env_prefix="MAIN_")
    replica = SettingsProvider(Database, _env_prefix="REPLICA_", _env_file="replica.env")


def test_a_prefix_given_at_the_call_is_explained(monkeypatch):
    """If one class has several prefixes, each value is explained by the variable that was read."""
    monkeypatch.setenv("MAIN_HOST", "one")
    Path("replica.env").write_text("REPLICA_HOST=two\n")
    found = sources(Databases())
    assert found["main.host"] == ["environment variable MAIN_HOST"]
    assert found["replica.host"] == ["replica.env, line 1"]


def test_a_prefix_given_at_the_call_is_in_the_error(monkeypatch):
    """The class alone would name a variable that nobody reads."""
    monkeypatch.setenv("REPLICA_PORT", "many")
    told = problems(Databases().replica)
    assert "REPLICA_PORT (port)" in told
    assert "replica.env (does not exist)" in told


def test_an_encoding_given_at_the_call_is_used_for_messages():
    """A file in another encoding is read for its line numbers as it was read for its values."""
    Path("odd.env").write_bytes("HOST=Zürich\nPORT=big\n".encode("latin-1"))
    provider = SettingsProvider(Database, _env_file="odd.env", _env_file_encoding="latin-1")
    assert "PORT (port)" in problems(provider)
    Path("odd.env").write_bytes("HOST=Zürich\n".encode("latin-1"))
    provider = SettingsProvider(Database, _env_file="odd.env", _env_file_encoding="latin-1")
    (host, _) = provider.explained()
    assert (host.value, str(host.source)) == ("Zürich", "odd.env, line 1")


# -- settings within settings ------------------------------------------------------------------------------------------


class Postgres(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="POSTGRES_")
    user: str
    port: int = 5432


class Made(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
    postgres: Postgres = Field(default_factory=Postgres)


class Required(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
    postgres: Postgres


def test_settings_within_settings_name_their_own_variables(monkeypatch):
    """The class whose constructor failed is named, and its variables, not those of the settings around it."""
    told = problems(SettingsProvider(Made))
    assert "POSTGRES_USER (user): Field required" in told
    assert "APP_USER" not in told
    monkeypatch.setenv("POSTGRES_USER", "ann")
    monkeypatch.setenv("POSTGRES_PORT", "many")
    assert "POSTGRES_PORT (port)" in problems(SettingsProvider(Made))


def test_required_settings_within_settings_say_how_they_are_read():
    """Setting their variable would not help: pydantic-settings does not make them unless something is given."""
    told = problems(SettingsProvider(Required))
    assert "APP_POSTGRES (postgres): Field required" in told
    assert "default_factory=Postgres" in told


def test_both_ways_into_settings_within_settings_are_explained(monkeypatch):
    """Values given by the outer settings win over the ones that the inner settings read."""
    monkeypatch.setenv("POSTGRES_USER", "ann")
    monkeypatch.setenv("APP_POSTGRES__PORT", "1")
    monkeypatch.setenv("POSTGRES_PORT", "2")
    found = sources(Required())
    assert found["postgres.user"] == ["environment variable POSTGRES_USER"]
    assert found["postgres.port"] == ["environment variable APP_POSTGRES__PORT", "environment variable POSTGRES_PORT"]


def test_two_fields_of_one_class_of_settings_may_share_its_variables(monkeypatch):
    """Two fields of one settings class read the same variables on purpose; that is not a conflict."""

    class Two(BaseSettings):
        first: Postgres = Field(default_factory=Postgres)
        second: Postgres = Field(default_factory=Postgres)

    monkeypatch.setenv("POSTGRES_USER", "ann")
    assert SettingsProvider(Two)().second.user == "ann"


# -- keys --------------------------------------------------------------------------------------------------------------


class Size(enum.Enum):
    SMALL = "s"
    LARGE = "l"


class Shop(BaseModel):
    name: str = ""


class Shops(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="C_", env_nested_delimiter="__")
    by_number: dict[int, Shop] = {}
    by_size: dict[Size, Shop] = {}


def test_keys_that_are_no_text_are_explained_by_their_variables(monkeypatch):
    """A number or an enum is a key of a dict by its text."""
    monkeypatch.setenv("C_BY_NUMBER__0__NAME", "first")
    monkeypatch.setenv("C_BY_SIZE__l__NAME", "big")
    assert SettingsProvider(Shops)().by_size == {Size.LARGE: Shop(name="big")}
    found = sources(Shops)
    assert found["by_number.0.name"] == ["environment variable C_BY_NUMBER__0__NAME"]
    assert found["by_size.l.name"] == ["environment variable C_BY_SIZE__l__NAME"]


def test_a_wrong_value_under_a_number_names_its_variable(monkeypatch):
    """The place in the error is a key, not a place in a list."""

    class Ports(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="C_", env_nested_delimiter="__")
        ports: dict[int, int] = {}

    monkeypatch.setenv("C_PORTS__8", "many")
    assert "C_PORTS__8 (ports.8 of Ports)" in problems(SettingsProvider(Ports))


# -- dotenv files ------------------------------------------------------------------------------------------------------


class Dotted(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PARENT_", env_file=(".env", ".env.prod"))
    child: str = ""
    size: int | None = 1


def test_an_unknown_name_in_a_dotenv_file_is_named_as_written():
    """pydantic-settings reports the name with its prefix, in lower case; the message has it as the file spells it."""
    Path(".env").write_text("PARENT_CHILT=1\n")
    told = problems(SettingsProvider(Dotted))
    assert "PARENT_CHILT (parent_chilt): There is no such setting. Did you mean 'PARENT_CHILD'?" in told
    assert "PARENT_PARENT" not in told


def test_each_dotenv_file_has_its_own_value():
    """An overridden value is shown as the earlier file has it."""
    Path(".env").write_text("PARENT_CHILD=a\nPARENT_CHILD=b\n")
    Path(".env.prod").write_text("PARENT_CHILD=c\n")
    (child, _) = explain(Dotted)
    found = [(one.value, str(one.source)) for one in child.shadowed]
    assert (child.value, str(child.source)) == ("c", ".env.prod, line 1")
    assert found == [("b", ".env, line 2"), ("a", ".env, line 1")]


def test_an_empty_value_in_a_dotenv_file_counts():
    """`NAME=` is a value: the empty text."""
    Path(".env").write_text("PARENT_CHILD=a\n")
    Path(".env.prod").write_text("PARENT_CHILD=\n")
    (child, _) = explain(Dotted)
    assert (child.value, str(child.source)) == ("", ".env.prod, line 1")


def test_a_value_made_of_another_variable_is_shown_filled_in():
    """python-dotenv fills in `${NAME}`; the explanation has what was read."""
    Path(".env").write_text("PARENT_SIZE=3\nPARENT_CHILD=${PARENT_SIZE}/x\n")
    (child, _) = SettingsProvider(Dotted, _env_file=".env").explained()
    assert (child.value, str(child.source)) == ("3/x", ".env, line 2")


# -- null --------------------------------------------------------------------------------------------------------------


class Proxied(BaseSettings):
    model_config = SettingsConfigDict(yaml_file=["base.yaml", "local.yaml"], env_nested_delimiter="__")
    proxy: str | None = "default"

    @classmethod
    def settings_customise_sources(cls, settings_cls, env_settings, **_sources):
        """Files only."""
        return (env_settings, YamlConfigSettingsSource(settings_cls))


def test_null_in_a_later_file_is_where_none_comes_from():
    """A value that a later file sets to null has that line as its source."""
    Path("base.yaml").write_text("proxy: http://proxy\n")
    Path("local.yaml").write_text("# none here\nproxy: null\n")
    (proxy,) = explain(Proxied)
    assert proxy.value is None
    assert sources(Proxied)["proxy"] == ["local.yaml, line 2", "base.yaml, line 1"]


# -- variables of one block --------------------------------------------------------------------------------------------


def test_settings_are_read_with_the_variables_of_a_block():
    """Settings in a block of variables are read once, and the process's environment is unchanged."""
    provider = SettingsProvider(Database)
    with override_variables({"HOST": "overridden"}):
        inside = provider()
        assert inside.host == "overridden"
        assert provider() is inside
        (host, _) = provider.explained()
    assert (host.source.kind, host.source.name) == (SourceKind.VARIABLE, "HOST")
    assert provider().host == "localhost"


def test_a_block_within_a_block_adds_to_it():
    """The inner variables win; after the inner block the outer ones hold again."""
    provider = SettingsProvider(Database)
    with override_variables({"HOST": "outer", "PORT": "1"}):
        with override_variables({"HOST": "inner"}):
            assert (provider().host, provider().port) == ("inner", 1)
        assert (provider().host, provider().port) == ("outer", 1)


def test_broken_json_in_a_variable_of_a_block_is_named():
    """The message is that for the environment of the process."""

    class Lists(BaseSettings):
        names: list[str] = []

    with override_variables({"NAMES": "a,b"}):
        assert "NAMES (names): it is not valid JSON" in problems(SettingsProvider(Lists))


def test_a_value_that_only_the_outer_settings_give(monkeypatch):
    """A value given by the outer settings overrides nothing if the inner settings have none."""
    monkeypatch.setenv("APP_POSTGRES__USER", "ann")
    assert sources(Required())["postgres.user"] == ["environment variable APP_POSTGRES__USER"]


def test_one_value_in_the_outer_and_in_the_inner_settings(monkeypatch):
    """If both give one value, the outer settings are its source."""
    monkeypatch.setenv("POSTGRES_USER", "ann")
    monkeypatch.setenv("APP_POSTGRES__USER", "ann")
    outer, inner = "environment variable APP_POSTGRES__USER", "environment variable POSTGRES_USER"
    assert sources(Required())["postgres.user"] == [outer, inner]


# -- values within values ----------------------------------------------------------------------------------------------


class Picked(BaseSettings):
    """Fields that are picked out of the JSON of a variable."""

    second: int = Field(validation_alias=AliasPath("PORTS", 1))
    first: int = Field(validation_alias=AliasChoices("PORT", AliasPath("SERVER", "ports", 0)))


def test_a_value_that_a_path_picks_is_named_by_its_field():
    """The path within the variable is no path of settings: the message has the field and its type."""
    message = problems(SettingsProvider(Picked))
    assert "- PORTS (second): Field required, of type int" in message
    assert "- PORT (first): Field required, of type int" in message


def test_a_wrong_value_that_a_path_picks_is_named_by_its_field(monkeypatch):
    """Whichever variable it came from is in the message."""
    monkeypatch.setenv("PORTS", '["1", "x"]')
    monkeypatch.setenv("SERVER", '{"ports": ["y"]}')
    message = problems(SettingsProvider(Picked))
    assert "- PORTS (second): Input should be a valid integer" in message
    assert "It was read from environment variable SERVER" in message
