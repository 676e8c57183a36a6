"""The setting of a project that names its definitions; read without importing them."""

import tomllib
from pathlib import Path
from typing import Any

PYPROJECT = "pyproject.toml"


def project_folder(start: Path) -> Path | None:
    """The nearest folder with a pyproject.toml, at or above `start`; None if there is none."""
    return next((folder for folder in (start, *start.parents) if (folder / PYPROJECT).is_file()), None)


def named_target(project: Path) -> str | None:
    """What `[tool.dagwire] definitions` says in the pyproject.toml of `project`: `module:attribute`, or None."""
    with (project / PYPROJECT).open("rb") as file:
        settings: dict[str, Any] = tomllib.load(file).get("tool", {}).get("dagwire", {})
    target = settings.get("definitions")
    return target if isinstance(target, str) else None
