"""TOML, YAML and JSON files: their values, their faults by file and line, and the line of each value."""

import json
import re
import tomllib
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from dagwire.config.files.parsers import fault_of, parsed, parser_errors, yaml_module
from dagwire.config.values.model_introspection import Key
from dagwire.config.values.type_guards import is_collection, is_mapping
from dagwire.errors import ConfigFileError

TYPES = (".toml", ".yaml", ".yml", ".json")
"""The endings of the files that can be read."""
NO_MAPPING = "it does not hold names with values at its top"
"""The fault of a file that holds a list or a single value."""


def paths_in(given: object) -> list[Path]:
    """The paths in one of pydantic-settings' options for files and folders: none, one or several."""
    if given is None:
        return []
    return [Path(str(one)).expanduser() for one in (given if is_collection(given) else [given])]


def from_here(path: str) -> str:
    """A path as one would write it in the working folder."""
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def read_config_file(path: Path) -> dict[str, Any]:
    """The values in a file, a mapping; an empty one if the file is empty.

    Raises:
        ConfigFileError: It cannot be read, or does not hold a mapping of its type. Its values are not shown.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem, line = fault_in_file(path, error)
    else:
        return values_in(text, from_here(str(path)), path.suffix)
    raise ConfigFileError(from_here(str(path)), problem, line)


def values_in(text: str, name: str, kind: str) -> dict[str, Any]:
    """The values in a text, a mapping; an empty one if the text is empty.

    Args:
        text: TOML, YAML or JSON.
        name: Its name in messages.
        kind: The ending of files of this kind: ".toml".

    Raises:
        ConfigFileError: It does not hold a mapping of its kind. Its values are not shown.
    """
    try:
        values = parsed(text, kind)
    except parser_errors() as error:
        problem, line = fault_of(text, error)
    else:
        if is_mapping(values):
            return dict(values)
        problem, line = NO_MAPPING, None
    raise ConfigFileError(name, problem, line)


def fault_in_file(path: Path, error: Exception) -> tuple[str, int | None]:
    """The fault of a file and its line, from the exception of its reader or parser; never the file's text."""
    if isinstance(error, IsADirectoryError):
        return "it is a directory, not a file", None
    if isinstance(error, OSError):
        return f"it cannot be read ({error.strerror or type(error).__name__})", None
    content = path.read_bytes()
    if isinstance(error, UnicodeDecodeError):
        return "it is not encoded in UTF-8", _undecodable_line(content)
    return fault_of(content.decode(errors="replace"), error)


def _undecodable_line(content: bytes) -> int:
    """The first line that is not encoded in UTF-8; the error knows its place within a part of the file only."""
    return 1 + sum(1 for _ in takewhile(_is_utf_8, content.splitlines()))


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def line_of(path: Path, keys: Sequence[Key]) -> int | None:
    """The line on which the value under `keys` begins, or None if it cannot be found."""
    locate = {".toml": _line_in_toml, ".json": _line_in_json}.get(path.suffix, _line_in_yaml)
    try:
        return locate(path.read_text(encoding="utf-8"), list(takewhile(_is_name, keys)))
    except parser_errors(OSError):
        return None


def _is_name(key: Key) -> bool:
    return isinstance(key, str)


# -- lines -------------------------------------------------------------------------------------------------------------


def _line_in_toml(text: str, keys: Sequence[Key]) -> int | None:
    """The first line up to whose end, but not up to whose beginning, the text has the value.

    The parser of the standard library reports no lines, but the text before the end of a value is a document itself.
    """
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if str(keys[-1]) in line and _has_value(lines[:number], keys) is False:
            ends = (end for end in range(number + 1, len(lines) + 1) if _has_value(lines[:end], keys) is not None)
            if _has_value(lines[: next(ends, 0)], keys):
                return number + 1
    return None


def _has_value(lines: Sequence[str], keys: Sequence[Key]) -> bool | None:
    """Whether these lines give a value under `keys`; None if they break off in the middle of one."""
    try:
        values: Any = tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return None
    for key in keys:
        if not is_mapping(values) or key not in values:
            return False
        values = values[str(key)]
    return True


def _line_in_json(text: str, keys: Sequence[Key]) -> int | None:
    """The line of the value; the standard library's decoder steps over all that is not on the way to it."""
    decoder = json.JSONDecoder()
    blank = re.compile(r"[\s,:]*")

    def after_blank(at: int) -> int:
        found = blank.match(text, at)
        return found.end() if found else at

    at = after_blank(0)
    for depth, wanted in enumerate(keys):
        at = after_blank(at + 1)  # past the brace
        while at < len(text) and text[at] != "}":
            start = at
            key, at = decoder.raw_decode(text, at)
            at = after_blank(at)
            if key == wanted:
                if depth == len(keys) - 1:
                    return text.count("\n", 0, start) + 1
                break
            at = after_blank(decoder.raw_decode(text, at)[1])
        else:
            return None
    return None


def _line_in_yaml(text: str, keys: Sequence[Key]) -> int | None:
    node: Any = yaml_module().compose(text)
    line: int | None = None
    for wanted in keys:
        pairs: list[tuple[Any, Any]] = node.value if node is not None and node.id == "mapping" else []
        found = [(key, value) for key, value in pairs if key.value == str(wanted)]
        if not found:
            return None
        key, node = found[-1]
        line = key.start_mark.line + 1
    return line
