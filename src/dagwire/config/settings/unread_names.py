"""Names that look like settings and that nothing reads: misspelt variables and keys of files. Each is a warning."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_settings import BaseSettings, DotEnvSettingsSource

from dagwire.config.explain.places_in_sources import config_files_of, dotenv_files_of, variables_in_dotenv
from dagwire.config.explain.source_recording import Given, Reading
from dagwire.config.files.config_files import from_here, line_of, read_config_file
from dagwire.config.settings.settings_provider import SettingsProvider
from dagwire.config.settings.variable_conflicts import paths_by_variable
from dagwire.config.values.model_introspection import (
    declared_fields,
    input_paths,
    may_be_mapping,
    members_of,
    models_in,
)
from dagwire.config.values.type_guards import is_mapping
from dagwire.config.values.variable_names import variables_of
from dagwire.errors import DagwireError
from dagwire.suggestions import nearest


class UnreadName(NamedTuple):
    """A variable or a key that nothing reads."""

    name: str
    place: str
    """`the environment`, or file and line."""
    guess: str | None
    """The name that was probably meant."""

    def __str__(self) -> str:
        """Report name, place and guess."""
        hint = f" Did you mean '{self.guess}'?" if self.guess else ""
        return f"'{self.name}' in {self.place} is read by no setting.{hint}"


def unread_names(providers: Collection[SettingsProvider[Any]]) -> list[UnreadName]:
    """List what is set for `providers` and read by none of them. Settings that cannot be read are left out.

    Args:
        providers: All settings of a container: a variable of one is not a misspelt one of another.
    """
    readings = [reading for provider in providers for reading in _readings(provider)]
    classes = [settings for settings, _ in readings]
    claimed = _Claimed(classes)
    unread = [*_in_environment(classes, claimed)]
    for settings, reading in readings:
        for given in reading.given:
            unread += _in_source(settings, given, claimed)
    return list(dict.fromkeys(unread))


def _readings(provider: SettingsProvider[Any]) -> Iterator[tuple[type[BaseSettings], Reading]]:
    try:
        yield provider.read_recorded()
    except Exception:  # noqa: BLE001  # whatever a source raises is reported as a fault of the settings
        return


class _Claimed:
    """The variables that some settings read; lives as long as one check."""

    def __init__(self, classes: Sequence[type[BaseSettings]]) -> None:
        self.names = [name for settings in classes for name in paths_by_variable(settings)]
        self._lower = {name.lower() for name in self.names}
        self._open = tuple(opening.lower() for settings in classes for opening in _openings(settings))

    def has(self, name: str) -> bool:
        """Whether a setting reads `name`, also as a key of a dict."""
        return name.lower() in self._lower or (bool(self._open) and name.lower().startswith(self._open))


def _openings(settings: type[BaseSettings]) -> Iterator[str]:
    """The beginnings of variables whose endings are keys of a dict, or of a type that may be one."""
    delimiter: str | None = settings.model_config.get("env_nested_delimiter")
    for field in declared_fields(settings) if delimiter else ():
        members = list(members_of(field.info.annotation))
        if may_be_mapping(field.info.annotation) or Any in members or object in members:
            yield from (f"{name}{delimiter}" for name in variables_of(settings, field.path))


# -- variables ---------------------------------------------------------------------------------------------------------


def _in_environment(classes: Sequence[type[BaseSettings]], claimed: _Claimed) -> Iterator[UnreadName]:
    """The variables of the process that begin with a prefix of the settings.

    Without a prefix, any variable may be another program's.
    """
    prefixes = tuple(prefix.lower() for settings in classes if (prefix := settings.model_config.get("env_prefix")))
    for name in os.environ if prefixes else ():
        if name.lower().startswith(prefixes) and not claimed.has(name):
            yield UnreadName(name, "the environment", nearest(name, claimed.names))


def _in_source(settings: type[BaseSettings], given: Given, claimed: _Claimed) -> Iterator[UnreadName]:
    if isinstance(given.source, DotEnvSettingsSource):
        yield from _in_dotenv_files(settings, given.source, claimed)
    for path in config_files_of(given.source):
        try:
            values = read_config_file(path) if path.is_file() else {}
        except DagwireError:
            continue  # reported as a fault of the settings
        yield from _in_file(settings, path, values, ())


def _in_dotenv_files(
    settings: type[BaseSettings], source: DotEnvSettingsSource, claimed: _Claimed
) -> Iterator[UnreadName]:
    prefix = (settings.model_config.get("env_prefix") or "").lower()
    for path in dotenv_files_of(source):
        for name, _, line in variables_in_dotenv(path, source.env_file_encoding):
            if prefix and name.lower().startswith(prefix) and not claimed.has(name):
                yield UnreadName(name, f"{path}, line {line}", nearest(name, claimed.names))


# -- files -------------------------------------------------------------------------------------------------------------


def _in_file(
    model: type[BaseModel], path: Path, values: Mapping[str, object], around: tuple[str, ...]
) -> Iterator[UnreadName]:
    """The keys of a file that no field takes, at any depth. A model that keeps what it does not know takes all."""
    if model.model_config.get("extra") == "allow":
        return
    field_by_key = {str(keys[0]): name for name in model.model_fields for keys in input_paths(model, name)}
    for key, value in values.items():
        keys = (*around, key)
        if key not in field_by_key:
            place = _place(path, keys)
            yield UnreadName(".".join(keys), place, _guess(key, field_by_key, around))
            continue
        inner = models_in(model.model_fields[field_by_key[key]].annotation)
        if len(inner) == 1 and is_mapping(value):
            yield from _in_file(inner[0], path, value, keys)


def _place(path: Path, keys: Sequence[str]) -> str:
    line = line_of(path, keys)
    return f"{from_here(str(path))}, line {line}" if line else from_here(str(path))


def _guess(key: str, known: Collection[str], around: tuple[str, ...]) -> str | None:
    found = nearest(key, known)
    return found and ".".join((*around, found))
