"""docs/parity/ and the parity tests agree. `python tests/parity/test_page.py` writes the pages anew."""

import ast
import re
import runpy
import textwrap
import types
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dagster
import pytest

import dagwire
from dagwire.absent_names import AREAS

HERE = Path(__file__).parent
OVERVIEW = HERE.parents[1] / "docs" / "parity.md"
PAGES = HERE.parents[1] / "docs" / "parity"
ABSENT_NAMES = "absent-names"
"""The one page in that folder that comes from the public names, not from the tests."""
# By its path, because this file is also run by itself.
is_run = runpy.run_path(str(HERE / "third_way.py"))["is_run"]


class Row(NamedTuple):
    """A test as a row: the rule it holds, and how the two sides keep it."""

    name: str
    rule: str
    verdict: str
    carried: str
    """What becomes of its bodies on Dagster: same, different, or nothing if it runs none."""


def _names_both_sides(test: ast.FunctionDef) -> bool:
    """Whether the test holds two expectations: it takes `differs`, or has a table with a key for each side."""
    if any(argument.arg == "differs" for argument in test.args.args):
        return True
    sides = {"dagster", "dagwire"}
    return any(
        isinstance(node, ast.Dict) and sides == {key.value for key in node.keys if isinstance(key, ast.Constant)}
        for node in ast.walk(test)
    )


def _reason(test: ast.FunctionDef, mark: str) -> str | None:
    """The reason that a mark of the test gives; None if it has no such mark."""
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == f"pytest.mark.{mark}":
            return str(ast.literal_eval(decorator.args[0]))
    return None


def _verdict(test: ast.FunctionDef) -> str:
    reason = _reason(test, "absent")
    if reason is not None:
        return f"absent: {reason}"
    return "better on purpose" if _names_both_sides(test) else "same"


def _carried(module: str, test: ast.FunctionDef) -> str:
    if not is_run(f"test_{module.replace('-', '_')}", ast.unparse(test)):
        return ""
    reason = _reason(test, "not_carried")
    return "same" if reason is None else f"differs: {reason}"


def _rows(name: str, module: ast.Module) -> Iterator[Row]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            rule = " ".join((ast.get_docstring(node) or "").split())
            yield Row(node.name, rule.replace("|", "\\|"), _verdict(node), _carried(name, node))


@cache
def _modules() -> dict[str, ast.Module]:
    """Every module of parity tests, by the name of its page: `env-var` for `test_env_var.py`."""
    return {
        path.stem.removeprefix("test_").replace("_", "-"): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(HERE.glob("test_*.py"))
        if path != Path(__file__)
    }


def render(name: str) -> str:
    """The page of one module: one row for each test."""
    module = _modules()[name]
    title, _, about = (ast.get_docstring(module) or "").partition(": ")
    rows = list(_rows(name, module))
    lines = [f"# {title}", "", about[:1].upper() + about[1:], "", *_head(rows)]
    file = f"test_{name.replace('-', '_')}.py"
    has_third = any(row.carried for row in rows)
    for row in rows:
        third = f" {row.carried} |" if has_third else ""
        lines.append(f"| [`{row.name}`](../../tests/parity/{file}) | {row.rule} | {row.verdict} |{third}")
    return "\n".join(lines) + "\n"


def _head(rows: list[Row]) -> list[str]:
    """The head of the table, with a third column for what `to_dagster` makes of the rows, if it is tried on any."""
    if any(row.carried for row in rows):
        return ["| test | rule | verdict | by Dagster, through `to_dagster` |", "| --- | --- | --- | --- |"]
    return ["| test | rule | verdict |", "| --- | --- | --- |"]


def absent_names() -> set[str]:
    """The public names of Dagster that dagwire does not have."""
    shared = {name for name in dir(dagster) if not name.startswith("_") and not hasattr(dagwire, name)}
    return {name for name in shared if not isinstance(getattr(dagster, name), types.ModuleType)}


