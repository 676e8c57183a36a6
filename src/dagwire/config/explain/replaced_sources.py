"""The same settings, read from other sources."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

Source = PydanticBaseSettingsSource
ChooseSources = Callable[..., Iterable[Source]]
"""`settings_customise_sources` of a class, called with a class and with the usual sources by name."""


def with_changed_sources(
    settings: type[BaseSettings],
    change: Callable[[ChooseSources, type[BaseSettings], dict[str, Any]], Iterable[Source]],
) -> type[BaseSettings]:
    """A subclass of `settings`, by the same name, that reads what `change` gives: its own sources, changed.

    pydantic-settings' public hook for sources is all that this stands on.

    Args:
        settings: The class.
        change: Given what chooses the sources of `settings`, the class that is read, and the usual sources by name.
    """

    def customised(cls: Any, /, settings_cls: type[BaseSettings], **sources: Source) -> tuple[Source, ...]:
        parent: Any = super(subclass, cls)
        return tuple(change(parent.settings_customise_sources, settings_cls, sources))

    body = {
        "settings_customise_sources": classmethod(customised),
        "__module__": settings.__module__,
        "__qualname__": settings.__qualname__,
        "__doc__": settings.__doc__,
    }
    make_class: Any = type(settings)  # pydantic's metaclass
    subclass: type[BaseSettings] = make_class(settings.__name__, (settings,), body)
    return subclass
