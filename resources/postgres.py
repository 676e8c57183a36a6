"""PostgreSQL as a warehouse: loaded by COPY, over a pool of connections."""

import logging
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import stamina
from pydantic import Field, PositiveFloat, PositiveInt, PrivateAttr, SecretStr

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import WarehouseError, advice_for
from resources.statements import (
    CREATE_LEDGER,
    READ_LEDGER,
    Load,
    Statement,
    added_columns,
    create_table,
    delete_rows,
    ledger_statements,
    one_row,
)
from resources.tables import Table
from resources.translated import translated
from resources.vendor_packages import vendor_package
from resources.warehouse import ArrowTable, Records

if TYPE_CHECKING:
    import psycopg
    from psycopg_pool import ConnectionPool

    Connection = psycopg.Connection[tuple[Any, ...]]

COPIED_AS: dict[str, str] = {
    "int": "int8",
    "float": "float8",
    "str": "text",
    "Decimal": "numeric",
    "datetime": "timestamptz",
}
"""The type of a column, by that of its field: COPY's binary form converts nothing."""

ADVICE = {
    "password authentication failed": "Check the warehouse's `user` and `password`",
    "no password supplied": "Set the warehouse's `password`",
    "relation": "Load it first",
    'database "': "Check the warehouse's `database`: it must be there, only schema and tables are made",
    "permission denied": "Grant the warehouse's `user` the right to it",
    "server does not support ssl": "Set the warehouse's `ssl_mode` to prefer, or use a server with TLS",
    "statement timeout": "Raise the warehouse's `statement_timeout_s`",
    "too many clients": "Lower the warehouse's `connections`, or wait for other programs",
    "connection failed": "Is it running? Check the warehouse's `host` and `port`",
    "connection timeout": "Is it reachable? Check the warehouse's `host`, or raise `connect_timeout_s`",
}
OTHERWISE = "Run it again: nothing of a load that failed is kept, and what was loaded before is still there"


