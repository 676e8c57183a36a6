"""Secrets are masked by type, by mark and by name, at any depth."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, Field, PostgresDsn, Secret, SecretBytes, SecretStr, create_model
from pydantic.fields import FieldInfo

from dagwire import Config, EnvVar, SecretField
from dagwire.config.values.masking import MASK, fingerprint, masked, masked_config
from dagwire.config.values.secrecy import holds_secret_fields, secrecy_of, sounds_secret

CANARY = "c4n4ry-do-not-show"


@pytest.mark.parametrize("value", [SecretStr(CANARY), SecretBytes(CANARY.encode()), Secret[int](7)])
def test_secret_types_are_masked_whatever_their_name(value):
    """A secret type needs no mark."""
    assert masked(value) == MASK
    assert masked({"harmless": [value]}) == {"harmless": [MASK]}


def test_an_empty_secret_is_seen_to_be_empty():
    """An empty secret is shown as empty, so that a forgotten one is seen."""
    assert masked(SecretStr("")) == ""


class Login(NamedTuple):
    user: str
    password: str


def test_a_named_tuple_is_masked_by_its_names():
    """The items of a named tuple are masked by their names, as a dataclass's fields are."""
    assert masked({"logins": [Login("ann", CANARY)]}) == {"logins": [{"user": "ann", "password": MASK}]}


SECRET_NAMES = (
    *("password", "db_password", "dbPassword", "API_KEY", "key", "token", "refresh_tokens", "client_secret", "dsn"),
    *("credentials", "secret_access_key", "passphrase", "private_key", "pass", "smtp_pass", "auth", "basic_auth"),
    *("authorization", "proxyAuthorization", "session_cookie", "slack_webhook_url", "bearer"),
)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_that_sound_secret(name):
    """Fields so called are masked without a mark."""
    assert sounds_secret(name)
    assert masked(CANARY, secrecy_of(name, None)) == MASK


@pytest.mark.parametrize(
    "name",
    [
        "pass_count",
        "passes",
        "author",
        "compass",
        "auth_method",
        "region",
        "keyboard",
        "monkey",
        "token_url",
        "key_path",
        "secret_name",
        "tokenizer",
        "keys_per_page",
    ],
)
def test_names_that_do_not(name):
    """The place of a secret, or a name that only contains such a word, is shown."""
    assert masked("shown", secrecy_of(name, None)) == "shown"


@pytest.mark.parametrize(("name", "value"), [("max_tokens", 5), ("token", None), ("password", ""), ("use_token", True)])
def test_a_field_secret_by_name_masks_text_alone(name, value):
    """Numbers, switches and None are not secret by name alone."""
    assert masked(value, secrecy_of(name, None)) == value


def test_a_mark_counts_for_every_value_and_before_the_name():
    """A marked number is masked; a mark with False shows what sounds secret."""
    pin = FieldInfo.from_annotation(Annotated[int, SecretField()])
    assert masked(1234, secrecy_of("pin", pin)) == MASK
    open_key = FieldInfo.from_annotation(Annotated[str, SecretField(False)])  # noqa: FBT003  # as users write it
    assert masked("by_month", secrecy_of("partition_key", open_key)) == "by_month"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://ann:{CANARY}@db/flights",
        f"redis://:{CANARY}@cache:6379/0",
        PostgresDsn(f"postgresql://ann:{CANARY}@db:1/flights"),
        AnyUrl(f"https://ann:{CANARY}@example.org/?page=1"),
        f"host=db user=ann password={CANARY}",
        f"Server=db;Pwd={CANARY};Encrypt=yes",
        f"https://example.org/feed?api_key={CANARY}&page=1",
        f"https://{CANARY}@example.org/simple",
        f"git+https://{CANARY}@example.org/a.git",
        f"postgresql://ann:a/{CANARY}#b?c@db/flights",
        f"postgresql://ann:{CANARY}@{CANARY}@db/flights",
        f"DefaultEndpointsProtocol=https;AccountName=db;AccountKey={CANARY}==;EndpointSuffix=x",
        f"Endpoint=sb://db.example.org/;SharedAccessKeyName=all;SharedAccessKey={CANARY}=",
        f"https://example.org/c?sv=1&sig={CANARY}&se=2",
        f"https://example.org/maps?key={CANARY}",
        f"host=db password = {CANARY}",
        f"host=db password='a {CANARY}'",
        f"Driver=db;Pwd={{a;{CANARY}}};",
        f'{{"host": "db", "token": "{CANARY}"}}',
        f"host: db\npassword: {CANARY}\n",
        f"cache -H 'Authorization: Basic {CANARY} {CANARY}'",
        f"cache: Bearer {CANARY}",
        f"db_pass={CANARY}&x=1",
    ],
)
def test_passwords_within_addresses_are_masked(address):
    """The address is shown, the password in it is not."""
    shown = str(masked(address))
    assert CANARY not in shown
    assert MASK in shown
    assert any(part in shown for part in ("db", "cache", "example.org"))


