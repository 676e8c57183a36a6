"""How a field is known to hold a secret: by its mark, its type, or its name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, GetJsonSchemaHandler, Secret, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from dagwire.config.values.model_introspection import alias_paths, is_root_model
from dagwire.config.values.type_guards import is_mapping

SECRET_TYPES: Any = (SecretStr, SecretBytes, Secret)


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


NOT_SECRET = SecretField(is_secret=False)
SECRET_BY_NAME = SecretField()
"""The secrecy of a field that is not marked, but sounds secret; compared by identity, since a mark is equal to it."""


def secrecy_of(name: str, field: FieldInfo | None) -> SecretField | None:
    """The secrecy of a field, by its mark or type; `SECRET_BY_NAME` if only its name speaks; None for open fields.

    If a field's type is secret, the raw text that a source holds for it is too.
    """
    if field is None:
        return SECRET_BY_NAME if sounds_secret(name) else None
    parts = list(_parts_of(field.annotation, set()))
    marks = [mark for mark in (*parts, *field.metadata) if isinstance(mark, SecretField)]
    if marks:
        return marks[-1]
    is_of_secret_type = any(isinstance(part, type) and issubclass(part, SECRET_TYPES) for part in parts)
    if is_of_secret_type or _is_marked_for_dagster(field):
        return SecretField()
    names = (name, *(str(key) for path in alias_paths(field.validation_alias) for key in path))
    return SECRET_BY_NAME if any(map(sounds_secret, names)) else None


def _is_marked_for_dagster(field: FieldInfo) -> bool:
    """Whether the field has Dagster's own mark, which is not in its documentation."""
    extra = field.json_schema_extra
    return is_mapping(extra) and extra.get("dagster__is_secret") is True


def _parts_of(annotation: Any, seen: set[int]) -> Iterator[object]:
    """A type's classes, the types inside it, and the marks of `Annotated`, at any depth: of unions, lists, roots."""
    annotation = getattr(annotation, "__value__", annotation)  # of a `type X = ...` statement, which may hold itself
    if id(annotation) in seen:
        return
    seen.add(id(annotation))
    yield get_origin(annotation) or annotation
    if get_origin(annotation) is Literal:
        return
    for part in get_args(annotation):
        yield part
        yield from _parts_of(part, seen)
    if is_root_model(annotation):
        root = annotation.model_fields["root"]
        yield from root.metadata
        yield from _parts_of(root.annotation, seen)


# -- types that hold fields --------------------------------------------------------------------------------------------


def holds_secret_fields(annotation: Any) -> bool:
    """Whether a value of this type may hold, at any depth, a class with a secret field."""
    return any(
        (secrecy := secrecy_of(name, info)) and secrecy.is_secret and not (secrecy is SECRET_BY_NAME and is_dict)
        for kind in _classes_below(annotation, set())
        for is_dict in [_is_typed_dict(kind)]  # its values keep their names, by which they are known
        for name, info in fields_of_class(kind).items()
    )


def _classes_below(annotation: Any, seen: set[int]) -> Iterator[type]:
    """The classes with fields that a value of this type may hold, each once."""
    for part in _parts_of(annotation, seen):
        if isinstance(part, type) and (declared := fields_of_class(part)):
            yield part
            for info in declared.values():
                yield from _classes_below(info.annotation, seen)


def fields_of_class(kind: Any) -> Mapping[str, FieldInfo]:
    """`{name: field}` of a model, a dataclass, a named tuple or a typed dict; none for any other class."""
    if issubclass(kind, BaseModel):
        declared: Mapping[str, FieldInfo] = kind.model_fields
        return declared
    if is_dataclass(kind):
        names = [one.name for one in fields(kind)]
    elif _is_typed_dict(kind) or hasattr(kind, "_fields"):
        names = list(getattr(kind, "_fields", kind.__annotations__))
    else:
        return {}
    try:
        hints = get_type_hints(kind, include_extras=True)
    except NameError:  # a type that is defined inside a function, or for type checkers alone
        hints = {}
    return {name: FieldInfo(annotation=hints.get(name, object)) for name in names}


def _is_typed_dict(kind: Any) -> bool:
    """Whether this is a `TypedDict` of `typing`, or of typing_extensions, which `typing.is_typeddict` does not know."""
    return hasattr(kind, "__total__") and issubclass(kind, dict)


# -- names -------------------------------------------------------------------------------------------------------------


def sounds_secret(name: str) -> bool:
    """Whether a field of this name is taken for a secret."""
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]
    if not words or (words[-1] in _ABOUT_A_SECRET and "webhook" not in words):
        return False
    return words[-1] in _SECRET_LAST_WORDS or not _SECRET_WORDS.isdisjoint(words)


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
