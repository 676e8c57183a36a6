"""Limits of the sources that pydantic-settings reads itself: checked before it expands aliases or follows nesting."""

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, JsonConfigSettingsSource, TomlConfigSettingsSource
from pydantic_settings.sources import ConfigFileSourceMixin

from dagwire.config.files.config_files import fault_in_file, from_here, paths_in
from dagwire.config.files.parsers import parsed, parser_errors
from dagwire.config.values.size_limits import MOST_LEVELS
from dagwire.errors import ConfigFileError, SettingsError

_TYPE_BY_OPTION = {"toml_file": ".toml", "yaml_file": ".yaml", "json_file": ".json"}
_SHOWN = 60
_SUSPICIOUS = re.compile(rf"\*|\d{{4300}}|^[ ?-]{{{MOST_LEVELS}}}|(?:[\w\"'-]+\s*\.\s*){{{MOST_LEVELS}}}", re.MULTILINE)
"""An alias, a number of thousands of digits, a deep indentation, or a long dotted key."""


def check_limits(settings: type[BaseSettings], variables: Iterable[str]) -> None:
    """Refuse files whose aliases multiply their values, what is nested too deeply, and numbers of thousands of digits.

    Args:
        settings: The class; its options name the files.
        variables: The names of all variables that are set.

    Raises:
        SettingsError: All such sources are named. No value is shown.
    """
    config: Mapping[str, Any] = settings.model_config
    files = [(path, kind) for option, kind in _TYPE_BY_OPTION.items() for path in paths_in(config.get(option))]
    problems = [problem for path, kind in files if path.is_file() for problem in _problems_of_file(path, kind)]
    problems += _nested_too_deeply(config, variables)
    if problems:
        raise SettingsError(settings.__name__, problems)


@contextmanager
def bounded_sources(settings: type[BaseSettings]) -> Generator[None]:
    """Within the block, hold the files that sources name in their own constructors to these limits, too.

    Raises:
        SettingsError: Within the block: such a file is out of bounds. No value is shown.
    """
    token = _READ_NOW.set(settings.__name__)
    try:
        yield
    finally:
        _READ_NOW.reset(token)


_READ_NOW: ContextVar[str | None] = ContextVar("_READ_NOW", default=None)
"""The name of the settings that the current context reads."""


def _checked_first(read: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """pydantic-settings' reader of files, preceded by the check; outside `bounded_sources` it is the reader alone.

    Which file a source names in its constructor, that constructor alone knows; and it reads the file at once.
    """

    @wraps(read)
    def read_within_limits(source: object, files: object, *args: object, **kwargs: object) -> dict[str, Any]:
        name = _READ_NOW.get()
        paths = paths_in(files) if name is not None else []
        problems = [problem for path in paths if path.is_file() for problem in _problems_of_file(path, _kind(source))]
        if problems:
            raise SettingsError(name or "", problems)
        return read(source, files, *args, **kwargs)

    return read_within_limits


def _kind(source: object) -> str:
    if isinstance(source, TomlConfigSettingsSource):
        return ".toml"
    return ".json" if isinstance(source, JsonConfigSettingsSource) else ".yaml"


# pydantic-settings offers no hook between the constructor of a source and the file that it reads.
setattr(ConfigFileSourceMixin, "_read_files", _checked_first(getattr(ConfigFileSourceMixin, "_read_files")))  # noqa: B009, B010  # a private method of another package


def _problems_of_file(path: Path, kind: str) -> Iterator[str]:
    """The fault of a file; a file that cannot be out of bounds, by its text, is parsed by pydantic-settings alone."""
    try:
        text = path.read_text(encoding="utf-8")
        if text.count("{") + text.count("[") > MOST_LEVELS or _SUSPICIOUS.search(text):
            parsed(text, kind)
    except parser_errors(OSError) as error:
        yield str(ConfigFileError(from_here(str(path)), *fault_in_file(path, error)))


def _nested_too_deeply(config: Mapping[str, Any], variables: Iterable[str]) -> Iterator[str]:
    """A problem for each variable whose name leads through too many levels."""
    delimiter: str | None = config.get("env_nested_delimiter")
    prefix: str = config.get("env_prefix") or ""
    for name in variables if delimiter else ():
        if name.lower().startswith(prefix.lower()) and name.count(delimiter or "") > MOST_LEVELS:
            yield f"{name[:_SHOWN]}...: it is nested more than {MOST_LEVELS} levels deep"