class PostgresWarehouse(ConfigurableResource):
    """A warehouse in a database of PostgreSQL 15 or newer.

    A run that reaches it opens a pool of connections and closes it when it ends. Several runs can load at once; two
    that load the same month do it one after the other.
    """

    kind: Literal["postgres"] = "postgres"
    host: str = "localhost"
    port: PositiveInt = 5432
    database: str = "flights"
    schema_name: str = Field(default="public", description="Where the tables are. It is made if it is not there.")
    user: str = "flights"
    password: SecretStr = SecretStr("")
    ssl_mode: Literal["disable", "prefer", "require", "verify-ca", "verify-full"] = "prefer"
    connections: PositiveInt = Field(default=4, description="The most that are open at once.")
    connect_timeout_s: PositiveInt = 10
    statement_timeout_s: PositiveFloat = Field(default=300, description="For one statement, COPY included.")
    attempts: PositiveInt = Field(default=3, description="To connect, and to read. A load is never repeated.")

    _pool: "ConnectionPool[Connection]" = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Connect, make the schema and the ledger if they are not there, and open the pool."""
        psycopg = vendor_package("psycopg", "postgres")
        pools = vendor_package("psycopg_pool", "postgres")
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # we report lost connections ourselves
        limit_ms = int(self.statement_timeout_s * 1000)
        arguments: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "dbname": self.database,
            "user": self.user,
            "password": self.password.get_secret_value(),
            "sslmode": self.ssl_mode,
            "connect_timeout": self.connect_timeout_s,
            "application_name": "dagwire flights",
            "options": f"-c search_path={self.schema_name} -c statement_timeout={limit_ms} -c TimeZone=UTC",
            "cursor_factory": psycopg.RawCursor,
        }
        with self._as_warehouse_error():
            # The pool would try on in the background, and lose the reason.
            for attempt in self._attempts():
                with attempt, psycopg.connect(**arguments) as connection:
                    with_lock(connection, "loads")
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema_name}".encode())
                    connection.execute(in_postgres(CREATE_LEDGER))
            self._pool = pools.ConnectionPool(
                kwargs=arguments,
                min_size=1,
                max_size=self.connections,
                timeout=self.connect_timeout_s,
                open=True,
                check=pools.ConnectionPool.check_connection,
            )

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close all connections."""
        self._pool.close()

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """See `Warehouse.replace`."""
        with self._as_warehouse_error():
            with self._pool.connection() as connection:
                prepare(connection, table)
            with self._pool.connection() as connection:  # commits at its end, or nothing
                with_lock(connection, f"{table.name}/{month}")
                connection.execute(*executable(delete_rows(table, month)))
                rows = copy(connection, table, batches)
                for statement in ledger_statements(Load(table.name, month, digest, rows)):
                    connection.execute(*executable(statement))
        return rows

    def loads(self) -> list[Load]:
        """See `Warehouse.loads`."""
        return [Load(**row) for row in self.query(READ_LEDGER)]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """See `Warehouse.query`."""
        names, rows = self._ask(sql, parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def native_sql(self, sql: str) -> str:
        """See `Warehouse.native_sql`."""
        return translated(sql, "postgres")

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """See `Warehouse.query_arrow`."""
        arrow = vendor_package("pyarrow", "arrow")
        names, rows = self._ask(sql, parameters)
        return arrow.table({name: [row[place] for row in rows] for place, name in enumerate(names)})

    def check_health(self) -> None:
        """See `Warehouse.check_health`."""
        self.loads()

    def _ask(self, sql: str, parameters: Sequence[object]) -> "tuple[list[str], list[tuple[Any, ...]]]":
        """The columns and rows of an answer. A question may be asked twice, so a lost connection does not matter."""
        with self._as_warehouse_error():
            for attempt in self._attempts():
                with attempt, self._pool.connection() as connection:
                    answer = connection.execute(in_postgres(sql), parameters)
                    return [column.name for column in answer.description or []], answer.fetchall()
        raise AssertionError  # the loop returns or raises

    def _attempts(self) -> Iterator[stamina.Attempt]:
        return iter(stamina.retry_context(may_pass, self.attempts, self.connect_timeout_s * self.attempts))

    @contextmanager
    def _as_warehouse_error(self) -> Generator[None]:
        """Turn PostgreSQL's errors into one that names the database."""
        psycopg, sqlglot = vendor_package("psycopg", "postgres"), vendor_package("sqlglot", "postgres")
        where = f"PostgreSQL at {self.host}:{self.port}/{self.database}"
        try:
            yield
        except (psycopg.Error, sqlglot.errors.SqlglotError) as error:
            problem = str(error).partition("\n")[0].rstrip(".")
            raise WarehouseError(where, problem, advice_for(str(error), ADVICE, OTHERWISE)) from error


def may_pass(error: Exception) -> bool:
    """Whether the server may let us in, or answer, a moment later."""
    psycopg = vendor_package("psycopg", "postgres")
    if not isinstance(error, psycopg.OperationalError) or isinstance(error, psycopg.errors.QueryCanceled):
        return False
    refused = ("authentication failed", "does not exist", "no password", "does not support ssl", "permission denied")
    return not any(reason in str(error).lower() for reason in refused)


def in_postgres(sql: str) -> bytes:
    """A statement in PostgreSQL's dialect, as psycopg takes one that is not written in the program."""
    return translated(sql, "postgres").encode()


def executable(statement: Statement) -> tuple[bytes, tuple[str | int | None, ...]]:
    """A statement in PostgreSQL's dialect, with its parameters."""
    return in_postgres(statement.sql), statement.parameters


def with_lock(connection: "Connection", name: str) -> None:
    """Wait until no other transaction has the lock of this name; it is free again at the end of this one."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name])


def prepare(connection: "Connection", table: Table[Any]) -> None:
    """Make the table, or add the columns that it lacks; of several writers that find it so, one does it."""
    with_lock(connection, table.name)
    connection.execute(in_postgres(create_table(table)))
    existing = connection.execute(in_postgres(one_row(table))).description or []
    for statement in added_columns(table, [column.name for column in existing]):
        connection.execute(in_postgres(statement))


def copy(connection: "Connection", table: Table[Any], batches: Iterable[Records]) -> int:
    """Add records to a table by COPY; return how many they were."""
    rows = 0
    values_of = itemgetter(*table.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)".encode()) as lines,
    ):
        lines.set_types([COPIED_AS[type_.__name__] for type_ in table.columns.values()])
        for records in batches:
            for record in records:
                try:
                    lines.write_row(values_of(record))
                except (TypeError, OverflowError) as error:  # a value is not of its column's type
                    raise vendor_package("psycopg", "postgres").DataError(f"{table.name}: {error}") from error
                rows += 1
    return rows
