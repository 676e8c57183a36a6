"""The variables that set a setting: prefix, delimiter, aliases and case are taken into account."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from dagwire.config.values.model_introspection import Key, alias_paths, input_paths, may_be_mapping, models_at, types_at


def variables_of(settings: type[BaseSettings], path: Sequence[Key]) -> tuple[str, ...]:
    """The variables that set the value at `path`, the preferred one first.

    If the value has no variable of its own (inside a list, or without `env_nested_delimiter`), they hold the nearest
    value around it, as JSON.

    Args:
        settings: The class of the settings.
        path: Names of fields, as Python has them, and keys: `("api", "base_url")`.

    Example:
        >>> from pydantic import BaseModel
        >>> from pydantic_settings import SettingsConfigDict
        >>> class Api(BaseModel):
        ...     base_url: str = ""
        >>> class Settings(BaseSettings):
        ...     model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")
        ...     api: Api = Api()
        >>> variables_of(Settings, ("api", "base_url"))
        ('APP_API__BASE_URL',)
    """
    names = [*_own_variables(settings, path), *variables_read_by(settings, path)]
    return tuple(dict.fromkeys(names))


def _own_variables(settings: type[BaseSettings], path: Sequence[Key]) -> Iterator[str]:
    """The variables that settings within `settings` read by themselves: theirs have their own prefix."""
    for depth in range(1, len(path)):
        for model in models_at(settings, path[:depth]):
            if issubclass(model, BaseSettings):
                yield from variables_of(model, path[depth:])


def variables_read_by(settings: type[BaseSettings], path: Sequence[Key]) -> Iterator[str]:
    """The variables that `settings` itself reads for the value at `path`; those of settings within it not included."""
    config: Mapping[str, Any] = settings.model_config
    first, *inner = path
    names = list(_top_variables(settings, str(first)))
    delimiter = config.get("env_nested_delimiter")
    deepest = config.get("env_nested_max_split") or len(inner)
    reached: tuple[Key, ...] = (first,)
    for part in inner[:deepest] if delimiter else ():
        keys = _nested_keys(settings, reached, part)
        if not keys:
            break
        names = [f"{name}{delimiter}{key}" for name in names for key in keys]
        reached = (*reached, part)
    yield from dict.fromkeys(name if config.get("case_sensitive") else name.upper() for name in names)


def is_set_alone(settings: type[BaseSettings], path: Sequence[Key]) -> bool:
    """Whether the value at `path` has variables of its own, and is not only a part of another's JSON."""
    return len(path) == 1 or variables_of(settings, path) != variables_of(settings, path[:-1])


def is_read_alone(settings: type[BaseSettings], path: Sequence[Key]) -> bool:
    """Whether `settings` itself reads variables for the value at `path` alone."""
    around = set(variables_read_by(settings, path[:-1])) if len(path) > 1 else set[str]()
    return set(variables_read_by(settings, path)) != around


def _top_variables(settings: type[BaseSettings], name: str) -> Iterator[str]:
    config: Mapping[str, Any] = settings.model_config
    prefix = config.get("env_prefix") or ""
    prefixed = config.get("env_prefix_target") or "variable"
    if name not in settings.model_fields:
        yield prefix + name
        return
    for keys in input_paths(settings, name):
        is_alias = keys != (name,) or _is_alias(settings.model_fields[name], name)
        yield (prefix if prefixed in ("all", "alias" if is_alias else "variable") else "") + str(keys[0])


def _is_alias(field: FieldInfo, name: str) -> bool:
    return (name,) in alias_paths(field.validation_alias)


def _nested_keys(settings: type[BaseSettings], reached: Sequence[Key], part: Key) -> list[str]:
    """The spellings of `part`, a field or key of the value at `reached`; none for a position in a list."""
    if isinstance(part, int):
        return [str(part)] if any(map(may_be_mapping, types_at(settings, reached))) else []
    models = models_at(settings, reached)
    named = [str(keys[0]) for model in models if part in model.model_fields for keys in input_paths(model, part)]
    return list(dict.fromkeys(named)) or [str(part)]
