"""Overrides of one option of a `Configuration`, or of one value of settings: all others stay as they are."""

from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from dependency_injector import providers

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.values.changed_model import changed_model, has_path
from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.keys import Container, Key, find_provider
from dagwire.containers.provider_types import AnyProvider
from dagwire.errors import ResourceTypeError

Path = tuple[str, ...]


class Option(NamedTuple):
    """An option or a value, as a path below its holder."""

    root: object
    """The key of the `Configuration` or of the settings, or the provider itself if it is another container's."""
    path: Path

    @property
    def name(self) -> str:
        """The path, for messages."""
        return ".".join(self.path)


def option_at(container: Container, key: str) -> Option | None:
    """The option under a path that leads into a `Configuration` or into settings, or None."""
    names = key.split(".")
    for end in range(1, len(names)):
        root = ".".join(names[:end])
        found = find_provider(container, root)
        path = tuple(names[end:])
        if isinstance(found, providers.Configuration):
            return Option(root, path)
        if isinstance(found, SettingsProvider):
            return Option(root, path) if has_path(found.settings, path) else None
    return None


def with_options_replaced(container: Container, replacements: Mapping[Key, AnyProvider]) -> dict[Key, AnyProvider]:
    """`replacements`, in which what holds an option that is replaced takes the option's place.

    Raises:
        ResourceTypeError: An option is replaced by a provider that is not a plain value.
    """
    changed: dict[Key, AnyProvider] = {}
    values: dict[Key, dict[Path, object]] = {}
    for key, provider in replacements.items():
        option = key if isinstance(key, Option) else None
        if option is None and isinstance(key, str) and "." in key and find_provider(container, key) is None:
            option = option_at(container, key)
        if option is None:
            changed[key] = provider
            values.pop(key, None)  # what replaces the whole is stronger than what replaced a part before it
        else:
            values.setdefault(option.root, {})[option.path] = _plain_value(option, provider)
    for root, changes in values.items():
        base = changed.get(root) or cast("AnyProvider", find_provider(container, root))
        changed[root] = _changed(base, changes)
    return changed


def _plain_value(option: Option, provider: AnyProvider) -> object:
    if type(provider) is not providers.Object:
        problem = f"one option is replaced by a value; a {type(provider).__name__} was given."
        raise ResourceTypeError(option.name, problem)
    return cast("Any", provider).provides


def _changed(base: AnyProvider, changes: Mapping[Path, object]) -> AnyProvider:
    """A provider of what `base` gives, with some of its values changed."""
    if isinstance(base, SettingsProvider):
        return base.changed(changes)
    value: Any = base() if isinstance(base, (providers.Configuration, providers.Object)) else None
    if value is None or is_mapping(value):
        return providers.Object(_merged(cast("Any", value or {}), changes))
    return providers.Object(changed_model(value, changes))


def _merged(options: Mapping[Any, object], changes: Mapping[Path, object]) -> dict[Any, Any]:
    merged = dict(options)
    for path, value in changes.items():
        level = merged
        for name in path[:-1]:
            inner = level.get(name)
            level[name] = level = dict(cast("Any", inner)) if is_mapping(inner) else {}
        level[path[-1]] = value
    return merged
