"""Printing data: a table for people, JSON for programs."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from dagwire.cli.standard_output import write_document
from dagwire.config.values.type_guards import is_collection, is_mapping

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_WIDEST = 10_000
"""In columns; where nobody looks, as in a pipe, no line is broken."""

_MOST_SHOWN = 3


def new_console(*, stderr: bool = False) -> Console:
    """Make the console that shows tables and progress."""
    console = _console(stderr=stderr, width=None)
    return console if console.is_terminal else _console(stderr=stderr, width=_WIDEST)


def _console(*, stderr: bool, width: int | None) -> Console:
    """Make a console that prints text as it is: `[red]` and `:boom:` in a key or a value are no marks of ours."""
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def print_json(data: object) -> None:
    """Print `data` as JSON; what JSON has no form for, as text."""
    write_document(f"{json_text(data)}\n")


def json_text(data: object) -> str:
    """`data` as JSON, on several lines."""
    try:
        return json.dumps(data, indent=2, ensure_ascii=False, default=str, allow_nan=False)
    except (TypeError, ValueError):
        return json.dumps(_plain(data), indent=2, ensure_ascii=False, default=str)


def _plain(data: object) -> object:
    """`data` with texts in place of what JSON has no form for: numbers that are not finite, keys that are not text."""
    if is_mapping(data):
        return {str(key): _plain(value) for key, value in data.items()}
    if is_collection(data):
        return [_plain(item) for item in data]
    return str(data) if isinstance(data, float) and not math.isfinite(data) else data


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
        table.add_row(Text(name.replace("_", " "), "bold"), _shown(value, most=None))
    new_console().print(table)


def _table(rows: Sequence[Mapping[str, object]]) -> Table:
    names = [name for name in rows[0] if any(_is_shown(row[name]) for row in rows)]
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(_shown(row[name]) for name in names))
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
