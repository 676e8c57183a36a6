"""Config as plain values: nested dicts, as a config schema or a file would give them."""

from collections.abc import Container
from enum import Enum

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from dagwire.config.values.nested_values import with_items_changed
from dagwire.config.values.type_guards import SCALARS


def plain_config(config: BaseModel, excluded: Container[str] = ()) -> dict[str, object]:
    """Return the fields of `config` as a dict by alias; nested models become dicts, enums their values.

    A member of a discriminated union stands under its discriminator, as in launch config: `{"dog": {"age": 3}}`.

    Args:
        config: Any model; its variables are read already.
        excluded: Names of fields that are left out.

    Example:
        >>> from dagwire import Config
        >>> class Pool(Config):
        ...     size: int = 4
        >>> class Db(Config):
        ...     url: str
        ...     pool: Pool = Pool()
        >>> plain_config(Db(url="memory"))
        {'url': 'memory', 'pool': {'size': 4}}
    """
    fields = type(config).model_fields
    plain: dict[str, object] = {}
    for name, value in config:
        if name not in excluded:
            field = fields.get(name)
            alias = field.alias if field is not None else None
            plain[alias or name] = value if type(value) in SCALARS else _plain(value, field)
    return plain


def _plain(value: object, field: FieldInfo | None = None) -> object:
    if isinstance(value, BaseModel):
        discriminator = field.discriminator if field is not None else None
        if isinstance(discriminator, str) and hasattr(value, discriminator):
            return {str(_plain(getattr(value, discriminator))): plain_config(value, (discriminator,))}
        return plain_config(value)
    if isinstance(value, Enum):
        return value.value
    return with_items_changed(value, _plain)
