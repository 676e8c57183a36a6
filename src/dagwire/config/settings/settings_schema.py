"""`settings_schema`: the JSON Schema of settings, with the variables that set each value, and without secrets."""

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_settings import BaseSettings

from dagwire.config.values.model_introspection import declared_fields
from dagwire.config.values.secrecy import sounds_secret
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.config.values.variable_names import variables_of

DIALECT = GenerateJsonSchema.schema_dialect


def settings_schema(settings: type[BaseSettings]) -> dict[str, Any]:
    """The JSON Schema of `settings`, for editors that complete and check configuration files.

    Under `x-environment` stands `{path: variables}`. Secrets are `writeOnly`, and their defaults are left out.

    Example:
        >>> from dagwire import settings_schema
        >>> class Settings(BaseSettings):
        ...     region: str = "eu"
        ...     password: str = "none"
        >>> schema = settings_schema(Settings)
        >>> schema["properties"]["password"]
        {'title': 'Password', 'type': 'string', 'writeOnly': True}
        >>> schema["x-environment"]
        {'region': ['REGION'], 'password': ['PASSWORD']}
    """
    schema = settings.model_json_schema()
    for name, described in _properties_in(schema):
        if described.get("format") == "password" or described.get(
            "writeOnly", sounds_secret(name) and _is_text(described)
        ):
            described["writeOnly"] = True
            described.pop("default", None)
        elif is_mapping(described.get("default")) or is_sequence(described.get("default")):
            del described["default"]  # of a model: its own properties have theirs; of others it may hold anything
    variables = {".".join(field.path): list(variables_of(settings, field.path)) for field in declared_fields(settings)}
    return {"$schema": DIALECT, **schema, "x-environment": variables}


def _properties_in(schema: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """`(name, description)` of every property, those of nested models too."""
    if is_mapping(schema):
        properties = schema.get("properties")
        if is_mapping(properties):
            yield from properties.items()
        for inner in schema.values():
            yield from _properties_in(inner)
    elif is_sequence(schema):
        for inner in schema:
            yield from _properties_in(inner)


def _is_text(described: Any) -> bool:
    """Whether the value may be text."""
    kinds = (described, *described.get("anyOf", ()))
    return any(kind.get("type", "string") == "string" for kind in kinds)
