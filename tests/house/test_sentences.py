"""A docstring is read alone, and that of a test states the rule that it holds."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("test_*.py"))


def unstated_rules(source: str) -> list[str]:
    """The names of the tests in `source` whose docstring is missing or is not a sentence."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").partition("\n\n")[0].endswith((".", "?", "!"))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_each_test_states_its_rule(path):
    """Each test's docstring states its rule, so that a failure's first lines show what should hold."""
    assert unstated_rules(path.read_text(encoding="utf-8")) == []


def test_a_test_without_a_sentence_is_found():
    """Functions beside the tests need none."""
    source = 'def test_a(): ...\n\ndef test_b():\n    """Two is even."""\n\ndef body(): ...\n'
    assert unstated_rules(source) == ["test_a"]


HOME = TESTS.parent
FOLDERS = ("src", "config", "containers", "resources", "assets", "web", "tests", "benchmarks", "tools", "examples")
READ_ALONE = re.compile(r"(The same|Those|As above|Go on|Of an?)\b")
"""The beginnings that lean on a sentence before; a reader who comes by a search has not read it."""


def leaning_docstrings(source: str) -> list[str]:
    """The first lines of docstrings in `source` that begin as if another sentence stood before them."""
    blocks = [body for node in ast.walk(ast.parse(source)) if isinstance(body := getattr(node, "body", None), list)]
    statements = [one.value for block in blocks for one in block if isinstance(one, ast.Expr)]
    texts = [one.value for one in statements if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [text.partition("\n")[0] for text in texts if READ_ALONE.match(text)]


@pytest.mark.parametrize("folder", FOLDERS)
def test_docstrings_are_read_alone(folder):
    """No docstring begins with "The same", "Those" or their like, in the library, the application and the tests."""
    paths = sorted((HOME / folder).rglob("*.py"))
    found = {str(path): leaning for path in paths if (leaning := leaning_docstrings(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_a_leaning_docstring_is_found():
    """The search sees modules, classes, functions and attributes, and only whole words."""
    source = '"""The same thing."""\n\nclass A:\n    """Ofas are no words."""\n\n    b = 1\n    """Those that are."""\n'
    assert leaning_docstrings(source) == ["The same thing.", "Those that are."]
