"""A secret may enter by every way in; no repr, message, log record or traceback shows it."""

import contextlib
import datetime as dt
import json
import logging
import traceback
import uuid
from typing import Annotated, Literal

import pytest
from dependency_injector import containers
from pydantic import AnyUrl, BaseModel, Field, PrivateAttr, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import (
    BoolSource,
    Config,
    ConfigurableResource,
    Enum,
    EnumValue,
    EnvVar,
    FilesystemIOManager,
    IntSource,
    ResourceProvider,
    SecretField,
    Selector,
    SettingsProvider,
    build_init_resource_context,
    build_resources,
    env_template,
    explain,
    make_values_resource,
    resource,
    settings_schema,
)
from dagwire import Field as SchemaField
from dagwire.config.files.run_config import as_run_config
from dagwire.config.schema.config_schema import validated_config

CANARY = "c4n4ry-do-not-show"


class Cat(Config):
    kind: Literal["cat"] = "cat"


class Dog(Config):
    kind: Literal["dog"] = "dog"


class Everything(ConfigurableResource):
    """A field of each kind whose validation error repeats the input somewhere in pydantic."""

    number: int = 0
    day: dt.date = dt.date(2013, 1, 1)
    url: AnyUrl | None = None
    id: uuid.UUID | None = None
    choice: Literal["a", "b"] = "a"
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()
    numbers: list[int] = []
    by_name: dict[str, int] = {}
    pair: tuple[int, int] = (1, 2)
    flag: bool = False
    own: str = ""

    @field_validator("own")
    @classmethod
    def _refused(cls, own: str) -> str:
        if own:
            msg = f"{own} will not do"
            raise ValueError(msg)
        return own


WRONG = {
    "number": CANARY,
    "day": CANARY,
    "url": CANARY,
    "id": CANARY,
    "choice": CANARY,
    "pet": {"kind": CANARY},
    "numbers": [CANARY],
    "by_name": {"k": CANARY},
    "pair": (1, CANARY),
    "flag": CANARY,
    "own": CANARY,
}


def _enter(manager):
    with manager:
        pass


def _through_run_config(field, value):
    _enter(build_resources({"it": Everything()}, resource_config={"it": {"config": {field: value}}}))


def _through_launch(field, value):
    _enter(build_resources({"it": Everything.configure_at_launch(**{field: value})}))


def _through_a_context(field, value):
    Everything.from_resource_context(build_init_resource_context(config={field: value}))


def _through_the_schema(field, value):
    validated_config(Everything.to_config_schema(), {field: value}, "it")


WAYS_IN = [_through_run_config, _through_launch, _through_a_context, _through_the_schema]


@pytest.fixture(autouse=True)
def _nothing_logged(caplog):
    """Search all log records, of any level, for the secret."""
    caplog.set_level(logging.DEBUG)
    yield
    for record in caplog.records:
        assert CANARY not in f"{record.getMessage()} {vars(record)!r}"


def shown_by(call):
    """Return all that the error of `call` shows: its text, its attributes, and the traceback with its causes."""
    with pytest.raises(Exception) as caught:  # noqa: PT011  # of any kind
        call()
    error = caught.value
    return f"{error} {error!r} {vars(error)!r} {error.args!r} {''.join(traceback.format_exception(error))}"


@pytest.mark.parametrize("way_in", WAYS_IN)
@pytest.mark.parametrize("field", WRONG)
def test_values_that_do_not_fit(way_in, field):
    """A value of the wrong kind for a field is refused without being shown."""
    shown = shown_by(lambda: way_in(field, WRONG[field]))
    assert field in shown
    # The call itself, with its arguments, stands in no traceback: only lines of code do.
    assert CANARY not in shown


@pytest.mark.parametrize("field", ["number", "day", "url", "id", "choice", "flag", "own"])
@pytest.mark.parametrize("form", ["EnvVar", "the form of files"])
def test_values_of_variables_that_do_not_fit(monkeypatch, field, form):
    """The variable is named, its value is not shown."""
    monkeypatch.setenv("CANARY", CANARY)
    given = EnvVar("CANARY") if form == "EnvVar" else {"env": "CANARY"}
    shown = shown_by(lambda: _enter(build_resources({"it": Everything(**{field: given})})))
    assert "CANARY" in shown
    assert CANARY not in shown


