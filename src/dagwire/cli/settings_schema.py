"""The settings of a container as JSON Schema, without the defaults of secrets."""

from typing import Any

from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic_settings import BaseSettings

from dagwire.config.masking import sounds_secret
from dagwire.config.narrowing import is_mapping, is_sequence
from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.errors import InvalidConfigError


def settings_providers(container: Container) -> dict[str, SettingsProvider[Any]]:
    """`{key: provider}` of every settings of a container."""
    found = {key: find_provider(container, key) for key in keys_of(container)}
    return {key: provider for key, provider in found.items() if isinstance(provider, SettingsProvider)}


def schema_of(settings: type[BaseSettings]) -> dict[str, Any]:
    """The JSON Schema of a class of settings.

    Raises:
        InvalidConfigError: A field has a type that JSON Schema knows nothing of.
    """
    try:
        return dict(_without_secret_defaults(settings.model_json_schema()))
    except PydanticInvalidForJsonSchema as error:
        problem = error.message.partition("\n")[0]
    raise InvalidConfigError(settings.__name__, [problem], f"{settings.__name__} has no JSON Schema:")


def _without_secret_defaults(schema: Any) -> Any:
    if is_sequence(schema):
        return [_without_secret_defaults(item) for item in schema]
    if not is_mapping(schema):
        return schema
    cleaned = {name: _without_secret_defaults(value) for name, value in schema.items()}
    for name, described in cleaned.get("properties", {}).items():
        if is_mapping(described) and (sounds_secret(name) or described.get("writeOnly") or _has_secret(described)):
            cleaned["properties"][name] = {key: value for key, value in described.items() if key != "default"}
    return cleaned


def _has_secret(described: Any) -> bool:
    """Whether one of the types that a field may have is a secret one."""
    return any(one.get("writeOnly") for one in described.get("anyOf", ()))
