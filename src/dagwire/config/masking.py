"""Secrets: how a field is known to hold one, and the one function by which every outlet hides it."""

import hmac
import re
import secrets
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from pydantic import BaseModel, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import MultiHostUrl, Url

from dagwire.config.narrowing import is_collection, is_mapping

MASK = "**********"
"""What stands in the place of a secret; as pydantic has it."""


@dataclass(frozen=True, slots=True)
class SecretField:
    """Marks a field as secret, or, with False, as none although its name sounds so.

    Its value is masked wherever dagwire shows values: messages, explanations, comparisons, templates, the `repr` of a
    `Config`. To the code that uses it, it stays plain text.

    Example:
        >>> from typing import Annotated
        >>> from dagwire import Config, SecretField
        >>> class Login(Config):
        ...     user: str
        ...     pin: Annotated[str, SecretField()]
        ...     token_issuer: Annotated[str, SecretField(False)] = "idp"
        >>> Login(user="ann", pin="1234")
        Login(user='ann', pin='**********', token_issuer='idp')
    """

    is_secret: bool = True


def secrecy_of(name: str, field: FieldInfo | None) -> SecretField | None:
    """How the field is marked; a mark for text alone, `NAMED_SO`, where only its name speaks; None for open fields."""
    marks = [mark for mark in field.metadata if isinstance(mark, SecretField)] if field else []
    if marks:
        return marks[-1]
    return NAMED_SO if sounds_secret(name) else None


def sounds_secret(name: str) -> bool:
    """Whether a field of this name is taken for a secret."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    return words[-1] in {"key", "keys"} or not _SECRET_WORDS.isdisjoint(words)


def masked(value: Any, secrecy: SecretField | None = None) -> Any:
    """`value` as it may be shown: itself, or with every secret in it masked.

    Secret types are always masked, and so are passwords within addresses and connection strings. Of a field that only
    sounds secret, text is masked; numbers, switches and None are not.

    Args:
        value: Any value, collections and models included.
        secrecy: What `secrecy_of` says of its field.
    """
    if isinstance(value, SecretStr | SecretBytes | Secret):
        return MASK if value.get_secret_value() not in ("", b"") else ""
    if isinstance(value, BaseModel):
        infos = type(value).model_fields
        return {name: masked(item, secrecy or secrecy_of(name, infos.get(name))) for name, item in value}
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: masked(getattr(value, one.name), secrecy or secrecy_of(one.name, None)) for one in fields(value)}
    if is_mapping(value):
        return {key: masked(item, _within(key, secrecy)) for key, item in value.items()}
    if is_collection(value):
        return type(value)(masked(item, secrecy) for item in value)
    if secrecy is not None and secrecy.is_secret and _is_hidden(value, secrecy):
        return MASK
    if isinstance(value, str | Url | MultiHostUrl) and (secrecy is None or secrecy.is_secret):
        return _without_credentials(value)
    return value


def fingerprint(secret: Any) -> str:
    """The same text for the same secret, in this process alone: with it, secrets are compared but not guessed."""
    text = secret.get_secret_value() if isinstance(secret, SecretStr | SecretBytes | Secret) else secret
    return hmac.new(_KEY, repr(text).encode(), "sha256").hexdigest()[:16]


_KEY = secrets.token_bytes(32)

NAMED_SO = SecretField()
"""The secrecy of a field that is not marked, but sounds secret. Told from a mark by identity."""

_SECRET_WORDS = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets", "token", "tokens", "credential"}
    | {"credentials", "dsn", "apikey"}
)
_ABOUT_A_SECRET = frozenset(
    {"path", "file", "dir", "folder", "url", "uri", "endpoint", "name", "type", "kind", "header", "prefix"}
    | {"ttl", "expiry", "seconds", "s", "ms", "count", "length"}
)
"""Last words of names that tell of a secret where it is kept, or how long it lasts, but not the secret itself."""

_IN_ADDRESS = re.compile(r"(?<=://)([^/?#\s:@]*):[^/?#\s]*(?=@)")
_IN_CONNECTION_STRING = re.compile(r"(?i)\b(\w*(?:password|passwd|pwd|secret|token|api_?key|signature))=[^;&\s]+")


def _within(key: object, secrecy: SecretField | None) -> SecretField | None:
    """The secrecy of an item of a mapping: the mapping's own, or what the key says."""
    return secrecy or (NAMED_SO if isinstance(key, str) and sounds_secret(key) else None)


def _is_hidden(value: Any, secrecy: SecretField) -> bool:
    if value is None or value in ("", b""):
        return False
    return secrecy is not NAMED_SO or isinstance(value, str | bytes | Url | MultiHostUrl)


def _without_credentials(value: Any) -> Any:
    text = str(value)
    hidden = _IN_CONNECTION_STRING.sub(rf"\1={MASK}", _IN_ADDRESS.sub(rf"\1:{MASK}", text))
    return value if hidden == text else hidden

