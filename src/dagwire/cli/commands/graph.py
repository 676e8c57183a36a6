"""`dagwire graph`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagwire.cli.diagrams import dot_of, mermaid_of, svg_of
from dagwire.cli.exit_codes import report_errors
from dagwire.cli.loaded_definitions import load_definitions
from dagwire.cli.options import Env, Module, Traceback, new_app
from dagwire.definitions.lineage import Kind, lineage_of

app: typer.Typer = new_app()


class Format(StrEnum):
    """The forms in which a graph is written."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"


_DRAW = {Format.MERMAID: mermaid_of, Format.DOT: dot_of, Format.SVG: svg_of}
_FORMAT_BY_SUFFIX = {
    ".mmd": Format.MERMAID,
    ".md": Format.MERMAID,
    ".dot": Format.DOT,
    ".gv": Format.DOT,
    ".svg": Format.SVG,
}

Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", dir_okay=False, help="Write to a file, whose ending tells the format."
    ),
]
Kinds = Annotated[list[Kind] | None, typer.Option("--kind", help="Show these alone; may be repeated. All by default.")]


@app.command()
def graph(
    output: Output = None,
    written_as: Annotated[Format | None, typer.Option("--format", help="Mermaid by default.")] = None,
    kinds: Kinds = None,
    module: Module = None,
    env: Env = None,
    *,
    traceback: Traceback = False,
) -> None:
    """Draw what depends on what: Mermaid, DOT or SVG.

    Dotted arrows lead from what uses a resource to the resource.
    """
    with report_errors(traceback=traceback):
        lineage = lineage_of(load_definitions(module)).among(kinds or Kind)
        drawn = _DRAW[written_as or _format_of(output)](lineage)
        if output is None:
            typer.echo(drawn, nl=False)
            return
        text = f"```mermaid\n{drawn}```\n" if output.suffix == ".md" else drawn
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
        typer.echo(f"{output}: {len(lineage.parts)} parts, {len(lineage.edges)} arrows.")


def _format_of(output: Path | None) -> Format:
    """The format that a file's ending names.

    Raises:
        typer.BadParameter: It names none.
    """
    if output is None:
        return Format.MERMAID
    if output.suffix not in _FORMAT_BY_SUFFIX:
        msg = f"'{output}' ends in no known way; use {', '.join(_FORMAT_BY_SUFFIX)}, or say --format."
        raise typer.BadParameter(msg, param_hint="--output")
    return _FORMAT_BY_SUFFIX[output.suffix]
