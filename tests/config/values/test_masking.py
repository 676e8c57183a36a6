"""Secrets are masked by type, by mark and by name, wherever they stand."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

import pytest
from pydantic import AnyUrl, BaseModel, PostgresDsn, Secret, SecretBytes, SecretStr
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
    *("credentials", "secret_access_key", "passphrase", "private_key"),
)


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_that_sound_secret(name):
    """Fields so called are masked without a mark."""
    assert sounds_secret(name)
    assert masked(CANARY, secrecy_of(name, None)) == MASK


@pytest.mark.parametrize(
    "name", ["region", "keyboard", "monkey", "token_url", "key_path", "secret_name", "tokenizer", "keys_per_page"]
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
