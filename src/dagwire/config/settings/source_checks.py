"""The faults of the sources of settings: files and variables that cannot be read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from traceback import walk_tb
from typing import Any

from pydantic_settings import BaseSettings
from pydantic_settings.exceptions import SettingsError as SourceError

from dagwire.config.explain.places_in_sources import broken_lines_in_dotenv, variables_in_dotenv
from dagwire.config.files.config_files import NO_MAPPING, fault_in_file, from_here, paths_in
from dagwire.config.files.parsers import fault_of
from dagwire.config.settings.source_limits import check_limits
from dagwire.config.settings.variable_conflicts import paths_by_variable
from dagwire.config.values.variable_overrides import variables_now
from dagwire.errors import ConfigFileError, SettingsError

_Variable = tuple[str, str, str]
"""Name, value, and where it is set, for the end of a sentence: " in .env"; nothing for the environment."""


def check_sources(settings: type[BaseSettings]) -> None:
    """Refuse sources whose faults pydantic-settings passes over.

    Raises:
        SettingsError: A directory stands where a file is to be read, a variable is set twice, in different case, or a
            source is out of bounds.
    """
    check_source_limits(settings)
    config: Mapping[str, Any] = settings.model_config
    paths = [path for option in _FILE_OPTIONS for path in paths_in(config.get(option))]
    problems = [f"{path}: it is a directory, not a file" for path in paths if path.is_dir()]
    dotenv_files = [path for path in paths_in(config.get("env_file")) if path.is_file()]
    encoding: str | None = config.get("env_file_encoding")
    broken = [(path, line) for path in dotenv_files for line in _broken_lines(path, encoding)]
    problems += [f"{path}, line {line}: it is not of the form NAME=value" for path, line in broken]
    if not config.get("case_sensitive"):
        problems += _set_twice(settings, _in_environment())
        problems += _set_twice(settings, _in_dotenv_files(settings))
    if problems:
        raise SettingsError(settings.__name__, problems)


def check_source_limits(settings: type[BaseSettings]) -> None:
    """Refuse sources that are nested too deeply, or whose aliases multiply their values.

    Raises:
        SettingsError: All such sources are named. No value is shown.
    """
    check_limits(settings, (name for name, _, _ in (*_in_environment(), *_in_dotenv_files(settings))))


_FILE_OPTIONS = ("env_file", "toml_file", "yaml_file", "json_file")


def _in_environment() -> Iterator[_Variable]:
    return ((name, value, "") for name, value in variables_now().items())


def _in_dotenv_files(settings: type[BaseSettings]) -> Iterator[_Variable]:
    encoding = settings.model_config.get("env_file_encoding")
    for path in paths_in(settings.model_config.get("env_file")):
        try:
            yield from ((name, value, f" in {path}") for name, value, _ in variables_in_dotenv(path, encoding))
        except (OSError, ValueError):
            continue  # reported by whoever reads it


def _broken_lines(path: Path, encoding: str | None) -> list[int]:
    try:
        return broken_lines_in_dotenv(path, encoding)
    except (OSError, ValueError):
        return []  # reported by whoever reads it


def _set_twice(settings: type[BaseSettings], variables: Iterable[_Variable]) -> Iterator[str]:
    """The variables of `settings` that one source sets in two spellings to two values: which one counts is chance."""
    found = list(variables)
    if len({(name.lower(), place) for name, _, place in found}) == len(found):
        return
    spelled: dict[tuple[str, str], dict[str, str]] = {}
    for name, value, place in found:
        spelled.setdefault((name.lower(), place), {})[name] = value
    several = {at: values for at, values in spelled.items() if len(set(values.values())) > 1}
    if several:
        claimed = {name.lower() for name in paths_by_variable(settings)}
        for (name, place), values in several.items():
            if name in claimed:
                yield f"{' and '.join(sorted(values))} are one variable, set twice{place}. Keep one of them."


# -- what a source raised ----------------------------------------------------------------------------------------------


def source_problem(settings: type[BaseSettings], error: Exception) -> str | None:
    """Describe an error that a source of pydantic-settings raised; None for any other error."""
    if isinstance(error, ConfigFileError):
        return str(error)
    path = _local_of(error, _READERS, "file_path")
    if isinstance(path, Path):
        is_no_mapping = isinstance(error, TypeError)  # of the `dict.update` that is to take what the file holds
        fault = (NO_MAPPING, None) if is_no_mapping else fault_in_file(path, error)
        return str(ConfigFileError(from_here(str(path)), *fault))
    return _undecoded(settings, error)


_READERS = frozenset({"_read_file", "_read_files", "_static_read_env_file"})
"""The functions of pydantic-settings that read files, each as its variable `file_path`."""
_DECODERS = frozenset({"decode_complex_value"})
"""The function of pydantic-settings that reads JSON in a variable, its argument `value`."""


def _local_of(error: BaseException, functions: frozenset[str], name: str) -> object:
    """A local variable of one of these functions, at which reading failed: parsers seldom report what they read."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    found = (frame.f_locals.get(name) for frame in frames if frame.f_code.co_name in functions)
    return next((value for value in found if value is not None), None)


def _undecoded(settings: type[BaseSettings], error: Exception) -> str | None:
    """Describe a variable whose value is broken JSON; pydantic-settings names the outermost field alone."""
    cause = error.__cause__ or error
    text = _local_of(cause, _DECODERS, "value")
    claimed = {name.lower(): path for name, paths in paths_by_variable(settings).items() for path in paths}
    for name, value, place in (*_in_environment(), *_in_dotenv_files(settings)):
        if value == text and name.lower() in claimed:
            path = ".".join(claimed[name.lower()])
            return f"{name} ({path}){place}: {_fault_of_json(value, cause)}"
    return str(error) if isinstance(error, SourceError) else None


def _fault_of_json(text: str, error: BaseException) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"it is not valid JSON: {error.msg}, at character {error.pos + 1} of {len(text)}"
    return fault_of(text, error)[0]
