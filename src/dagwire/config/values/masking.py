"""Secrets: how a field is known to hold one, and the one function with which every outlet hides it."""

import hmac
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, GetJsonSchemaHandler, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from dagwire.config.values.credentials import MASK, without_credentials
from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.model_introspection import declared_fields, models_in
from dagwire.config.values.type_guards import is_collection, is_mapping, is_named_tuple


@dataclass(frozen=True, slots=True)
class SecretField:
    """Marks a field as secret, or, with False, as not secret although its name sounds so.

    Its value is masked wherever dagwire shows values: messages, explanations, comparisons, templates, the `repr` of a
    `Config`. The code that uses the field gets plain text.

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

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Note in the JSON Schema whether the value is for writing alone."""
        return {**handler(schema), "writeOnly": self.is_secret}


def secrecy_of(name: str, field: FieldInfo | None) -> SecretField | None:
    """The secrecy of a field, by its mark or type; `SECRET_BY_NAME` if only its name speaks; None for open fields.

    If a field's type is secret, the raw text that a source holds for it is too.
    """
    metadata: Iterable[object] = (*_marks_within(field.annotation), *field.metadata) if field else ()
    marks = [mark for mark in metadata if isinstance(mark, SecretField)]
    if marks:
        return marks[-1]
    if field is not None and (_is_secret_type(field.annotation) or _is_marked_for_dagster(field)):
        return SecretField()
    return SECRET_BY_NAME if sounds_secret(name) else None


def _is_marked_for_dagster(field: FieldInfo) -> bool:
    """Whether the field has Dagster's own mark, which is not in its documentation."""
    extra = field.json_schema_extra
    return is_mapping(extra) and extra.get("dagster__is_secret") is True


def _marks_within(annotation: object) -> Iterator[object]:
    """The metadata of `Annotated` inside a type: `Annotated[str, SecretField()] | None`, or a list of such."""
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    if get_origin(annotation) is not Literal:
        for argument in get_args(annotation):
            yield from _marks_within(argument)


def _is_secret_type(annotation: object) -> bool:
    """Whether values of this type are secrets, or hold some."""
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, _SECRETS):
        return True
    return any(_is_secret_type(argument) for argument in get_args(annotation))


def holds_secret_fields(annotation: object) -> bool:
    """Whether a value of this type may hold a model that has a secret field."""
    models = [*models_in(annotation), *(found for argument in get_args(annotation) for found in models_in(argument))]
    declared = (field for model in models for field in declared_fields(model))
    return any((secrecy := secrecy_of(field.path[-1], field.info)) and secrecy.is_secret for field in declared)


def sounds_secret(name: str) -> bool:
    """Whether a field of this name is taken for a secret."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    if not words or (words[-1] in _ABOUT_A_SECRET and "webhook" not in words):
        return False
    return words[-1] in _SECRET_LAST_WORDS or not _SECRET_WORDS.isdisjoint(words)


def masked(value: Any, secrecy: SecretField | None = None) -> object:
    """`value` as it may be shown: itself, or with every secret in it masked.

    Secret types are always masked, and so are passwords within addresses and connection strings. If a field is secret
    by name alone, only text is masked: numbers, switches and None are shown.

    Args:
        value: Any value, collections and models included.
        secrecy: The secrecy of its field, from `secrecy_of`.
    """
    if isinstance(value, EnvVar):
        return value  # its name, which is all it knows
    if isinstance(value, BaseModel) or is_mapping(value) or is_collection(value) or _is_dataclass(value):
        return _masked_inside(value, secrecy)
    if isinstance(value, _SECRETS):
        return MASK if value.get_secret_value() not in ("", b"") else ""
    if secrecy is not None and secrecy.is_secret and _is_hidden(value, secrecy):
        return MASK
    return _without_credentials(value) if _is_text(value) and secrecy != NOT_SECRET else value


def masked_config(config: object, model: object) -> object:
    """Mask config that is a dict of the fields of `model`, by their secrecy; any other config by names alone."""
    if not isinstance(model, BaseModel) or not is_mapping(config):
        return masked(config)
    fields_by_alias = {field.alias or name: field for name, field in type(model).model_fields.items()}
    return {name: _masked_field(name, value, fields_by_alias.get(name)) for name, value in config.items()}


def _masked_field(name: str, value: object, field: FieldInfo | None) -> object:
    if field is not None and holds_secret_fields(field.annotation):
        return MASK
    return masked(value, secrecy_of(name, field))


def _masked_inside(value: Any, secrecy: SecretField | None) -> object:
    """A value that holds others, with all of them masked."""
    if isinstance(value, BaseModel):
        return value.model_copy(update=_masked_fields(dict(value), type(value).model_fields, secrecy))
    if is_named_tuple(value):
        return _masked_fields(value._asdict(), {}, secrecy)
    if is_collection(value):
        return type(value)(masked(item, secrecy) for item in value)
    if is_mapping(value):
        return _masked_fields(value, {}, secrecy)
    return _masked_fields({one.name: getattr(value, one.name) for one in fields(value)}, {}, secrecy)


def _is_text(value: object) -> bool:
    """Whether `value` is text, or one of pydantic's many kinds of addresses."""
    return isinstance(value, str) or hasattr(type(value), "unicode_string")


def _is_dataclass(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


NOT_SECRET = SecretField(is_secret=False)


def _masked_fields(
    values: Mapping[Any, object], infos: Mapping[str, FieldInfo], secrecy: SecretField | None
) -> dict[Any, Any]:
    """`values` by name or key, masked by their holder's secrecy, or else by their own."""
    return {name: masked(item, secrecy or secrecy_of(str(name), infos.get(name))) for name, item in values.items()}


def fingerprint(secret: Any) -> str:
    """A text that is equal for equal secrets, in this process alone: secrets can be compared but not guessed."""
    text = secret.get_secret_value() if isinstance(secret, _SECRETS) else secret
    return hmac.new(_KEY, repr(text).encode(), "sha256").hexdigest()[:16]


_KEY = secrets.token_bytes(32)
_SECRETS: Any = (SecretStr, SecretBytes, Secret)

SECRET_BY_NAME = SecretField()
"""The secrecy of a field that is not marked, but sounds secret; compared by identity, since a mark is equal to it."""

_SECRET_WORDS = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "secret", "secrets", "token", "tokens", "credential"}
    | {"credentials", "dsn", "apikey", "authorization", "bearer", "cookie", "cookies", "signature", "webhook"}
)
_SECRET_LAST_WORDS = frozenset({"key", "keys", "pass", "auth"})
_ABOUT_A_SECRET = frozenset(
    {"path", "file", "dir", "folder", "url", "uri", "endpoint", "name", "type", "kind", "header", "prefix"}
    | {"ttl", "expiry", "seconds", "s", "ms", "count", "length"}
)
"""Last words of names that hold the place or the life time of a secret, but not the secret itself."""


def _is_hidden(value: object, secrecy: SecretField) -> bool:
    if value is None or value in ("", b""):
        return False
    return secrecy is not SECRET_BY_NAME or isinstance(value, bytes) or _is_text(value)


def _without_credentials(value: object) -> object:
    text = str(value)
    hidden = without_credentials(text)
    return value if hidden == text else hidden
