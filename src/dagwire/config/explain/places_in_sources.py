"""The origin of a value within its source: the variable, the file and the line."""

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    NestedSecretsSettingsSource,
    SecretsSettingsSource,
)

from dagwire.config.environments.profiles import ProfileSource
from dagwire.config.explain.explained_values import Found, Source, SourceKind
from dagwire.config.explain.source_merging import ABSENT, item_of
from dagwire.config.files.config_files import line_of, paths_in, read_config_file
from dagwire.config.values.model_introspection import Key
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.config.values.variable_names import is_read_alone, variables_of, variables_read_by
from dagwire.config.values.variable_overrides import variables_now
from dagwire.errors import ConfigFileError


class Spot(NamedTuple):
    """A value within what a source gave: by which names one asks for it, and under which keys it was given."""

    settings: type[BaseSettings]
    path: tuple[Key, ...]
    """Names of fields, as Python has them, and keys."""
    keys: tuple[Key, ...]
    """The keys that the source used for them."""
    value: Any


def places_of(source: object, spot: Spot) -> Iterator[Found]:
    """The places in which `source` found the value at `spot`, the one in force first. Values are not masked yet."""
    if source is None:
        argument = ".".join(str(key) for key in spot.keys)
        yield Found(spot.value, Source(SourceKind.COMMAND_LINE, f"--{argument}"))
    elif isinstance(source, DotEnvSettingsSource):
        yield from _in_dotenv_files(source, spot)
    elif isinstance(source, NestedSecretsSettingsSource | SecretsSettingsSource):
        yield from _in_secrets_files(source, spot)
    elif type(source) is EnvSettingsSource:
        yield from _in_environment(source, spot)
    elif type(source) is InitSettingsSource:
        yield Found(spot.value, Source(SourceKind.CONSTRUCTOR))
    elif files := config_files_of(source):
        yield from _in_config_files(source, files, spot)
    else:
        yield _unplaced(source, spot)


def _unplaced(source: object, spot: Spot) -> Found:
    return Found(spot.value, Source(SourceKind.OTHER, _called(source)))


def _called(source: object) -> str:
    return str(getattr(source, "__name__", type(source).__name__))


def looked_in(source: object) -> Iterator[str]:
    """List the places that a source reads; files that do not exist are marked."""
    if source is None:
        yield "the command line"
    elif type(source) is EnvSettingsSource:
        yield "the environment"
    elif isinstance(source, DotEnvSettingsSource):
        paths = paths_in(source.env_file)
        yield from (_with_absence(_file_near(path, source.env_file_depth or 0) or path) for path in paths)
    elif isinstance(source, NestedSecretsSettingsSource | SecretsSettingsSource):
        yield from map(_with_absence, paths_in(source.secrets_dir))
    elif files := config_files_of(source):
        yield from map(_with_absence, files)
    elif type(source) is not InitSettingsSource:
        yield _called(source)


def _with_absence(path: Path) -> str:
    return str(path) if path.exists() else f"{path} (does not exist)"


# -- variables ---------------------------------------------------------------------------------------------------------


def _in_environment(source: EnvSettingsSource, spot: Spot) -> Iterator[Found]:
    spelled = {_as_compared(source, name): name for name in variables_now()}
    holding = [(Source(SourceKind.VARIABLE, spelled.get(name, name)), value) for name, value in _holding(source, spot)]
    yield from _strongest_first(source, spot, holding)


def _in_dotenv_files(source: DotEnvSettingsSource, spot: Spot) -> Iterator[Found]:
    depth_by_name = {_as_compared(source, name): depth for name, depth in reversed(list(_names_holding(spot)))}
    holding = [
        (depth_by_name[name], Source(SourceKind.DOTENV, str(path), line), _inside(text, spot, depth_by_name[name]))
        for path in reversed(dotenv_files_of(source))
        for variable, text, line in reversed(list(variables_in_dotenv(path, source.env_file_encoding)))
        if (name := _as_compared(source, variable)) in depth_by_name
    ]
    nearest_first = sorted((held for held in holding if held[2] is not ABSENT), key=lambda held: -held[0])
    yield from _strongest_first(source, spot, [(place, value) for _, place, value in nearest_first])


def _strongest_first(source: object, spot: Spot, holding: Sequence[tuple[Source, object]]) -> Iterator[Found]:
    """The places that hold a value, those first whose value is the one that the source gave."""
    if not holding:
        yield _unplaced(source, spot)
    for place, value in sorted(holding, key=lambda held: not _is_same(held[1], spot.value)):
        yield Found(value, place)


def _is_same(raw: object, value: object) -> bool:
    return bool(raw == value or (isinstance(raw, str) and _decoded(raw) == value))


def _holding(source: EnvSettingsSource, spot: Spot) -> Iterator[tuple[str, object]]:
    """`(variable, value)` of those that hold the value at `spot`: its own, and those around it, as JSON."""
    for name, depth in _names_holding(spot):
        text = source.env_vars.get(_as_compared(source, name))
        value = ABSENT if text is None else _inside(text, spot, depth)
        if value is not ABSENT:
            yield _as_compared(source, name), value


def _names_holding(spot: Spot) -> Iterator[tuple[str, int]]:
    """`(variable, depth)`: the variables of the value at `spot` and of the values around it, the nearest first."""
    for depth in range(len(spot.path), 0, -1):
        if is_read_alone(spot.settings, spot.path[:depth]):
            yield from ((name, depth) for name in variables_read_by(spot.settings, spot.path[:depth]))


