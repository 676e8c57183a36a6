"""`dagwire graph`: Mermaid, DOT and SVG of one lineage."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_mermaid_is_printed_by_default(run: Run) -> None:
    """Assets, checks, jobs, schedules, sensors and resources each in a box, arrows between them."""
    lines = [line.strip() for line in run("graph").stdout.splitlines()]
    assert lines[0] == "flowchart LR"
    assert 'p0["report"]:::asset' in lines
    assert "subgraph sensors" in lines
    assert "p0 --> p1" in lines
    assert any(" -.-> " in line for line in lines)


def test_some_kinds_alone(run: Run) -> None:
    """`--kind` leaves out the others, and the arrows to them."""
    lines = run("graph", "--kind", "asset").stdout.splitlines()
    assert [line.strip() for line in lines if "subgraph" in line] == ["subgraph assets"]
    assert not any("-.->" in line for line in lines)


def test_svg_is_drawn_into_a_file(run: Run, project: Path) -> None:
    """The file's suffix picks the format; the picture contains the names."""
    done = run("graph", "-o", "shop.svg")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("shop.svg: ")
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", (project / "shop.svg").read_text())
    assert {"report", "mailed", "db"} <= set(texts)


@pytest.mark.parametrize(
    ("name", "start"), [("shop.dot", "digraph"), ("shop.mmd", "flowchart"), ("shop.md", "```mermaid\nflow")]
)
def test_other_files(run: Run, project: Path, name: str, start: str) -> None:
    """DOT, Mermaid, and Mermaid in a page of Markdown."""
    assert run("graph", "-o", name).returncode == 0
    assert (project / name).read_text().startswith(start)


def test_an_unknown_ending_is_misuse(run: Run) -> None:
    """The message lists the endings."""
    done = run("graph", "-o", "shop.png")
    assert done.returncode == 2
    assert ".svg" in done.stderr


def test_a_file_that_cannot_be_written_is_named(run: Run) -> None:
    """Its path, and the reason."""
    done = run("graph", "-o", "nowhere/shop.svg")
    assert done.returncode == 2
    assert "nowhere/shop.svg: No such file or directory" in done.stderr


@pytest.mark.parametrize("ending", ["mmd", "dot", "svg"])
def test_a_key_of_any_text_cannot_break_the_picture(run: Run, project: Path, ending: str) -> None:
    """Quotes, marks of HTML and Markdown, and new lines are shown as text."""
    key = 'a"b<script>#quot;`c`\nd\\'
    program = f"import dagwire as dg\ndefs = dg.Definitions(resources={{{key!r}: 3, 'plain': 4}})\n"
    (project / "odd.py").write_text(program)
    done = run("graph", "-m", "odd", "-o", f"odd.{ending}")
    assert done.returncode == 0, done.stderr
    text = (project / f"odd.{ending}").read_text()
    assert ending == "dot" or "<script" not in text
    assert len(text.splitlines()) == len([line for line in text.splitlines() if line.strip()])
    if ending == "mmd":
        assert 'a#quot;b#lt;script#gt;#35;quot;#96;c#96; d\\"]' in text
