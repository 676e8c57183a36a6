"""The settings of one test: read anew for it, with its own variables, and noted where."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_settings import BaseSettings

from dagwire.config.environments.environment import SWITCH
from dagwire.config.explain.replaced_sources import ChooseSources, Source, with_changed_sources
from dagwire.config.schema.config import variables_at
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.settings.variable_conflicts import paths_by_variable
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.resource_provider import AnyResourceProvider, ResourceProvider
from dagwire.resources.recipe import is_configurable
from dagwire.testing.call_site import calling_line


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
    """The settings of one `SettingsProvider` of a test's container; lives as long as the test."""

    def __init__(self, key: str, provider: SettingsProvider[Any], variables: Mapping[str, str]) -> None:
        """Have `provider` read with `{variable: value}` over the environment. Nothing is read yet."""
        self.key = key
        self.provider = provider
        self.line: str | None = None
        """The line that had them read; None where they have not been."""
        self._given = variables
        self._environment: dict[str, str] = {}
        self._known = [*paths_by_variable(provider.settings), *([SWITCH] if provider.profiles is not None else ())]
        provider.set_provides(with_changed_sources(provider.settings, self._read))

    def _read(
        self, choose: ChooseSources, settings_cls: type[BaseSettings], sources: dict[str, Any]
    ) -> Iterable[Source]:
        if self.line is None:
            self.line = calling_line()
            self._environment = dict(os.environ)
        return choose(settings_cls, **sources)

    def changed_in_vain(self) -> Iterator[ChangedVariableWarning]:
        """A warning for each variable that has another value than when the settings were read."""
        for name in self._known if self.line is not None else ():
            if name not in self._given and os.environ.get(name) != self._environment.get(name):
                yield ChangedVariableWarning(name, str(self.line))


def own_settings(container: Container, variables: Mapping[str, str]) -> Iterator[OwnSettings]:
    """Make the settings of a test's container its own."""
    for key in keys_of(container):
        provider = find_provider(container, key)
        if isinstance(provider, SettingsProvider):
            yield OwnSettings(key, provider, variables)


def known_variables(container: Container) -> list[str]:
    """The variables that settings and resources of `container` read."""
    names = [SWITCH]
    for key in keys_of(container):
        provider = find_provider(container, key)
        if isinstance(provider, SettingsProvider):
            names += paths_by_variable(provider.settings)
        elif isinstance(provider, ResourceProvider):
            names += _named_by(provider)
    return list(dict.fromkeys(names))


def _named_by(provider: AnyResourceProvider) -> Iterator[str]:
    """The variables that each `EnvVar` names among what a resource is made of."""
    for value in provider.injections:
        inner = [value, *value.nested_resources().values()] if is_configurable(value) else [value]
        for one in inner:
            found = one.variables() if is_configurable(one) else variables_at("", one)
            yield from (variable.env_var_name for _, variable in found)