def test_secrets_are_found_in_whatever_holds_them():
    """Models, dataclasses, dicts, lists: each field by its own name, mark and type."""

    class Login(BaseModel):
        user: str = "ann"
        password: str = CANARY

    @dataclass
    class Pair:
        token: str = CANARY
        size: int = 1

    shown = masked({"logins": [Login()], "pair": Pair(), "headers": {"api_key": CANARY}})
    assert CANARY not in repr(shown)
    assert "ann" in repr(shown)


def test_a_config_shows_no_secret_when_it_is_printed():
    """`repr` and `str` of a Config mask fields that are marked or named as secret, and show the others."""

    class Login(Config):
        user: str
        pin: Annotated[str, SecretField()]
        password: str
        token: str

    login = Login(user="ann", pin=CANARY, password=CANARY, token=EnvVar("TOKEN"))
    assert repr(login) == f"Login(user='ann', pin='{MASK}', password='{MASK}', token=EnvVar('TOKEN'))"
    assert CANARY not in str(login)
    assert login.pin == CANARY


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org:8080/a?page=1#top",
        "ssh://git@example.org/a.git",
        "ann@example.org",
        "compass=north;author=ann",
        "the token of the day",
        "s3://bucket/keys/a.parquet",
        "key: by_month",
    ],
)
def test_text_without_credentials_is_shown(text):
    """An address without a password, a user's name, and words that only sound so are shown."""
    assert masked(text) == text


MARKED = Annotated[str, SecretField()]


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (MARKED | None, CANARY),
        (list[MARKED], [CANARY]),
        (dict[str, MARKED], {"a": CANARY}),
        (dict[str, list[MARKED | None]], {"a": [CANARY, None]}),
        (tuple[str, MARKED], ("a", CANARY)),
    ],
    ids=str,
)
def test_a_mark_within_a_type_counts(annotation, value):
    """A mark inside `Optional`, a list, a dict or a tuple masks what the field holds."""

    class Marked(Config):
        pin: annotation

    assert CANARY not in repr(Marked(pin=value))
    assert CANARY not in repr(masked(Marked(pin=value)))


@given(
    user=st.text("abc.-_", max_size=5),
    password=st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=12),
    rest=st.sampled_from(["", "/db", ":5432/db", "/db?sslmode=require"]),
)
def test_no_password_of_an_address_is_shown(user, password, rest):
    """No password between a user and a host is shown, whatever its characters."""
    shown = masked(f"postgresql://{user}:{password}{CANARY}@db.example.org{rest}")
    assert CANARY not in shown


@given(
    name=st.sampled_from([*SECRET_NAMES, "pwd", "accountKey"]),
    kind=st.sampled_from([str, MARKED, MARKED | None, list[str], dict[str, str], SecretStr, SecretStr | None]),
)
def test_no_secret_of_a_config_is_shown(name, kind):
    """A field that is secret by its name, its mark or its type is masked in all that is shown."""
    values = {list[str]: [CANARY], dict[str, str]: {"a": CANARY}, SecretStr: SecretStr(CANARY)}
    made = create_model("Made", __base__=Config, **{name: (kind, ...)})(**{name: values.get(kind, CANARY)})
    for shown in (repr(made), str(made), repr(masked(made)), repr(masked(dict(made)))):
        assert CANARY not in shown


