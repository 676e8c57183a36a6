"""The secrets that a value holds, as plain texts: what must not be written down."""

import os
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.secrecy import SECRET_TYPES, SecretField, holds_secret_fields, secrecy_of
from dagwire.config.values.type_guards import is_collection, is_mapping


def secret_texts(value: Any, secrecy: SecretField | None = None) -> Iterator[str]:
    """Yield each secret in `value`, however deep.

    Args:
        value: Any value, collections and models included.
        secrecy: The secrecy of its field, from `secrecy_of`.
    """
    if isinstance(value, SECRET_TYPES):
        yield from _as_text(value.get_secret_value())
    elif isinstance(value, BaseModel):
        fields = type(value).model_fields
        yield from _within(((name, item, fields.get(name)) for name, item in value), secrecy)
    elif is_mapping(value):
        yield from _within(((str(name), item, None) for name, item in value.items()), secrecy)
    elif is_collection(value):
        for item in value:
            yield from secret_texts(item, secrecy)
    elif secrecy is not None and secrecy.is_secret:
        yield from _as_text(os.environ.get(value.env_var_name, "") if isinstance(value, EnvVar) else value)


def config_secrets(config: Any, model: object) -> Iterator[str]:
    """Yield each secret in config that is a dict of the fields of `model`; all texts of a field that holds models."""
    fields = type(model).model_fields if isinstance(model, BaseModel) else {}
    fields_by_alias = {field.alias or name: field for name, field in fields.items()}
    for name, value in config.items() if is_mapping(config) else ():
        field = fields_by_alias.get(name)
        is_deep = field is not None and holds_secret_fields(field.annotation)
        yield from secret_texts(value, SecretField() if is_deep else secrecy_of(name, field))


def _within(items: Iterable[tuple[str, Any, Any]], secrecy: SecretField | None) -> Iterator[str]:
    for name, item, field in items:
        yield from secret_texts(item, secrecy or secrecy_of(name, field))


def _as_text(secret: object) -> Iterator[str]:
    if isinstance(secret, bytes):
        secret = secret.decode(errors="replace")
    if isinstance(secret, str) and secret:
        yield secret
