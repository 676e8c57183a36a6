"""The statements that every warehouse needs, written once, in DuckDB's dialect."""
# ruff: noqa: S608  # this SQL is put together from our own names, never from input

from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from resources.tables import Table

SQL_TYPES: dict[type, str] = {
    int: "BIGINT",
    float: "DOUBLE",
    str: "VARCHAR",
    Decimal: "DECIMAL(38, 9)",  # the widest that all systems have
    datetime: "TIMESTAMPTZ",
}


class Load(NamedTuple):
    """A line of the warehouse's ledger: which content a table holds for a month."""

    table: str
    month: str | None
    digest: str
    rows: int


class Statement(NamedTuple):
    """A statement, and the values of each `?` in it."""

    sql: str
    parameters: tuple[str | int | None, ...] = ()


# The names in quotes are words of SQL somewhere.
CREATE_LEDGER = 'CREATE TABLE IF NOT EXISTS loads ("table" VARCHAR, "month" VARCHAR, digest VARCHAR, "rows" BIGINT)'
READ_LEDGER = 'SELECT "table", "month", digest, "rows" FROM loads ORDER BY "table", "month"'
CREATE_LOCKS = 'CREATE TABLE IF NOT EXISTS locks ("table" VARCHAR, "month" VARCHAR, taken BIGINT)'


def make_lock(table: str, month: str | None) -> Statement:
    """The statement that makes the lock of a month, before the transaction that takes it."""
    missing = 'NOT EXISTS (SELECT 1 FROM locks WHERE "table" = ? AND "month" = ?)'
    sql = f'INSERT INTO locks ("table", "month", taken) SELECT ?, ?, 0 WHERE {missing}'
    return Statement(sql, (table, month or "", table, month or ""))


def take_lock(table: str, month: str | None) -> Statement:
    """The statement that makes other transactions wait, or fail, that load the same month.

    For systems in which two transactions can each delete the old records and each add new ones.
    """
    return Statement('UPDATE locks SET taken = taken + 1 WHERE "table" = ? AND "month" = ?', (table, month or ""))


def ledger_statements(load: Load) -> Iterator[Statement]:
    """The statements that note a load in place of the one before it."""
    yield forget_load(load.table, load.month)
    yield Statement('INSERT INTO loads ("table", "month", digest, "rows") VALUES (?, ?, ?, ?)', load)


def forget_load(table: str, month: str | None) -> Statement:
    """The statement that deletes a line of the ledger."""
    if month is None:
        return Statement('DELETE FROM loads WHERE "table" = ? AND "month" IS NULL', (table,))
    return Statement('DELETE FROM loads WHERE "table" = ? AND "month" = ?', (table, month))


def create_table(table: Table[Any], name: str = "") -> str:
    """The statement that makes a table, if it is not there."""
    columns = ", ".join(f"{column} {SQL_TYPES[type_]}" for column, type_ in table.columns.items())
    return f"CREATE TABLE IF NOT EXISTS {name or table.name} ({columns})"


def one_row(table: Table[Any]) -> str:
    """The question that is asked only for the names of a table's columns."""
    return f"SELECT * FROM {table.name} LIMIT 1"


def added_columns(table: Table[Any], existing: Collection[str]) -> list[str]:
    """The statements that add the columns that a table lacks, since it was made for an older schema."""
    lacking = [(name, type_) for name, type_ in table.columns.items() if name not in existing]
    return [f"ALTER TABLE {table.name} ADD COLUMN {name} {SQL_TYPES[type_]}" for name, type_ in lacking]


def delete_rows(table: Table[Any], month: str | None) -> Statement:
    """The statement that deletes a month, or all if `month` is None."""
    if month is None:
        return Statement(f"DELETE FROM {table.name} WHERE TRUE")
    year, number = map(int, month.split("-"))
    return Statement(f"DELETE FROM {table.name} WHERE year = ? AND month = ?", (year, number))
