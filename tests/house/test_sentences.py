"""A test is a sentence: its docstring states the rule that it holds."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FILES = sorted(TESTS.rglob("test_*.py"))


def unstated_rules(source: str) -> list[str]:
    """The names of the tests in `source` whose docstring is missing or is no sentence."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").partition("\n\n")[0].endswith((".", "?", "!"))
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TESTS)))
def test_each_test_states_its_rule(path):
    """Who reads a failure learns from the test's first lines what should hold."""
    assert unstated_rules(path.read_text(encoding="utf-8")) == []


def test_a_test_without_a_sentence_is_found():
    """Functions beside the tests need none."""
    source = 'def test_a(): ...\n\ndef test_b():\n    """Two is even."""\n\ndef body(): ...\n'
    assert unstated_rules(source) == ["test_a"]
