"""The one function with which every outlet hides secrets, and its forms for config that is not validated."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.model_introspection import name_by_key
from dagwire.config.values.nested_values import with_items_changed
from dagwire.config.values.secrecy import (
    NOT_SECRET,
    SECRET_BY_NAME,
    SECRET_TYPES,
    SecretField,
    fields_of_class,
    holds_secret_fields,
    secrecy_of,
)
from dagwire.config.values.type_guards import is_collection, is_mapping, is_named_tuple
from dagwire.credentials import MASK, without_credentials


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
    if is_mapping(value) or is_collection(value) or fields_of_class(type(value)):
        return _masked_inside(value, secrecy)
    if isinstance(value, SECRET_TYPES):
        return MASK if value.get_secret_value() not in ("", b"") else ""
    if secrecy is not None and secrecy.is_secret and _is_hidden(value, secrecy):
        return MASK
    return _without_credentials(value) if _is_text(value) and secrecy != NOT_SECRET else value


def masked_field(name: str, value: object, field: FieldInfo | None) -> object:
    """The value of one field as it may be shown; the field is None if the name is not declared.

    A value that is not validated is masked as a whole if it will become an object with secret fields.
    """
    if field is not None and is_to_become_secret(value, field.annotation):
        return MASK
    return masked(value, secrecy_of(name, field))


def masked_config(config: object, recipe: Any) -> object:
    """Mask config that is a dict of the fields of a recipe's class, by their secrecy; any other throughout."""
    if not issubclass(recipe, BaseModel) or not is_mapping(config):
        return masked_throughout(config)
    by_key = {key: recipe.model_fields[name] for key, name in name_by_key(recipe).items()}
    fields_by_key = {**recipe.model_fields, **by_key}
    return {name: masked_field(name, value, fields_by_key.get(name)) for name, value in config.items()}


def masked_throughout(config: object) -> object:
    """Config whose class is not known: its names, with every value masked; None and switches are shown."""
    if isinstance(config, BaseModel | EnvVar) or config is None or isinstance(config, bool):
        return config
    if is_mapping(config):
        return {masked(name): masked_throughout(value) for name, value in config.items()}
    if is_collection(config):
        return with_items_changed(config, masked_throughout)
    return MASK


def is_to_become_secret(value: object, annotation: object) -> bool:
    """Whether a value that is not validated yet will become an object with secret fields; by its type."""
    is_raw = (is_mapping(value) or is_collection(value)) and not _is_validated(value)
    return is_raw and holds_secret_fields(annotation)


def _is_validated(value: object) -> bool:
    """Whether a value consists of objects that know their own fields."""
    if is_mapping(value):
        return all(map(_is_validated, value.values()))
    if is_collection(value) and not is_named_tuple(value):
        return all(map(_is_validated, value))
    return isinstance(value, EnvVar) or bool(fields_of_class(type(value)))


def _masked_inside(value: Any, secrecy: SecretField | None) -> object:
    """A value that holds others, with all of them masked."""
    if isinstance(value, BaseModel):
        return value.model_copy(update=_masked_fields(dict(value), type(value).model_fields, secrecy))
    if is_named_tuple(value):
        return _masked_fields(value._asdict(), fields_of_class(type(value)), secrecy)
    if is_collection(value):
        items = [masked(item, secrecy) for item in value]
        return items if any(map(is_mapping, items)) else type(value)(items)  # a set takes no dict
    if is_mapping(value):
        return _masked_fields(value, {}, secrecy)
    declared = fields_of_class(type(value))
    return _masked_fields({name: getattr(value, name) for name in declared}, declared, secrecy)


def _is_text(value: object) -> bool:
    """Whether `value` is text, or one of pydantic's many kinds of addresses."""
    return isinstance(value, str) or hasattr(type(value), "unicode_string")


def _masked_fields(
    values: Mapping[Any, object], infos: Mapping[str, FieldInfo], secrecy: SecretField | None
) -> dict[Any, Any]:
    """`values` by name or key, masked by their holder's secrecy, or else by their own."""
    return {
        masked(name): masked(item, secrecy) if secrecy else masked_field(str(name), item, infos.get(name))
        for name, item in values.items()
    }


def fingerprint(secret: Any) -> str:
    """A text that is equal for equal secrets, in this process alone: secrets can be compared but not guessed."""
    text = secret.get_secret_value() if isinstance(secret, SECRET_TYPES) else secret
    return hmac.new(_KEY, repr(text).encode(), "sha256").hexdigest()[:16]


_KEY = secrets.token_bytes(32)


def _is_hidden(value: object, secrecy: SecretField) -> bool:
    if value is None or value in ("", b""):
        return False
    return secrecy is not SECRET_BY_NAME or isinstance(value, bytes) or _is_text(value)


def _without_credentials(value: object) -> object:
    text = str(value)
    hidden = without_credentials(text)
    return value if hidden == text else hidden
