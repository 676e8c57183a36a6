"""Where a source found a value: the variable, the file and the line."""

import json
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

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
from dagwire.config.explain.provenance import Found, Source, SourceKind
from dagwire.config.files.config_files import line_of, paths_in, read_config_file
from dagwire.config.values.model_introspection import Key
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.config.values.variable_names import is_set_alone, variables_of
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


def places_of(source: Any, spot: Spot) -> Iterator[Found]:
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


def _unplaced(source: Any, spot: Spot) -> Found:
    return Found(spot.value, Source(SourceKind.OTHER, _called(source)))


def _called(source: Any) -> str:
    return str(getattr(source, "__name__", type(source).__name__))


def looked_in(source: Any) -> Iterator[str]:
    """The places in which a source looks, each file told to be missing that is."""
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
    value_by_name = dict(_holding(source, spot))
    holding = [
        (Source(SourceKind.DOTENV, str(path), line), value_by_name[name])
        for name in value_by_name
        for path in reversed(dotenv_files_of(source))
        for variable, _, line in reversed(list(variables_in_dotenv(path)))
        if _as_compared(source, variable) == name
    ]
    yield from _strongest_first(source, spot, holding)


def _strongest_first(source: Any, spot: Spot, holding: Sequence[tuple[Source, Any]]) -> Iterator[Found]:
    """The places that hold a value, those first whose value is the one that the source gave."""
    if not holding:
        yield _unplaced(source, spot)
    for place, value in sorted(holding, key=lambda held: not _is_same(held[1], spot.value)):
        yield Found(value, place)


def _is_same(raw: Any, value: Any) -> bool:
    return bool(raw == value or (isinstance(raw, str) and _decoded(raw) == value))


def _holding(source: EnvSettingsSource, spot: Spot) -> Iterator[tuple[str, Any]]:
    """`(variable, value)` of those that hold the value at `spot`: its own, and those around it, as JSON."""
    depths = [depth for depth in range(len(spot.path), 0, -1) if is_set_alone(spot.settings, spot.path[:depth])]
    for depth in depths:
        for name in variables_of(spot.settings, spot.path[:depth]):
            text = source.env_vars.get(_as_compared(source, name))
            value = None if text is None else _inside(text, spot.path[depth:], spot.keys[-len(spot.path) + depth :])
            if value is not None:
                yield _as_compared(source, name), value


def _inside(text: str, path: Sequence[Key], keys: Sequence[Key]) -> Any:
    """What JSON holds under `keys`; None where it holds nothing there. Without keys all of it, or the text itself."""
    value = _decoded(text)
    if not path:
        return value if is_mapping(value) or is_sequence(value) else text
    for key in keys:
        value = _item(value, key)
    return value


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _item(value: Any, key: Key) -> Any:
    if is_mapping(value):
        return value.get(str(key))
    return value[key] if is_sequence(value) and isinstance(key, int) and key < len(value) else None


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


def variables_in_dotenv(path: Path) -> Iterator[tuple[str, str, int]]:
    """`(variable, text, line)` for each line of a dotenv file that sets one; the text as it is written there."""
    return ((binding.key, binding.value, line) for binding, line in _bindings_in(path) if binding.key and binding.value)


def broken_lines_in_dotenv(path: Path) -> list[int]:
    """The lines of a dotenv file that python-dotenv passes over, since they are not of its form."""
    return [line for binding, line in _bindings_in(path) if binding.error]


def _bindings_in(path: Path) -> Iterator[tuple[Binding, int]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as file:
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


def config_files_of(source: Any) -> list[Path]:
    """The TOML, YAML or JSON files that the source reads; later ones win. None for other sources."""
    if isinstance(source, ProfileSource):
        return list(source.files)
    for attribute in ("toml_file_path", "yaml_file_path", "json_file_path"):
        given = getattr(source, attribute, None)
        if given is not None:
            return paths_in(given)
    return []


def _in_config_files(source: Any, files: Sequence[Path], spot: Spot) -> Iterator[Found]:
    starts = _starts(source)
    found = [
        Found(value, Source(SourceKind.FILE, str(path), line_of(path, (*start, *spot.keys))))
        for path in reversed(files)
        for start in starts
        if (value := _value_in(path, (*start, *spot.keys))) is not None
    ]
    yield from found or [_unplaced(source, spot)]


def _starts(source: Any) -> list[tuple[str, ...]]:
    """Under which keys of its files the source looks: the spellings of its table or section."""
    section: str | None = getattr(source, "yaml_config_section", None)
    if section:
        return list(dict.fromkeys([(section,), tuple(section.split("."))]))
    return [tuple(getattr(source, "toml_table_header", None) or ())]


def _value_in(path: Path, keys: Sequence[Key]) -> Any:
    """The value that the file has under `keys`, or None."""
    try:
        value: Any = read_config_file(path) if path.is_file() else None
    except ConfigFileError:
        return None
    for key in keys:
        value = _item(value, key)
    return value