def _inside(text: str | None, spot: Spot, depth: int) -> object:
    """The value that a variable holds for `spot`; ABSENT if it holds none.

    Args:
        text: The variable's text; None if its line has a name alone.
        spot: The value that is looked for.
        depth: How much of its path the variable stands for. The rest is looked for in JSON.
    """
    value = _decoded(text)
    if depth == len(spot.path):
        return value if is_mapping(value) or is_sequence(value) else text
    for key in spot.keys[-len(spot.path) + depth :]:
        value = item_of(value, key)
    return value


def _decoded(text: str | None) -> object:
    """Read `text` as JSON; ABSENT if it is not JSON."""
    try:
        return ABSENT if text is None else json.loads(text)
    except ValueError:
        return ABSENT


def _as_compared(source: Any, name: str) -> str:
    """A variable's name as the source compares names."""
    return name if source.case_sensitive else name.lower()


def dotenv_files_of(source: DotEnvSettingsSource) -> list[Path]:
    """The files that the source reads, those that exist; later ones win."""
    found = (_file_near(path, source.env_file_depth or 0) for path in paths_in(source.env_file))
    return [path for path in found if path is not None]


def _file_near(path: Path, depth: int) -> Path | None:
    """The file, in the working folder or up to `depth` folders above it."""
    above = () if path.is_absolute() else islice(Path.cwd().parents, depth)
    return next((one for one in (path, *(parent / path for parent in above)) if one.is_file()), None)


def variables_in_dotenv(path: Path, encoding: str | None = None) -> Iterator[tuple[str, str, int]]:
    """`(variable, value, line)` for each line of a dotenv file that sets one, other variables in it filled in.

    Args:
        path: The file.
        encoding: How it is encoded; UTF-8 by default.
    """
    bindings = [(binding.key, binding.value, line) for binding, line in _bindings_in(path, encoding) if binding.key]
    in_force = dotenv_values(path, encoding=encoding or "utf-8") if bindings else {}
    last = {name: line for name, _, line in bindings}
    for name, text, line in bindings:
        value = in_force.get(name) if line == last[name] else text
        if value is not None:
            yield name, value, line


def broken_lines_in_dotenv(path: Path, encoding: str | None = None) -> list[int]:
    """List the lines of a dotenv file that python-dotenv passes over, since they do not have its form."""
    return [line for binding, line in _bindings_in(path, encoding) if binding.error]


def _bindings_in(path: Path, encoding: str | None) -> Iterator[tuple[Binding, int]]:
    if not path.is_file():
        return
    with path.open(encoding=encoding or "utf-8") as file:
        for binding in parse_stream(file):
            text = binding.original.string
            blank = len(text) - len(text.lstrip())
            yield binding, binding.original.line + text.count("\n", 0, blank)


# -- files -------------------------------------------------------------------------------------------------------------


def _in_secrets_files(source: Any, spot: Spot) -> Iterator[Found]:
    folders = paths_in(source.secrets_dir)
    found = [
        Found(spot.value, Source(SourceKind.SECRETS_FILE, str(path)))
        for folder in reversed(folders)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and _is_secret_of(path.relative_to(folder), source, spot)
    ]
    yield from found or [_unplaced(source, spot)]


def _is_secret_of(path: Path, source: Any, spot: Spot) -> bool:
    delimiter = getattr(source, "secrets_nested_delimiter", None) or "__"
    name = str(path).replace(os.sep, delimiter)
    prefix = getattr(source, "secrets_prefix", source.env_prefix)
    wanted = {prefix + delimiter.join(str(key) for key in spot.keys[:depth]) for depth in range(1, len(spot.keys) + 1)}
    wanted |= {name for depth in (1, len(spot.path)) for name in variables_of(spot.settings, spot.path[:depth])}
    return name in wanted or (not source.case_sensitive and name.lower() in {one.lower() for one in wanted})


def config_files_of(source: object) -> list[Path]:
    """The TOML, YAML or JSON files that the source reads; later ones win. None for other sources."""
    if isinstance(source, ProfileSource):
        return list(source.files)
    for attribute in ("toml_file_path", "yaml_file_path", "json_file_path"):
        given = getattr(source, attribute, None)
        if given is not None:
            return paths_in(given)
    return []


def _in_config_files(source: object, files: Sequence[Path], spot: Spot) -> Iterator[Found]:
    starts = _starts(source)
    found = [
        Found(value, Source(SourceKind.FILE, str(path), line_of(path, (*start, *spot.keys))))
        for path in reversed(files)
        for start in starts
        if not isinstance(source, ProfileSource) or source.counts(path, spot.keys)
        if (value := _value_in(path, (*start, *spot.keys))) is not ABSENT
    ]
    yield from found or [_unplaced(source, spot)]


def _starts(source: object) -> list[tuple[str, ...]]:
    """Under which keys of its files the source looks: the spellings of its table or section."""
    section: str | None = getattr(source, "yaml_config_section", None)
    if section:
        return list(dict.fromkeys([(section,), tuple(section.split("."))]))
    return [tuple(getattr(source, "toml_table_header", None) or ())]


def _value_in(path: Path, keys: Sequence[Key]) -> object:
    """The value that the file has under `keys`, None included; ABSENT if it has none."""
    try:
        value: Any = read_config_file(path) if path.is_file() else ABSENT
    except ConfigFileError:
        return ABSENT
    for key in keys:
        value = item_of(value, key)
    return value