# -- rules that mutants of the module have survived --------------------------------------------------------------------


class Marked(BaseModel):
    """Fields whose secrecy is declared in each way, under names that do not sound secret."""

    by_dagster: str = Field("", json_schema_extra={"dagster__is_secret": True})
    not_by_dagster: str = Field("", json_schema_extra={"dagster__is_secret": False})
    of_a_type: SecretStr = SecretStr("")
    of_a_union: SecretStr | None = None
    of_a_list: list[SecretBytes] = []
    of_a_mark: Annotated[str, SecretField()] = ""
    of_a_literal: Literal["a"] = "a"
    plain: str = ""


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("by_dagster", True),
        ("not_by_dagster", False),
        ("of_a_type", True),
        ("of_a_union", True),
        ("of_a_list", True),
        ("of_a_mark", True),
        ("of_a_literal", False),
        ("plain", False),
    ],
)
def test_the_raw_text_of_a_secret_field_is_masked(name, is_secret):
    """A text that will become a secret is masked by its field: by type, by mark, or by Dagster's own mark."""
    shown = masked(CANARY, secrecy_of(name, Marked.model_fields[name]))
    assert (shown == MASK) is is_secret
    assert (CANARY in str(shown)) is not is_secret


class Pair(NamedTuple):
    """Two values under names that do not sound secret."""

    left: str
    right: int


@dataclass
class Holder:
    """A dataclass with one text."""

    text: str


@pytest.mark.parametrize(
    "value", [Marked(plain=CANARY), Pair(CANARY, 1), Holder(CANARY), {"a": CANARY}, [CANARY]], ids=str
)
def test_everything_in_a_secret_field_is_masked(value):
    """Each text inside a secret value is masked, whatever holds it."""
    assert CANARY not in repr(masked(value, SecretField()))
    assert CANARY in repr(masked(value))


def test_a_marked_field_of_a_nested_model_is_masked():
    """The mark of a field counts in a model inside a value, too."""
    assert CANARY not in repr(masked({"inner": Marked(of_a_mark=CANARY)}))


@pytest.mark.parametrize("empty", [SecretStr(""), SecretBytes(b"")])
def test_an_empty_secret_of_each_type(empty):
    """An empty secret is shown as empty, text or bytes."""
    assert masked(empty) == ""
    assert masked(b"", SecretField()) == b""


def test_an_address_that_is_declared_not_to_be_secret():
    """A field that is declared not to be secret shows the password of its address."""
    address = f"postgresql://ann:{CANARY}@db"
    assert masked(address, SecretField(is_secret=False)) == address


def test_an_address_without_a_password_stays_itself():
    """An address that hides nothing is not made a text."""
    address = AnyUrl("http://example.org/")
    assert masked(address) is address


def test_a_secret_of_any_type_has_secret_text():
    """A generic secret type is secret by its origin, before a value of it is made."""
    assert masked(CANARY, secrecy_of("pin", FieldInfo(annotation=Secret[int]))) == MASK


class Account(BaseModel):
    """A field that is secret by name alone, beside one that is not."""

    user: str = ""
    password: str = ""


class Place(BaseModel):
    """No secret."""

    street: str = ""


def test_models_that_hold_secret_fields():
    """A type holds secrets if a model in it has a field that is secret, by its name too."""
    assert holds_secret_fields(list[Account])
    assert not holds_secret_fields(list[Place])


def test_config_without_a_model_is_masked_throughout():
    """Config whose class is not known shows its names alone: any value may be a secret."""
    assert masked_config({"word": CANARY, "size": 1}, type(None)) == {"word": MASK, "size": MASK}


def test_fingerprints():
    """Equal secrets have one fingerprint of 16 digits, wrapped or not; another secret has another."""
    assert fingerprint(SecretStr(CANARY)) == fingerprint(CANARY) != fingerprint("other")
    assert re.fullmatch("[0-9a-f]{16}", fingerprint(CANARY))
