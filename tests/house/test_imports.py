"""No import of our own hides inside a function: a cycle would be broken there, and the layers with it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIRST_PARTY = {"dagwire", "config", "containers", "resources", "assets", "web"}
FILES = [
    path
    for folder in ("src/dagwire", "config", "containers", "resources", "assets", "web")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def hidden_imports(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of each first-party module that is imported inside a function."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [FIRST_PARTY_RELATIVE if node.level else node.module or ""]
            else:
                continue
            for name in names:
                if name == FIRST_PARTY_RELATIVE or name.partition(".")[0] in FIRST_PARTY:
                    yield node.lineno, name


FIRST_PARTY_RELATIVE = "a relative module"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_of_our_own_hides_in_a_function(path):
    """Imports of dagwire and of the application are at the top; only optional packages may be imported inside."""
    hidden = list(hidden_imports(path.read_text(encoding="utf-8")))
    assert not hidden


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import dagwire\n", []),
        ("def f():\n    import dagwire.errors\n", [(2, "dagwire.errors")]),
        ("def f():\n    from config.settings import Settings\n", [(2, "config.settings")]),
        ("class A:\n    async def f(self):\n        from . import b\n", [(3, FIRST_PARTY_RELATIVE)]),
        ("def f():\n    import duckdb\n", []),
        ("def f():\n    import configparser\n", []),
    ],
)
def test_a_hidden_import_is_found(source, found):
    """The search sees both forms of import, in functions and methods, and leaves other packages alone."""
    assert list(hidden_imports(source)) == found