SCHEMAS = {
    "int": ({"x": int}, {"x": CANARY}),
    "field": ({"x": SchemaField(int)}, {"x": CANARY}),
    "list": ({"x": [int]}, {"x": [CANARY]}),
    "source": ({"x": IntSource}, {"x": CANARY}),
    "variable": ({"x": IntSource}, {"x": {"env": "CANARY"}}),
    "variable of bool": ({"x": BoolSource}, {"x": {"env": "CANARY"}}),
    "variable of a type": ({"x": dt.date}, {"x": EnvVar("CANARY")}),
    "enum": ({"x": Enum("E", [EnumValue("A")])}, {"x": CANARY}),
    "enum's variable": ({"x": Enum("E", [EnumValue("A")])}, {"x": EnvVar("CANARY")}),
    "selector": ({"x": Selector({"a": int})}, {"x": {"a": CANARY}}),
    "class": (Dog, {"kind": CANARY}),
    "scalar": (int, CANARY),
}


@pytest.mark.parametrize(("schema", "given"), SCHEMAS.values(), ids=SCHEMAS)
def test_config_of_functions_that_does_not_fit(monkeypatch, schema, given):
    """Dagster's forms show no value either, given or read from a variable."""
    monkeypatch.setenv("CANARY", CANARY)

    @resource(config_schema=schema)
    def it(context):
        return 1

    assert CANARY not in shown_by(
        lambda: _enter(build_resources({"it": it}, resource_config={"it": {"config": given}}))
    )
    assert CANARY not in shown_by(lambda: it(build_init_resource_context(config=given)) if is_dict(given) else 1 / 0)


def is_dict(given):
    """Whether `build_init_resource_context` takes it."""
    return isinstance(given, dict)


def test_config_of_the_wrong_make():
    """Text where a dict belongs is not repeated."""
    assert CANARY not in shown_by(lambda: _through_config(CANARY))
    assert CANARY not in shown_by(lambda: as_run_config(CANARY))
    assert CANARY not in shown_by(lambda: as_run_config({"ops": {"a": CANARY}}))


def _through_config(config):
    _enter(build_resources({"it": Everything()}, resource_config={"it": {"config": config}}))


def test_settings_that_do_not_fit(monkeypatch):
    """Settings show neither a value of a wrong type, nor one that a validator or a union repeats."""

    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="CANARY_", env_nested_delimiter="__")
        it: Everything

    for name in ("NUMBER", "PET__KIND", "OWN"):
        monkeypatch.setenv(f"CANARY_IT__{name}", CANARY)
    shown = shown_by(SettingsProvider(Settings))
    assert "CANARY_IT__OWN" in shown
    assert CANARY not in shown


class Api(ConfigurableResource):
    """A user's resource: a token that is marked secret, and state that holds it."""

    token: SecretStr
    _header: str = PrivateAttr(default="")

    def setup_for_execution(self) -> None:
        self._header = self.token.get_secret_value()


def test_an_open_resource_shows_no_secret(monkeypatch):
    """A resource, its view and the context that it was opened with show no secret."""
    monkeypatch.setenv("CANARY", CANARY)
    with build_resources({"api": Api(token=EnvVar("CANARY")), "text": make_values_resource()}) as resources:
        shown = f"{resources!r} {resources.api!r} {resources.api!s} {resources.api.get_resource_context()!r}"
        assert resources.api._header == CANARY
    assert CANARY not in shown


class Account(Config):
    """A part of a resource, with a field that is secret by its mark alone."""

    word: Annotated[str, SecretField()]


class Site(ConfigurableResource):
    """A resource with secrets of several kinds in its config."""

    token: str
    word: Annotated[str, SecretField()]
    other: str = Field(default=CANARY, json_schema_extra={"dagster__is_secret": True})
    login: Account
    url: str
    size: int = 1


def test_a_context_shows_no_secret_of_its_config(monkeypatch):
    """A context's `repr` masks secrets by mark, by name and in addresses, nested ones too; it shows all else."""
    monkeypatch.setenv("CANARY", CANARY)
    site = Site(
        token=EnvVar("CANARY"), word=CANARY, login=Account(word=CANARY), url=f"http://ann:{CANARY}@host/", size=7
    )
    with build_resources({"site": site}) as resources:
        context = resources.site.get_resource_context()
    assert context.resource_config["login"] == {"word": CANARY}
    assert CANARY not in repr(context)
    assert "'size': 7" in repr(context)
    assert CANARY not in repr(build_init_resource_context(config={"password": CANARY}))


