"""Secrets are masked by type, by mark and by name, at any depth."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AnyUrl, BaseModel, PostgresDsn, Secret, SecretBytes, SecretStr, create_model
from pydantic.fields import FieldInfo

from dagwire import Config, EnvVar, SecretField
from dagwire.config.values.masking import MASK, masked, secrecy_of, sounds_secret

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
