"""The class whose fields configure a resource, as far as it is known before settings are read."""

from typing import Any, cast

from dependency_injector import providers
from pydantic import BaseModel

from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.values.model_introspection import models_at
from dagwire.containers.provider_edges import edges_of
from dagwire.containers.provider_types import AnyProvider
from dagwire.errors import SettingsError
from dagwire.resources.recipe import is_configurable_class

_GETTERS: Any = (providers.AttributeGetter, providers.ItemGetter)  # stubs leave what these hold partly unknown
_PROVIDED: Any = providers.ProvidedInstance


def configured_class(provider: object) -> type[BaseModel] | None:
    """The class of a resource, whose fields its config fills; None if it has none, or only settings decide it.

    The annotation of a field of settings is enough, unless it allows several classes: nothing is read.
    """
    source: Any = getattr(provider, "source", None)
    setting = setting_read_by(source)
    if setting is not None and isinstance(setting[0], SettingsProvider):
        models = models_at(setting[0].settings, setting[1].split("."))
        return models[0] if len(models) == 1 else None
    if is_configurable_class(source):
        return cast("type[BaseModel]", source)
    return type(source) if isinstance(source, BaseModel) else None


def class_in_settings(source: AnyProvider) -> type | None:
    """The class of what settings hold now; None if they cannot be read, or `source` is made of anything else.

    No other provider is called, since that may open something.
    """
    if not is_of_settings(source):
        return None
    try:
        value: object = source()
    except (SettingsError, AttributeError):
        return None
    return type(value)


def is_of_settings(provider: AnyProvider) -> bool:
    """Whether nothing but settings makes the value of a provider."""
    if isinstance(provider, SettingsProvider):
        return True
    below = edges_of(provider).called
    return bool(below) and all(map(is_of_settings, below))


def setting_read_by(provider: Any) -> tuple[AnyProvider, str] | None:
    """The settings that `settings.provided.a.b` reads from, and the path; None for other providers."""
    names: list[str] = []
    while isinstance(provider, _GETTERS):
        names.append(str(provider.name))
        provider = provider.provides
    return (provider.provides, ".".join(reversed(names))) if isinstance(provider, _PROVIDED) else None
