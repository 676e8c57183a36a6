"""Settings read from other sources than those that their class names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from dagwire.config.values.variable_overrides import VariableOverrides

S = TypeVar("S", bound=BaseSettings)
Source = PydanticBaseSettingsSource
ChooseSources = Callable[..., Iterable[Source]]
"""`settings_customise_sources` of a class, called with a class and with the usual sources by name."""


def with_changed_sources(
    settings: type[S],
    change: Callable[[ChooseSources, type[BaseSettings], dict[str, Any]], Iterable[Source]],
) -> type[S]:
    """A subclass of `settings`, by the same name, that reads what `change` gives: its own sources, changed.

    pydantic-settings' public hook for sources is all that this stands on.

    Args:
        settings: The class.
        change: Given what chooses the sources of `settings`, the class that is read, and the usual sources by name.
    """

    def customised(cls: Any, /, settings_cls: type[BaseSettings], **sources: Source) -> tuple[Source, ...]:
        parent: Any = super(subclass, cls)
        return tuple(change(parent.settings_customise_sources, settings_cls, sources))

    subclass = _subclass(settings, {"settings_customise_sources": classmethod(customised)})
    return subclass  # named for `super()` above


def as_called(settings: type[BaseSettings], arguments: Mapping[str, object]) -> type[BaseSettings]:
    """The class with the options that a call gives in place of its own: `_env_prefix`, `_env_file` and their like.

    A call hides these options inside the sources that it makes. Messages, `explain` and checks read those of the class.

    Args:
        settings: The class.
        arguments: What it is called with; values of fields among them are left alone.
    """
    options = {name[1:]: value for name, value in arguments.items() if name.startswith("_") and value is not None}
    return _subclass(settings, {"model_config": options}) if options else settings


def with_variables(settings: type[S], overrides: VariableOverrides) -> type[S]:
    """The class, reading the variables of a block in place of those of the process."""

    def replaced(choose: ChooseSources, settings_cls: type[BaseSettings], sources: dict[str, Any]) -> Iterable[Source]:
        source = sources["env_settings"]
        values = overrides.value_by_name.items()
        given = {name if source.case_sensitive else name.lower(): value for name, value in values}
        source.env_vars = {**source.env_vars, **given}
        return choose(settings_cls, **sources)

    return with_changed_sources(settings, replaced)


def _subclass(settings: type[S], body: Mapping[str, Any]) -> type[S]:
    """A subclass that goes by the name of `settings`."""
    names = {
        "__module__": settings.__module__,
        "__qualname__": settings.__qualname__,
        "__doc__": settings.__doc__,
    }
    make_class = cast("Callable[..., type[S]]", type(settings))  # pydantic's metaclass
    return make_class(settings.__name__, (settings,), {**names, **body})
