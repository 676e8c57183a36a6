"""Two figures that grow unseen: the lines of a module, and how often `Any` stands for a type."""

import io
import re
import tokenize
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "dagwire"
MODULES = sorted(SOURCE.rglob("*.py"))

MOST_LINES = 450
MOST_ANY_IN_A_THOUSAND_LINES = 25
QUOTED_TYPE = re.compile(r"""["'][\w.]+(\[[\w.,|\[\] ]+\])?["']""")


def uses_of_any(source: str) -> int:
    """How often `source` names `Any` in code or in a quoted type; its imports are not counted."""
    uses, is_import, at_start = 0, False, True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in {tokenize.NAME, tokenize.STRING, tokenize.OP} and at_start:
            is_import, at_start = token.string in {"from", "import"}, False
        if token.type == tokenize.NEWLINE:
            at_start = True
        elif token.type == tokenize.NAME:
            uses += token.string == "Any" and not is_import
        elif token.type == tokenize.STRING:
            uses += len(re.findall(r"\bAny\b", token.string)) if QUOTED_TYPE.fullmatch(token.string) else 0
    return uses


def test_no_module_is_too_long():
    """A module has at most 450 lines; a longer one has two roles, and is divided by them."""
    lines_by_module = {path.relative_to(SOURCE): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {module: lines for module, lines in lines_by_module.items() if lines > MOST_LINES} == {}


def test_any_is_rare():
    """`Any` is rare: `object`, a type variable or a protocol says more."""
    sources = [path.read_text(encoding="utf-8") for path in MODULES]
    lines = sum(len(source.splitlines()) for source in sources)
    assert sum(map(uses_of_any, sources)) / lines * 1_000 < MOST_ANY_IN_A_THOUSAND_LINES


def test_uses_of_any_are_counted():
    """Annotations and quoted types count; imports, comments and sentences do not."""
    assert uses_of_any("from typing import Any, cast\n") == 0
    assert uses_of_any("def f(a: Any, *b: list[Any]) -> Any: ...  # Any\n") == 3
    assert uses_of_any('a: "dict[str, Any]" = {}\n"""Any text."""\n') == 1
