"""Writes docs/api.md from the public names of dagwire, grouped by the layer that defines each."""

import ast
import inspect
from collections import defaultdict
from pathlib import Path

import dagwire

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
PUBLIC_NAMES = Path(dagwire.__file__).with_suffix(".pyi")
INTRODUCTION = """\
# The public names

All are imported from `dagwire` itself, most under the name that Dagster gives them.
The page is written by `make api`, and a test compares it with `dagwire.__all__`.
"""
TITLE_BY_LAYER = {
    "config": "Config and settings",
    "resources": "Resources",
    "containers": "Containers and scopes",
    "definitions": "Definitions",
    "execution": "Running",
    "testing": "Testing",
    "errors": "Errors",
    "dagwire": "Others",
}


def layer(name: str) -> str:
    """The layer of dagwire that the public `name` is imported from.

    Read from the import, not from the object: the module of a type's alias differs between Pythons.
    """
    parts = MODULE_BY_NAME.get(name, "dagwire").split(".")
    found = parts[1] if len(parts) > 1 else "dagwire"
    return found if found in TITLE_BY_LAYER else "dagwire"


def _imported_names() -> dict[str, str]:
    """`{name: module}` of what the list of public names imports."""
    tree = ast.parse(PUBLIC_NAMES.read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name: f"dagwire.{node.module}" for node in imports for alias in node.names}


MODULE_BY_NAME = _imported_names()


def directive(name: str) -> str:
    """The Sphinx directive that documents the public `name`."""
    thing = getattr(dagwire, name)
    if inspect.isclass(thing) and issubclass(thing, BaseException):
        return f".. autoexception:: dagwire.{name}"
    if inspect.isclass(thing):
        return f".. autoclass:: dagwire.{name}\n   :members:"
    if inspect.isroutine(thing):
        return f".. autofunction:: dagwire.{name}"
    return f".. autodata:: dagwire.{name}\n   :no-value:"


def page() -> str:
    """The whole page, for the names that are public now."""
    names_by_layer: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(dagwire.__all__, key=str.casefold):
        names_by_layer[layer(name)].append(name)
    sections = [INTRODUCTION]
    for found, title in TITLE_BY_LAYER.items():
        if names := names_by_layer[found]:
            shown = "\n\n".join(directive(name) for name in names)
            sections.append(f"## {title}\n\n```{{eval-rst}}\n{shown}\n```\n")
    return "\n".join(sections)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE} with {len(dagwire.__all__)} names")