def test_variables_are_shown_by_name(monkeypatch):
    """A resource that waits for a variable shows the name, never the value."""
    monkeypatch.setenv("CANARY", CANARY)
    api = Api(token=EnvVar("CANARY"))
    assert "EnvVar('CANARY')" in repr(api)
    assert CANARY not in f"{api!r} {api.model_dump()!r} {api.model_dump_json()}"


def test_a_failing_open_shows_the_recipe_s_secrets_to_nobody(monkeypatch):
    """The key and the chain that dagwire adds to a user's error hold no config."""
    monkeypatch.setenv("CANARY", CANARY)

    class Broken(Api):
        def setup_for_execution(self) -> None:
            raise ConnectionError("no route")

        def teardown_after_execution(self) -> None:
            raise ConnectionError("not open")

    class Closing(Api):
        def teardown_after_execution(self) -> None:
            raise ConnectionError("no route")

    for kind in (Broken, Closing):
        shown = shown_by(lambda kind=kind: _enter(build_resources({"api": kind(token=EnvVar("CANARY"))})))
        assert CANARY not in shown


def test_a_store_shows_no_credentials():
    """No repr and no log record shows the options of a file system."""
    manager = FilesystemIOManager(base_dir="memory://x", storage_options={"key": CANARY})
    with contextlib.suppress(Exception), build_resources({"io": manager}) as resources:
        assert CANARY not in f"{resources.io!r}"
    assert CANARY not in repr(manager)


class Login(BaseModel):
    """A field that is secret by its type alone."""

    pin: SecretStr = SecretStr("")
    size: int = 0


class Secretive(BaseSettings):
    """Secrets of every kind: by type, by mark, by name, in an address, in a list, in a resource."""

    model_config = SettingsConfigDict(env_prefix="CANARY_", env_nested_delimiter="__", env_file=".env")

    typed: SecretStr = SecretStr("")
    marked: Annotated[str, SecretField()] = ""
    password: str = ""
    url: str = ""
    logins: list[dict[str, str]] = []
    users: list[Login] = []
    by_name: dict[str, Login] = {}
    api: Everything = Everything()
    token: str = CANARY


def _everything_told_of(settings):
    """Return every text that dagwire makes about settings that hold secrets."""
    container = containers.DynamicContainer()
    container.settings = SettingsProvider(settings)
    container.api = ResourceProvider(container.settings.provided.api)
    return [
        explain(settings),
        explain(container),
        explain(container, run_config={"resources": {"api": {"config": {"number": 1}}}}),
        env_template(settings),
        settings_schema(settings),
        container.settings,
    ]


def test_what_is_told_of_settings_holds_no_secret(monkeypatch, tmp_path):
    """Explanations, the template and the schema show no secret, also not a secret default."""
    monkeypatch.chdir(tmp_path)
    values = {"TYPED": CANARY, "MARKED": CANARY, "PASSWORD": CANARY, "URL": f"s3://key:{CANARY}@bucket"}
    values["LOGINS"] = json.dumps([{"password": CANARY, "user": "ann"}])
    values["USERS"] = json.dumps([{"pin": CANARY}])
    values["BY_NAME"] = json.dumps({"bob": {"pin": CANARY}})
    for name, value in values.items():
        monkeypatch.setenv(f"CANARY_{name}", value)
    (tmp_path / ".env").write_text("".join(f"CANARY_{name}='{value}'\n" for name, value in values.items()))
    shown = repr(_everything_told_of(Secretive))
    assert "ann" in shown
    assert CANARY not in shown
    assert CANARY not in repr(explain(Secretive(users=[], by_name={}, logins=[])))


def test_what_is_told_of_broken_settings_holds_no_secret(monkeypatch, tmp_path):
    """Explanations show no secret when a value is wrong and all are shown as they were found."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CANARY_PASSWORD", CANARY)
    monkeypatch.setenv("CANARY_MARKED", CANARY)
    monkeypatch.setenv("CANARY_TYPED", CANARY)
    monkeypatch.setenv("CANARY_API__NUMBER", "many")
    monkeypatch.setenv("CANARY_USERS", json.dumps([{"pin": CANARY, "size": "x"}]))
    monkeypatch.setenv("CANARY_BY_NAME", json.dumps({"bob": {"pin": CANARY}}))
    assert CANARY not in repr(_everything_told_of(Secretive))
    assert CANARY not in shown_by(SettingsProvider(Secretive))
