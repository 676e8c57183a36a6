"""The `.env` template and the JSON Schema of settings: every variable is there, no secret is."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import ConfigurableResource, SecretField, env_template, settings_schema

CANARY = "c4n4ry-do-not-show"


class Level(Enum):
    LOW = "low"


class Store(ConfigurableResource):
    url: str = Field(default="data/raw", description="Where the files are.")
    token: str = CANARY
    pin: Annotated[str, SecretField()] = CANARY


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    tricks: int


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env")

    region: str
    path: Path = Path("data/with space")
    level: Level = Level.LOW
    debug: bool = False
    sizes: list[int] = [1, 2]
    nothing: str | None = None
    made: list[str] = Field(default_factory=list)
    password: SecretStr
    dsn: str = f"postgresql://ann:{CANARY}@db"
    login: dict[str, str] = {"token": CANARY}
    store: Store = Store(url="changed")
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()


def test_every_variable_is_in_the_template():
    """Its field, type, description and default; what must be given is not commented out."""
    text = env_template(Settings)
    for block in (
        "# region: str, required\nSHOP_REGION=\n",
        '# path: Path\n# SHOP_PATH="data/with space"\n',
        "# level: Level\n# SHOP_LEVEL=low\n",
        "# debug: bool\n# SHOP_DEBUG=false\n",
        "# sizes: list[int]\n# SHOP_SIZES=[1, 2]\n",
        "# nothing: str | None\n# SHOP_NOTHING=\n",
        "# store.url: str\n# Where the files are.\n# SHOP_STORE__URL=changed\n",
        "# pet.lives: int\n# SHOP_PET__LIVES=9\n",
        "# pet.tricks: int, required if pet is given\n# SHOP_PET__TRICKS=\n",
        "# pet.kind: 'cat'\n# pet.kind: 'dog'\n# SHOP_PET__KIND=cat\n",
    ):
        assert block in text


class Proxy(BaseModel):
    host: str
    port: int = 3128


class Limits(BaseModel):
    rows: int = 100
    seconds: int = 5


class Postgres(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="POSTGRES_")
    user: str


class Nested(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__", env_file=".env", extra="ignore")
    proxy: Proxy | None = None
    limits: Limits
    postgres: Postgres = Field(default_factory=Postgres)


class Whole(BaseSettings):
    """Without a delimiter a model has one variable, for all of it."""

    model_config = SettingsConfigDict(env_file=".env")
    limits: Limits
    proxy: Proxy | None = None


def test_an_optional_model_stays_none_in_a_copy(tmp_path, monkeypatch):
    """The fields that it would require are commented out: a line that sets one would make the model."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTGRES_USER", "ann")
    Path(".env").write_text(env_template(Nested))
    assert "# proxy.host: str, required if proxy is given\n# APP_PROXY__HOST=\n" in env_template(Nested)
    assert Nested().proxy is None


def test_a_required_model_of_defaults_is_made_by_a_copy(tmp_path, monkeypatch):
    """pydantic makes it only if something is given of it, so its first field is not commented out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTGRES_USER", "ann")
    Path(".env").write_text(env_template(Nested))
    assert "\nAPP_LIMITS__ROWS=100\n" in env_template(Nested)
    assert "\n# APP_LIMITS__SECONDS=5\n" in env_template(Nested)
    assert Nested().limits == Limits()


def test_settings_within_settings_are_in_the_template_by_their_own_variables():
    """Settings within settings read their own prefix, even if the outer settings have another."""
    assert "# postgres.user: str, required\nPOSTGRES_USER=\n" in env_template(Nested)


def test_a_model_without_variables_of_its_own_is_one_entry():
    """A model without variables of its own is given whole, as JSON: the template leaves nothing out."""
    assert env_template(Whole) == "# limits: Limits, required\nLIMITS=\n\n# proxy: Proxy | None\n# PROXY=\n"


def test_secrets_are_empty_in_the_template():
    """Required ones to be filled in, others commented out."""
    text = env_template(Settings)
    assert CANARY not in text
    assert "\nSHOP_PASSWORD=\n" in text
    for name in ("SHOP_DSN", "SHOP_STORE__TOKEN", "SHOP_STORE__PIN"):
        assert f"\n# {name}=\n" in text


def test_a_copy_of_the_template_changes_nothing(tmp_path, monkeypatch):
    """With what is required filled in, the settings are those of the defaults; uncommented, too."""
    monkeypatch.chdir(tmp_path)
    given = {"region": "eu", "password": "x"}
    text = (
        env_template(Settings)
        .replace("SHOP_REGION=", "SHOP_REGION=eu")
        .replace("\nSHOP_PASSWORD=", "\nSHOP_PASSWORD=x")
    )
    Path(".env").write_text(text)
    assert Settings() == Settings(**given, _env_file=None)
    plain = ("# SHOP_PATH", "# SHOP_LEVEL", "# SHOP_DEBUG", "# SHOP_SIZES", "# SHOP_STORE__URL")
    for name in plain:
        text = text.replace(name, name[2:])
    Path(".env").write_text(text)
    read = Settings()
    assert read.path == Path("data/with space")
    assert read.sizes == [1, 2]
    assert read.store.url == "changed"


@pytest.mark.parametrize("name", ["token", "pin", "password", "dsn", "login"])
def test_the_schema_says_what_is_secret_and_has_no_default_of_it(name):
    """Secrets are write-only."""
    schema = settings_schema(Settings)
    assert CANARY not in json.dumps(schema)
    properties = {**schema["properties"], **schema["$defs"]["Store"]["properties"]}
    assert "default" not in properties[name]
    assert name == "login" or properties[name]["writeOnly"]


def test_the_schema_names_the_variables():
    """The schema lists variables by the field's path, and names its dialect so that editors use it."""
    schema = settings_schema(Settings)
    assert schema["x-environment"]["store.url"] == ["SHOP_STORE__URL"]
    assert schema["x-environment"]["pet.tricks"] == ["SHOP_PET__TRICKS"]
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert schema["properties"]["debug"] == {"default": False, "title": "Debug", "type": "boolean"}


def test_a_variable_that_one_class_of_a_union_requires():
    """A variable that several classes of a union read is to be set if one of them requires it."""

    class Cat(BaseModel):
        kind: Literal["cat"]
        size: int = 1

    class Dog(BaseModel):
        kind: Literal["dog"]
        length: int = Field(validation_alias="size")

    class Zoo(BaseSettings):
        model_config = SettingsConfigDict(env_nested_delimiter="__")
        pet: Annotated[Cat | Dog, Field(discriminator="kind")]

    assert "\nPET__SIZE=\n" in env_template(Zoo)
