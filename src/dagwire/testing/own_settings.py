"""The settings of one test: read anew for it, with its own variables, and noted where."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from dagwire.config.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.testing.calling_line import calling_line

Source = PydanticBaseSettingsSource


class ChangedVariableWarning(UserWarning):
    """A test changed a variable after its settings had read it, so nothing came of it."""

    def __init__(self, name: str, line: str) -> None:
        """`line` is where the settings were read."""
        self.name = name
        self.line = line
        super().__init__(
            f"{name} was changed after {line} had the settings read; this test goes on with what was read then. "
            f"Change it before that, or mark the test: @pytest.mark.settings({name}=...)."
        )


class OwnSettings:
    """What one `SettingsProvider` of a test's container gives; lives as long as the test."""

    def __init__(self, key: str, provider: SettingsProvider[Any], variables: Mapping[str, str]) -> None:
        """Have `provider` read with `{variable: value}` over the environment. Nothing is read yet."""
        self.key = key
        self.provider = provider
        self.line: str | None = None
        """The line that had them read; None where they have not been."""
        self._environment: dict[str, str] = {}
        settings = cast("type[BaseSettings]", provider.provides)
        provider.set_provides(_reading(settings, variables, self._note))

    def _note(self) -> None:
        if self.line is None:
            self.line = calling_line()
            self._environment = dict(os.environ)

    def changed_variables(self, known: Mapping[str, object]) -> list[str]:
        """Those that have another value than when they were read."""
        if self.line is None:
            return []
        return [name for name in known if os.environ.get(name) != self._environment.get(name)]


def own_settings(container: Container, variables: Mapping[str, str]) -> Iterator[OwnSettings]:
    """Make the settings of a test's container its own."""
    for key in keys_of(container):
        provider = find_provider(container, key)
        if isinstance(provider, SettingsProvider):
            yield OwnSettings(key, provider, variables)


def known_variables(container: Container) -> list[str]:
    """The variables that the settings of `container` read."""
    return []


def _reading(
    settings: type[BaseSettings], variables: Mapping[str, str], on_read: Callable[[], None]
) -> type[BaseSettings]:
    """A class that reads `settings` with these `{variable: value}` over the environment, and calls `on_read` then.

    All that this stands on is pydantic-settings' public hook for sources.
    """

    def customised(cls: Any, /, settings_cls: type[BaseSettings], **sources: Any) -> tuple[Source, ...]:
        environment = sources["env_settings"]
        given = {name if environment.case_sensitive else name.lower(): value for name, value in variables.items()}
        environment.env_vars = {**environment.env_vars, **given}
        on_read()
        chosen: tuple[Source, ...] = cast("Any", settings.settings_customise_sources).__func__(
            cls, settings_cls, **sources
        )
        return chosen

    body = {
        "settings_customise_sources": classmethod(customised),
        "__module__": settings.__module__,
        "__qualname__": settings.__qualname__,
        "__doc__": settings.__doc__,
    }
    metaclass: Any = type(settings)
    subclass: type[BaseSettings] = metaclass(settings.__name__, (settings,), body)
    return subclass
