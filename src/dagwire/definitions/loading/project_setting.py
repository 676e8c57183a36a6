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
    path = project / PYPROJECT
    try:
        value: Any = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors write a mark at the beginning
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionsNotFoundError(f"{path} cannot be read: {_problem(error)}.") from None
    for name in ("tool", "dagwire", "definitions"):
        if not isinstance(value, dict):
            raise DefinitionsNotFoundError(f"{path}: the table [tool.dagwire] is not a table.")
        value = cast("dict[str, Any]", value).get(name, {} if name != "definitions" else None)
    if value is not None and not isinstance(value, str):
        raise DefinitionsNotFoundError(f"{path}: `definitions` is a {type(value).__name__}, not a text.")
    return value


def _problem(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not encoded in UTF-8"
    if isinstance(error, OSError):
        return str(error.strerror)
    return (
        f"it is not valid TOML ({error})" if isinstance(error, tomllib.TOMLDecodeError) else "it is nested too deeply"
    )
