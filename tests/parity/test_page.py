"""docs/parity.md and the parity tests say the same. `python tests/parity/test_page.py` writes the tables anew."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "parity.md"
BEGIN, END = "<!-- begin: from the tests -->", "<!-- end: from the tests -->"
ORDER = (
    "env_var",
    "config",
    "configurable_resource",
    "life_cycle",
    "nesting",
    "resource_param",
    "resource_definition",
    "config_schema",
    "io_managers",
    "io_managers_in_runs",
    "build_resources",
    "assets",
    "contexts",
    "checks",
    "jobs",
    "dynamic_outputs",
    "open_inputs",
    "config_mapping",
    "graph_assets",
    "schedules_and_sensors",
    "partitions",
    "partition_mappings",
    "binding",
    "materialize",
    "direct_calls",
)


class Row(NamedTuple):
    """One test: the rule it holds, and how the two sides stand to it."""

    name: str
    rule: str
    verdict: str


def _names_both_sides(test: ast.FunctionDef) -> bool:
    """Whether the test holds two expectations: it takes `differs`, or has a table with a key for each side."""
    if any(argument.arg == "differs" for argument in test.args.args):
        return True
    sides = {"dagster", "dagwire"}
    return any(
        isinstance(node, ast.Dict) and sides == {key.value for key in node.keys if isinstance(key, ast.Constant)}
        for node in ast.walk(test)
    )


def _reason_of_absence(test: ast.FunctionDef) -> str | None:
    for decorator in test.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.absent":
            return str(ast.literal_eval(decorator.args[0]))
    return None


def _verdict(test: ast.FunctionDef) -> str:
    reason = _reason_of_absence(test)
    if reason is not None:
        return f"absent: {reason}"
    return "better on purpose" if _names_both_sides(test) else "same"


def _rows(module: ast.Module) -> Iterator[Row]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            rule = " ".join((ast.get_docstring(node) or "").split())
            yield Row(node.name, rule.replace("|", "\\|"), _verdict(node))


@cache
def _modules() -> dict[str, ast.Module]:
    """Every module of parity tests, by name without `test_`, in the page's order."""
    found = {
        path.stem.removeprefix("test_"): ast.parse(path.read_text(encoding="utf-8"))
        for path in HERE.glob("test_*.py")
        if path != Path(__file__)
    }
    assert set(found) == set(ORDER), "ORDER names every module of parity tests"
    return {name: found[name] for name in ORDER}


def render() -> str:
    """The tables, one section for each module, one row for each test."""
    sections = []
    for name, module in _modules().items():
        title, _, about = (ast.get_docstring(module) or "").partition(": ")
        lines = [f"({name.replace('_', '-')})=", f"## {title}", "", about[:1].upper() + about[1:], ""]
        lines += ["| test | rule | verdict |", "| --- | --- | --- |"]
        lines += [
            f"| [`{row.name}`](../tests/parity/test_{name}.py) | {row.rule} | {row.verdict} |" for row in _rows(module)
        ]
        sections.append("\n".join(lines))
    return "\n\n".join(sections)


def test_every_parity_test_is_on_the_page():
    """The page's tables are those of the tests: rule, verdict and name."""
    page = PAGE.read_text(encoding="utf-8")
    written = page.partition(BEGIN)[2].partition(END)[0].strip()
    assert written == render(), "run: python tests/parity/test_page.py"


def test_every_test_named_on_the_page_exists():
    """No row, and no sentence before or after the tables, names a test that is not there."""
    known = {row.name for module in _modules().values() for row in _rows(module)}
    assert set(re.findall(r"`(test_\w+)`", PAGE.read_text(encoding="utf-8"))) <= known


def test_every_part_of_the_overview_leads_to_its_section():
    """The links of the overview lead to sections that exist, and every section is led to."""
    page = PAGE.read_text(encoding="utf-8")
    overview = page.partition(BEGIN)[0]
    assert set(re.findall(r"\]\(#([\w-]+)\)", overview)) == {name.replace("_", "-") for name in ORDER}


def test_every_parity_test_states_its_rule():
    """A docstring each, on one line, ending in a full stop."""
    rules = {row.name: row.rule for module in _modules().values() for row in _rows(module)}
    assert [name for name, rule in rules.items() if not rule.endswith(".")] == []


def test_names_are_used_once():
    """A name names one test, so that the page's names are clear."""
    names = [row.name for module in _modules().values() for row in _rows(module)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


if __name__ == "__main__":
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{render()}\n\n{END}{after}", encoding="utf-8")
