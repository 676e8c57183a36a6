"""A secret of any kind, in any type, shows in no outlet: no `repr`, explanation, template, schema or error."""

import json
import pprint
from dataclasses import dataclass
from functools import reduce
from types import SimpleNamespace
from typing import Annotated, Any, NamedTuple

import pytest
from dependency_injector import containers, providers
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AliasChoices, BaseModel, Field, JsonValue, RootModel, SecretStr, ValidationError, create_model
from pydantic_settings import BaseSettings
from typing_extensions import TypedDict

from dagwire import (
    Config,
    ConfigurableResource,
    ResourceProvider,
    RunConfig,
    RunRequest,
    SecretField,
    SettingsProvider,
    build_init_resource_context,
    build_resources,
    define_asset_job,
    env_template,
    explain,
    job,
    op,
    settings_schema,
)
from dagwire.errors import InvalidConfigError

CANARY = "c4n4ryDoNotShow9"
Marked = Annotated[str, SecretField()]


@dataclass
class MarkedData:
    word: Marked = ""


class MarkedTuple(NamedTuple):
    word: Marked = ""


class MarkedDict(TypedDict):
    word: Marked


class MarkedModel(BaseModel):
    word: Marked = ""


class Root(RootModel[Marked]):
    """A secret that is a model by itself."""


class Forest(BaseModel):
    """A model that holds itself."""

    trees: list["Forest"] = []
    word: Marked = ""


def field(kind: Any, value: Any, **facts: Any) -> SimpleNamespace:
    """A field that holds a secret, with a value in a source's form."""
    return SimpleNamespace(kind=kind, value=value, **facts)