def render_absent_names() -> str:
    """The page of absent names: area by area with the reason, and the names that belong to none."""
    absent = absent_names()
    sections = [(area.title, area.reason, sorted(absent & set(area.names.split()))) for area in AREAS]
    rest = sorted(absent.difference(*(names for _, _, names in sections)))
    unused = "no public program that was looked through uses them, or they are for Dagster's own use"
    lines = ["# Absent names", "", ABOUT_ABSENT_NAMES]
    for title, reason, names in (*sections, ("Names that nobody uses", unused, rest)):
        if names:
            listed = textwrap.fill(", ".join(f"`{name}`" for name in names) + ".", 118, break_on_hyphens=False)
            lines += ["", f"## {title}", "", f"{reason[:1].upper()}{reason[1:]}.", "", listed]
    return "\n".join(lines) + "\n"


ABOUT_ABSENT_NAMES = f"""The public names of Dagster {dagster.__version__} that dagwire does not have, and where their
work is done. `dagwire.<name>` and `from dagwire import <name>` fail with the reason of the area."""


def test_the_page_of_absent_names():
    """The page lists every public name of Dagster that dagwire does not have."""
    page = (PAGES / f"{ABSENT_NAMES}.md").read_text(encoding="utf-8")
    assert page == render_absent_names(), "run: python tests/parity/test_page.py"


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.title)
def test_an_area_of_absent_names(area):
    """An area names what is absent only, and at least one name; take a name out when it comes."""
    assert [name for name in area.names.split() if name in dagwire.__all__] == []
    assert absent_names() & set(area.names.split())


def test_a_name_belongs_to_one_area():
    """Each name of an area is Dagster's, and has one reason."""
    names = [name for area in AREAS for name in area.names.split()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    assert [name for name in names if not hasattr(dagster, name)] == []


def test_an_absent_name_is_refused_with_the_reason():
    """Attribute and import statement say where the work of the name is done; `hasattr` is still false."""
    assert not hasattr(dagwire, "PipesSubprocessClient")
    with pytest.raises(AttributeError, match="start a process in a resource"):
        _ = dagwire.PipesSubprocessClient
    with pytest.raises(ImportError, match=r"cannot import 'serialize_value' from 'dagwire': .*pickle"):
        exec("from dagwire import serialize_value")  # noqa: S102  # the statement is what is tested
    with pytest.raises(ImportError, match="cannot import name 'assett'"):
        exec("from dagwire import assett")  # noqa: S102  # the statement is what is tested


@pytest.mark.parametrize("name", _modules())
def test_each_module_has_its_page(name):
    """A page's rows are those of the tests: name, rule and verdict."""
    assert (PAGES / f"{name}.md").read_text(encoding="utf-8") == render(name), "run: python tests/parity/test_page.py"


def test_no_page_is_left_of_a_module_that_is_gone():
    """A page without tests would promise what nobody holds."""
    assert {path.stem for path in PAGES.glob("*.md")} - {ABSENT_NAMES} == set(_modules())


def test_every_test_named_in_the_overview_exists():
    """No sentence of the overview names a test that is not there."""
    known = {row.name for page, module in _modules().items() for row in _rows(page, module)}
    assert set(re.findall(r"`(test_\w+)`", OVERVIEW.read_text(encoding="utf-8"))) <= known


def test_the_overview_leads_to_every_page():
    """Each page is linked from the overview, and each link leads to a page."""
    links = set(re.findall(r"\]\(parity/([\w-]+)\.md\)", OVERVIEW.read_text(encoding="utf-8")))
    assert links - {ABSENT_NAMES} == set(_modules())


def test_every_parity_test_states_its_rule():
    """A docstring each, on one line, ending in a full stop."""
    rules = {row.name: row.rule for page, module in _modules().items() for row in _rows(page, module)}
    assert [name for name, rule in rules.items() if not rule.endswith(".")] == []


def test_names_are_used_once():
    """A name names one test, so that the names in the pages are clear."""
    names = [row.name for page, module in _modules().items() for row in _rows(page, module)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


if __name__ == "__main__":
    PAGES.mkdir(exist_ok=True)
    for name in _modules():
        (PAGES / f"{name}.md").write_text(render(name), encoding="utf-8")
    (PAGES / f"{ABSENT_NAMES}.md").write_text(render_absent_names(), encoding="utf-8")
