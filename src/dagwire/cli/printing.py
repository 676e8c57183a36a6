"""Printing data: a table for people, JSON for programs."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from dagwire.config.values.type_guards import is_collection

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_WIDEST = 10_000
"""In columns; where nobody looks, as in a pipe, no line is broken."""

_MOST_SHOWN = 3


def new_console(*, stderr: bool = False) -> Console:
    """Make the console that shows tables and progress."""
    console = Console(stderr=stderr)
    return console if console.is_terminal else Console(stderr=stderr, width=_WIDEST)


def print_json(data: object) -> None:
    """Print `data` as JSON; what JSON has no form for, as text."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def print_rows(rows: "Sequence[DataclassInstance]", *, as_json: bool, none: str) -> None:
    """Print rows of one class: its fields are the columns, those that are empty in every row left out.

    Args:
        rows: Dataclasses, of text, numbers and lists of text.
        as_json: Print JSON, every field included.
        none: The text to print if there are no rows.
    """
    listed = [dataclasses.asdict(row) for row in rows]
    if as_json:
        print_json(listed)
    elif listed:
        print_table(listed)
    else:
        typer.echo(none)


def print_table(rows: Sequence[Mapping[str, object]]) -> None:
    """Print a table of rows, of which there is at least one and which have the same columns."""
    new_console().print(_table(rows))


def print_fields(fields: Mapping[str, object]) -> None:
    """Print one thing, a line for each of its fields."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, value in fields.items():
        table.add_row(f"[bold]{escape(name.replace('_', ' '))}[/]", escape(_shown(value, most=None)))
    new_console().print(table)


def _table(rows: Sequence[Mapping[str, object]]) -> Table:
    names = [name for name in rows[0] if any(_is_shown(row[name]) for row in rows)]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_shown(row[name])) for name in names))
    return table


def _is_shown(value: object) -> bool:
    """Whether `value` has a text in a table; the number 0 has, though it equals False."""
    return _shown(value) != ""


def _shown(value: object, most: int | None = _MOST_SHOWN) -> str:
    """A value in a table's cell; of a longer list the first `most` and how many more there are."""
    if not is_collection(value):
        return "" if value is None or value is False else "yes" if value is True else str(value)
    listed = list(map(str, value))
    more = 0 if most is None else len(listed) - most
    return f"{', '.join(listed[:most])} and {more} more" if more > 0 else ", ".join(listed)