SECRETS = {
    "type": field(SecretStr, CANARY),
    "mark": field(Marked, CANARY),
    "root": field(Root, CANARY),
    "dataclass": field(MarkedData, {"word": CANARY}),
    "named tuple": field(MarkedTuple, {"word": CANARY}),
    "typed dict": field(MarkedDict, {"word": CANARY}),
    "model": field(MarkedModel, {"word": CANARY}),
    "model in itself": field(Forest, {"trees": [{"word": CANARY}]}),
    "name in a dict": field(dict[str, str], {"password": CANARY}),
    "name in JSON": field(JsonValue, {"a": [{"token": CANARY}]}),
    "address": field(str, f"postgres://ann:{CANARY}@host/db"),
    "address as a key": field(dict[str, int], {f"http://ann:{CANARY}@host": 1}),
    "token in an address": field(str, f"https://{CANARY}@host/x"),
    "basic": field(str, f"Basic {CANARY}"),
    "key file": field(str, f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----"),
    "connection string": field(str, f"AccountName=a;AccountKey={CANARY};x=y"),
}
AROUND = {
    "optional": (lambda kind: kind | None, lambda value: value),
    "list": (lambda kind: list[kind], lambda value: [value]),
    "dict": (lambda kind: dict[str, kind], lambda value: {"a": value}),
    "tuple": (lambda kind: tuple[int, kind], lambda value: [1, value]),
    "union": (lambda kind: int | kind, lambda value: value),
}


def in_types(secret: SimpleNamespace, around: list[str]) -> SimpleNamespace:
    """The field with types around its own, and a value that fits."""

    def one_more(inner: SimpleNamespace, name: str) -> SimpleNamespace:
        change_type, change_value = AROUND[name]
        return field(change_type(inner.kind), change_value(inner.value))

    return reduce(one_more, around, secret)


def shown_by(model: type[ConfigurableResource], values: dict[str, Any]) -> list[str]:
    """Everything that dagwire shows of a resource of this class, and of settings that hold it."""
    held = model.model_validate(values)

    class Settings(BaseSettings):
        db: model = held  # type: ignore[valid-type]

    class App(containers.DeclarativeContainer):
        settings = SettingsProvider(Settings)
        db = ResourceProvider(settings.provided.db)
        of_class = ResourceProvider(model, held=values["held"])
        of_object = ResourceProvider(held)
        unknown = ResourceProvider(providers.Object(held))

    late = model.configure_at_launch(**{name: values[name] for name in model.model_fields if name in values})
    run_config = {"ops": {"a": {"config": values}}, "resources": {key: {"config": values} for key in _KEYS}}
    read = Settings(db=values)  # type: ignore[arg-type]  # as a source gives it
    with pytest.raises(ValidationError) as refused:
        model.model_validate({**values, "size": "many", "unknown": values})
    with build_resources({"db": held}) as resources:
        context = resources.db.get_resource_context()
    objects = [
        *(held, late, read, context, refused.value, [App(), Settings]),
        *(RunConfig(**run_config_of(run_config)), RunConfig(resources={"db": held}), RunRequest(run_config=run_config)),
        define_asset_job("every", config=RunConfig(**run_config_of(run_config))),
        build_init_resource_context(config=values),
        *(explain(read), explain(Settings), explain(App()), explain(App(), run_config=run_config)),
        *(settings_schema(Settings), env_template(Settings)),
    ]
    return [shown for one in objects for shown in (repr(one), str(one), pprint.pformat(one))]


_KEYS = ("db", "of_class", "of_object", "unknown")


def run_config_of(tree: dict[str, Any]) -> dict[str, Any]:
    """The sections of run config as `RunConfig` takes them."""
    return {"ops": tree["ops"], "resources": tree["resources"]}


@settings(max_examples=40)
@given(st.sampled_from(list(SECRETS)), st.lists(st.sampled_from(list(AROUND)), max_size=3))
def test_no_outlet_shows_a_secret(kind, around):
    """A secret is masked whatever its kind, and whatever types are around it."""
    secret = in_types(SECRETS[kind], around)
    model = create_model("Db", __base__=ConfigurableResource, held=(secret.kind, ...), size=(int, 1))
    for shown in shown_by(model, {"held": secret.value}):
        assert CANARY not in shown.replace("\\n", "\n")


@pytest.mark.parametrize("kind", SECRETS)
def test_no_outlet_shows_a_secret_of_any_kind(kind):
    """Each kind of secret is masked by itself, whatever the random types above were."""
    model = create_model("Db", __base__=ConfigurableResource, held=(SECRETS[kind].kind, ...), size=(int, 1))
    for shown in shown_by(model, {"held": SECRETS[kind].value}):
        assert CANARY not in shown


@pytest.mark.parametrize("alias", ["token", AliasChoices("key_of", "api_key")])
def test_an_alias_that_sounds_secret_counts(alias):
    """A field is secret by any of the names under which it is read."""
    model = create_model("Db", __base__=ConfigurableResource, held=(str, Field(validation_alias=alias)))
    held = model.model_validate({"token" if alias == "token" else "api_key": CANARY})
    assert CANARY not in repr(held)
    assert held.held == CANARY


def test_values_that_are_no_secret_are_shown():
    """Masking is exact: beside a secret, the rest of an object is shown."""

    class Login(BaseModel):
        user: str
        word: Marked

    class Db(Config):
        login: Login
        logins: list[Login]

    shown = repr(
        Db.model_validate({"login": {"user": "ann", "word": CANARY}, "logins": [{"user": "bob", "word": "x"}]})
    )
    assert "ann" in shown
    assert "bob" in shown
    assert "'x'" not in shown


def test_run_config_shows_names_alone():
    """Config whose class is not known shows its names, switches and None; any other value may be a secret."""
    shown = repr(RunConfig(ops={"a": {"config": {"word": CANARY, "pin": 1234, "on": True, "none": None, "l": [1]}}}))
    assert shown == (
        "RunConfig(ops={'a': {'config': {'word': '**********', 'pin': '**********', 'on': True, 'none': None, "
        "'l': ['**********']}}})"
    )


@dataclass
class Named:
    word: "NotThere"  # type: ignore[name-defined]  # noqa: F821  # a type that only a checker can see
    password: str = ""


def test_a_class_whose_types_cannot_be_read_is_masked_by_names():
    """A dataclass with a type that is not there at run time is shown by its fields' names."""

    class Holder(Config):
        held: Any

    shown = repr(Holder(held=Named("open", CANARY)))
    assert "open" in shown
    assert CANARY not in shown


def test_explained_json_shows_no_secret():
    """The path of a dict's key is masked too: an address may be one."""

    class Settings(BaseSettings):
        by_url: dict[str, int] = {f"http://ann:{CANARY}@host": 1}

    assert CANARY not in json.dumps([one.path for one in explain(Settings)])


_ADDRESS = f"postgres://ann:{CANARY}@127.0.0.1/db"


@op
def one():
    return 1


@job
def of_one_op():
    one()


@pytest.mark.parametrize(
    "run_config",
    [
        {_ADDRESS: 1},
        {"ops": {_ADDRESS: {}}},
        {"ops": {"one": {"inputs": {_ADDRESS: 1}}}},
        {"ops": {"one": {"outputs": {_ADDRESS: {}}}}},
        {"resources": {_ADDRESS: {"config": {}}}},
        {"loggers": {_ADDRESS: {}}},
    ],
    ids=["section", "op", "input", "output", "resource", "logger"],
)
def test_an_address_where_a_name_belongs(run_config):
    """A message repeats a name that nothing knows, without the password of an address."""
    with pytest.raises(InvalidConfigError) as caught:
        of_one_op.execute_in_process(run_config)
    assert "postgres://ann:" in str(caught.value)
    assert CANARY not in str(caught.value)
