"""A new project, written from the templates in `dagwire/cli/project`, and with a service in `project_web`."""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import NamedTuple

_SUFFIX = ".tmpl"
"""The ending of the templates' names; with it no tool takes them for a part of dagwire."""

_PACKAGE = "package"
"""The folder of the templates that stands for the project's own package."""


def project_name(folder: Path) -> str:
    """The name of a project in `folder`: small letters, digits and hyphens; empty where nothing of its name is left."""
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")


class Part(NamedTuple):
    """A folder of templates, and its words in the templates that all projects have."""

    folder: str
    words: dict[str, str]


PLAIN = Part(
    "project",
    {"dependencies": '"dagwire[cli]"', "test_dependencies": '"pytest>=9"', "web_row": "", "web_text": ""},
)
WEB = Part(
    "project_web",
    {
        "dependencies": '"dagwire[cli,fastapi]", "uvicorn>=0.34"',
        "test_dependencies": '"httpx2>=2", "pytest>=9"',
        "web_row": "\n| `src/$package/web/` | a service over HTTP, on the same container |",
        "web_text": "`uvicorn $package.web.service:app` serves what was sold, under `/sales`, and its health.\n\n",
    },
)


def package_name(name: str) -> str:
    """The name of a project's package."""
    return name.replace("-", "_")


def write_project(folder: Path, name: str, *more: Part) -> list[Path]:
    """Write all files of a new project, with `more` parts, into `folder`; return their paths.

    Raises:
        OSError: A file cannot be written. Those before it are there.
    """
    package = package_name(name)
    words = {"name": name, "package": package, "prefix": f"{package.upper()}_"}
    parts = (PLAIN, *more)
    for part in parts:
        words |= {word: Template(text).substitute(words) for word, text in part.words.items()}
    written: list[Path] = []
    for place, template in (one for part in parts for one in _templates(files("dagwire.cli") / part.folder, Path())):
        path = folder.joinpath(*(package if part == _PACKAGE else part for part in place.parts))
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
