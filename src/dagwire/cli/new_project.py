"""A new project, written from the templates in `dagwire/cli/project`."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

_SUFFIX = ".tmpl"
"""The ending of the templates' names; with it no tool takes them for a part of dagwire."""


def project_name(folder: Path) -> str:
    """The name of a project in `folder`: small letters, digits and hyphens; empty where nothing of its name is left."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")


def write_project(folder: Path, name: str) -> list[Path]:
    """Write all files of a new project into `folder`; return their paths.

    Raises:
        OSError: A file cannot be written. Those before it are there.
    """
    words = {"name": name, "prefix": f"{name.upper().replace('-', '_')}_"}
    written: list[Path] = []
    for place, template in _templates(files("dagwire.cli") / "project", Path()):
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template(template.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
        written.append(path)
    return written


def _templates(folder: Traversable, place: Path) -> Iterator[tuple[Path, Traversable]]:
    """List each template with its place in the project."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _templates(entry, place / entry.name)
        elif entry.name.endswith(_SUFFIX):
            yield place / entry.name.removesuffix(_SUFFIX), entry
