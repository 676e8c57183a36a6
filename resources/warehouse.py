"""The warehouse: tables that can be asked questions. DuckDB here, other systems in the modules beside this one.

The assets know the protocol alone. The settings choose the class: `warehouse.kind`.
"""
# this SQL is put together from our own names, never from input

import re
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any, Literal, Protocol

import duckdb
from pydantic import PrivateAttr
from pydantic_core import to_json

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import WarehouseError
from resources.statements import (
    CREATE_LEDGER,
    READ_LEDGER,
    SQL_TYPES,
    Load,
    added_columns,
    create_table,
    delete_rows,
    ledger_statements,
    one_row,
)
from resources.tables import Table

ArrowTable = Any
"""A `pyarrow.Table`: pyarrow has no types, and only those who ask for one need it."""
Records = Sequence[Mapping[str, Any]]


class Warehouse(Protocol):
    """The interface of a warehouse, as the assets need it.

    Whole numbers, floats, decimals, texts and times come back as what they were; times are UTC, and say so.
    """

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """Put these records in the place of the month's, or of all where `month` is None, and note it in the ledger.

        All of it or nothing, also if the process is killed. Columns that the table lacks are added to it. Returns the
        number of records.
        """
        ...

    def loads(self) -> list[Load]:
        """The ledger, by table and month."""
        ...

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """The answer to a question, one `{column: value}` a row.

        Args:
            sql: A question in DuckDB's dialect; other systems are asked in their own.
            parameters: Each `?` in `sql` is the next of them.
        """
        ...

    def native_sql(self, sql: str) -> str:
        """The question as the system itself understands it, for tools that ask it directly."""
        ...

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """The answer to a question as an Arrow table, for those who calculate with it."""
        ...

    def check_health(self) -> None:
        """Raise a WarehouseError if the warehouse does not answer."""
        ...


class DuckDBWarehouse(ConfigurableResource):
    """A warehouse in one DuckDB file.

    A run that reaches it opens the file and closes it when it ends. Until then no other process can open it: DuckDB has
    one writer at a time. Steps of the run may ask at once, each with a cursor of its own; their loads take turns.
    """

    kind: Literal["duckdb"] = "duckdb"
    path: Path = Path("data/flights.duckdb")

    _connection: duckdb.DuckDBPyConnection = PrivateAttr()
    _writing: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Open the file, or make it."""
        with self._as_warehouse_error():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.path.exists():
                make_file(self.path)
            self._connection = duckdb.connect(self.path)
            self._connection.execute("SET GLOBAL TimeZone = 'UTC'")  # times are shown in this zone, and are UTC anyway
            self._connection.execute(CREATE_LEDGER)

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close it, and let others in."""
        self._connection.close()

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """See `Warehouse.replace`."""
        with self._as_warehouse_error(), self._writing, self._transaction() as db:
            db.execute(create_table(table))
            for column in added_columns(table, columns_of(db.execute(one_row(table)))):
                db.execute(column)
            db.execute(*delete_rows(table, month))
            rows = sum(insert(db, table, records) for records in batches)
            for statement in ledger_statements(Load(table.name, month, digest, rows)):
                db.execute(*statement)
        return rows

    def loads(self) -> list[Load]:
        """See `Warehouse.loads`."""
        return [Load(**row) for row in self.query(READ_LEDGER)]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """See `Warehouse.query`."""
        with self._as_warehouse_error():
            answer = self._connection.cursor().execute(sql, parameters)
            names = columns_of(answer)
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def native_sql(self, sql: str) -> str:
        """See `Warehouse.native_sql`: it is DuckDB's already."""
        return sql

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """See `Warehouse.query_arrow`."""
        with self._as_warehouse_error():
            return self._connection.cursor().sql(sql, params=list(parameters)).to_arrow_table()

    def check_health(self) -> None:
        """See `Warehouse.check_health`."""
        self.loads()

    @contextmanager
    def _transaction(self) -> Generator[duckdb.DuckDBPyConnection]:
        """Commit what the body does, or nothing of it. A process that is killed commits nothing either."""
        with self._connection.cursor() as db:
            db.begin()
            try:
                yield db
            except BaseException:
                db.rollback()
                raise
            db.commit()

    @contextmanager
    def _as_warehouse_error(self) -> Generator[None]:
        """Turn DuckDB's errors into one that names the file."""
        try:
            yield
        except RuntimeError as error:
            if str(error) == "Query interrupted":  # what DuckDB makes of Ctrl-C, and of any signal whose handler raises
                raise KeyboardInterrupt from error
            raise
        except (duckdb.Error, OSError) as error:
            reason = str(error).partition("\n")[0]
            if "Could not set lock" in reason:
                holder = re.search(r"PID (\d+)", reason)
                who = f"process {holder[1]}" if holder else "another process"
                problem, advice = f"{who} has this file open", "Close that program, or wait for it"
            elif "not a valid DuckDB database" in reason:
                problem, advice = reason, "Move it away: the next run makes a new one of what the store keeps"
            else:
                problem, advice = reason, "Is there room, and may we write? The months loaded before are kept"
            raise WarehouseError(self.path, problem, advice) from error


def make_file(path: Path) -> None:
    """Make an empty warehouse at `path`, whole or not at all: a full disk, or a kill, leaves no broken file there."""
    with TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
        part = Path(folder) / path.name
        with duckdb.connect(part) as db:
            db.execute(CREATE_LEDGER)
        with suppress(FileExistsError):  # another process was quicker
            path.hardlink_to(part)


def columns_of(answer: duckdb.DuckDBPyConnection) -> list[str]:
    """The names of an answer's columns."""
    return [column[0] for column in answer.description or []]


def insert(db: duckdb.DuckDBPyConnection, table: Table[Any], records: Records) -> int:
    """Add records to a table; return how many they were.

    By way of a file of JSON lines, which DuckDB reads ten times as fast as it takes rows one by one.

    Raises:
        WarehouseError: There is no room for that file.
    """
    columns = ", ".join(f"{name}: '{SQL_TYPES[type_]}'" for name, type_ in table.columns.items())
    source = f"read_json(?, format = 'newline_delimited', columns = {{{columns}}})"
    with NamedTemporaryFile(prefix="flights-", suffix=".json") as lines:
        try:
            lines.write(b"\n".join(map(to_json, records)))
            lines.flush()
        except OSError as error:
            reason = error.strerror or str(error)
            raise WarehouseError(lines.name, reason, "Loading needs room there for one page") from error
        inserted = db.execute(f"INSERT INTO {table.name} BY NAME FROM {source}", [lines.name]).fetchone()
    return inserted[0] if inserted else 0
