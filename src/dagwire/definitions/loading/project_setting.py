"""The setting of a project that names its definitions; read without importing them."""

import tomllib
from pathlib import Path
from typing import Any, cast

from dagwire.errors import DefinitionsNotFoundError

PYPROJECT = "pyproject.toml"


def project_folder(start: Path) -> Path | None:
    """The nearest folder with a pyproject.toml, at or above `start`; None if there is none."""
    return next((folder for folder in (start, *start.parents) if (folder / PYPROJECT).is_file()), None)


def named_target(project: Path) -> str | None:
    """The value of `[tool.dagwire] definitions` in the pyproject.toml of `project`: `module:attribute`, or None.

    Raises:
        DefinitionsNotFoundError: The file cannot be read, or holds something else in that place.
    """
    value = _settings(project).get("definitions")
    if value is not None and not isinstance(value, str):
        raise DefinitionsNotFoundError(f"{project / PYPROJECT}: `definitions` is a {type(value).__name__}, not a text.")
    return value


def history_settings(project: Path) -> dict[str, float]:
    """The table `[tool.dagwire.history]` in the pyproject.toml of `project`: `{name: number}`.

    Raises:
        DefinitionsNotFoundError: The file cannot be read, or the table holds something else.
    """
    found = _settings(project).get("history", {})
    if not isinstance(found, dict) or not all(_is_limit(*item) for item in cast("dict[str, Any]", found).items()):
        problem = "[tool.dagwire.history] holds other things than `days` and `runs`, with numbers above 0."
        raise DefinitionsNotFoundError(f"{project / PYPROJECT}: {problem}")
    return cast("dict[str, float]", found)


def _is_limit(name: str, value: object) -> bool:
    return name in ("days", "runs") and isinstance(value, (int, float)) and value > 0


def _settings(project: Path) -> dict[str, Any]:
    """The table `[tool.dagwire]`; empty if there is none.

    Raises:
        DefinitionsNotFoundError: The file cannot be read, or the table is something else.
    """
    path = project / PYPROJECT
    try:
        value: Any = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors write a mark at the beginning
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionsNotFoundError(f"{path} cannot be read: {_problem(error)}.") from None
    for name in ("tool", "dagwire"):
        value = cast("dict[str, Any]", value).get(name, {})
        if not isinstance(value, dict):
            raise DefinitionsNotFoundError(f"{path}: the table [tool.dagwire] is not a table.")
    return cast("dict[str, Any]", value)


def _problem(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not encoded in UTF-8"
    if isinstance(error, OSError):
        return str(error.strerror)
    return (
        f"it is not valid TOML ({error})" if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
    )
