"""The replacements of a container's providers by the environment in force."""

from collections.abc import Iterator
from typing import Any

from dependency_injector import providers

from dagwire.config.environments.environment import chosen_environment
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.containers.keys import Container, EphemeralContainer, declared_by_key, find_provider
from dagwire.containers.overrides import check_override_keys
from dagwire.errors import UnknownEnvironmentError


def profile_overrides(container: Container) -> dict[str, Any]:
    """`{key: value or provider}` of the environment in force: its profile's overrides, and its settings.

    The settings are replaced where a block around this call has picked another environment than the process's, so
    that whatever is made of them is private to the run, and not shared with those of the other environment.

    Raises:
        UnknownEnvironmentError: The environment that is picked has no profile, or no settings have any.
        UnknownNameError: A profile overrides a key that the container does not have.
    """
    settings = _settings_with_profiles(container)
    overrides: dict[str, Any] = {}
    if not settings:
        if (chosen := chosen_environment()) is not None:
            _refuse_if_ineffective(container, chosen)
        return overrides
    for key, provider in settings:
        in_force = provider.in_force()
        profile = in_force.profile()
        if in_force is not provider:
            overrides[key] = in_force
        if profile is not None and profile.overrides:
            outer = key.rpartition(".")[0]
            overrides |= {f"{outer}.{name}" if outer else name: value for name, value in profile.overrides.items()}
    if overrides:
        check_override_keys(container, overrides)
    return overrides


def _refuse_if_ineffective(container: Container, name: str) -> None:
    """Refuse an environment picked around settings that have no profiles; a container without settings reads none."""
    if any(isinstance(declared, SettingsProvider) for _, declared in declared_by_key(container)):
        raise UnknownEnvironmentError(name, (), "The environment")


def check_environment(container: Container, name: str, picked_by: str) -> None:
    """Refuse an environment that would change nothing: a misspelt one would run with other settings.

    Raises:
        UnknownEnvironmentError: No settings of the container have profiles, or these have none of that name.
    """
    names = [one.profiles.names for _, one in _settings_with_profiles(container) if one.profiles is not None]
    if not names or not all(name in known for known in names):
        raise UnknownEnvironmentError(name, sorted({one for known in names for one in known}), picked_by)


_KEPT = "_dagwire_settings"
"""The attribute of a container that keeps what was found, since every scope asks: `(number of providers, found)`."""


def _settings_with_profiles(container: Container) -> list[tuple[str, SettingsProvider[Any]]]:
    """`(key, provider)` of the settings in the container that have profiles."""
    if isinstance(container, EphemeralContainer):
        if not container.has_providers:
            return []
        is_settings_or_nested = (SettingsProvider, providers.Container, providers.DependenciesContainer)
        has_any = any(isinstance(provider, is_settings_or_nested) for provider in container.providers.values())
        return list(_search(container)) if has_any else []
    size = len(container.providers)
    kept: tuple[int, list[tuple[str, SettingsProvider[Any]]]] | None = vars(container).get(_KEPT)
    if kept is None or kept[0] != size or any(find_provider(container, key) is not one for key, one in kept[1]):
        kept = (size, list(_search(container)))
        setattr(container, _KEPT, kept)
    return kept[1]


def _search(container: Container) -> Iterator[tuple[str, SettingsProvider[Any]]]:
    for key, declared in declared_by_key(container):
        if isinstance(declared, SettingsProvider) and declared.profiles is not None:
            provider = find_provider(container, key)
            if isinstance(provider, SettingsProvider):
                yield key, provider
