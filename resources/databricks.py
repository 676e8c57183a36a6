"""Databricks as a warehouse, over Spark Connect: Arrow goes in and out, and Delta replaces a month in one step."""
# ruff: noqa: S608  # this SQL is put together from our own names, never from input

import logging
import re
import secrets
import sys
import warnings
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, Literal
from urllib.parse import quote

import stamina
from pydantic import Field, PositiveInt, PrivateAttr, SecretStr

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import WarehouseError, advice_for
from resources.load_files import load_file
from resources.statements import CREATE_LEDGER, READ_LEDGER, Load, create_table, one_row
from resources.tables import Table
from resources.translated import translated
from resources.vendor_packages import vendor_package
from resources.warehouse import ArrowTable, Records

ADVICE = {
    "unauthenticated": "Check the warehouse's `token`",
    "permission": "Grant the owner of the warehouse's `token` the right to it",
    "no such cluster": "Check the warehouse's `cluster_id`",
    "catalog": "Check the warehouse's `catalog`",
    "connection refused": "Is the cluster running? Check the warehouse's `host`, `port` and `cluster_id`",
    "failed to connect": "Is the cluster running? Check the warehouse's `host`, `port` and `cluster_id`",
    "socket closed": "Is the cluster running? Check the warehouse's `host`, `port` and `cluster_id`",
    "deadline exceeded": "Raise the warehouse's `statement_timeout_s`",
}
OTHERWISE = "Run it again: a month is replaced in one step, and what was loaded before is still there"
MERGE_LEDGER = """
    MERGE INTO loads USING {line} AS line ON loads.`table` = line.`table` AND loads.`month` <=> line.`month`
    WHEN MATCHED THEN UPDATE SET digest = line.digest, `rows` = line.`rows`
    WHEN NOT MATCHED THEN INSERT (`table`, `month`, digest, `rows`)
    VALUES (line.`table`, line.`month`, line.digest, line.`rows`)
"""


class DatabricksWarehouse(ConfigurableResource):
    """A warehouse in a schema of Databricks, or of another server that speaks Spark Connect and knows Delta tables.

    A run that reaches it opens one session and closes it when it ends. A month is replaced in one step; its line in
    the ledger follows in another, so a run that is killed between the two is told by the ledger to load it again.
    """

    kind: Literal["databricks"] = "databricks"
    host: str = Field(description="The workspace, such as `dbc-a1b2345c-d6e7.cloud.databricks.com`.")
    port: PositiveInt = 443
    token: SecretStr | None = None
    cluster_id: str | None = None
    is_encrypted: bool = Field(default=True, description="Whether the connection is; Databricks' own always are.")
    catalog: str | None = Field(default=None, description="The workspace's default, if none is given.")
    schema_name: str = Field(default="flights", description="Where the tables are. It is made if it is not there.")
    location: str | None = Field(
        default=None, description="A folder for the tables' files, such as `s3://lake/flights`; else the catalog's own."
    )
    statement_timeout_s: PositiveInt = Field(default=600, description="For one statement.")
    attempts: PositiveInt = Field(default=4, description="For one request, and for a change that meets another.")

    _session: Any = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Connect, and make the schema and the ledger if they are not there."""
        connect, retries = spark_connect()
        logging.getLogger("pyspark.sql.connect").setLevel(logging.CRITICAL)  # its errors reach us as exceptions
        with self._as_warehouse_error():
            self._session = connect.SparkSession.builder.remote(self._address()).create()
            self._session.client.set_retry_policies([retries.DefaultPolicy(max_retries=self.attempts)])
            self._session.conf.set("spark.sql.session.timeZone", "UTC")
            if self.catalog:
                self._run(f"USE CATALOG {self.catalog}")
            self._run(f"CREATE SCHEMA IF NOT EXISTS {self.schema_name}")
            self._run(f"USE SCHEMA {self.schema_name}")
            self._make("loads", CREATE_LEDGER)
            if self.location:
                for name in {load.table for load in self.loads()}:
                    self._run(f"CREATE TABLE IF NOT EXISTS {name} {self._storage(name)}")

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """End the session."""
        with self._as_warehouse_error():
            self._session.stop()

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """See `Warehouse.replace`."""
        arrow = vendor_package("pyarrow", "databricks")
        parquet = vendor_package("pyarrow.parquet", "databricks")
        with load_file(table, batches) as file, self._as_warehouse_error():
            # DuckDB marks columns as required if this file has no nulls in them; the table's columns never are.
            content = parquet.read_table(file.path)
            nullable = arrow.schema([column.with_nullable(nullable=True) for column in content.schema])
            # Spark cannot make a frame of no rows, so one is made and left out.
            records = content.cast(nullable) if file.rows else arrow.Table.from_pylist([{}], nullable)
            incoming = self._session.createDataFrame(records).limit(file.rows)
            self._make(table.name, create_table(table))
            columns = self._columns_with_those_of(incoming, table)
            values = ", ".join(name if name in table.columns else f"NULL AS {name}" for name in columns)
            with self._view(incoming) as view:
                replace = f"INSERT INTO {table.name} REPLACE WHERE {condition(month)}"
                self._change(f"{replace} SELECT {values} FROM {view}")
            line = arrow.Table.from_pylist([Load(table.name, month, digest, file.rows)._asdict()], ledger_types(arrow))
            with self._view(self._session.createDataFrame(line)) as view:
                self._change(MERGE_LEDGER.format(line=view))
        return file.rows

    def loads(self) -> list[Load]:
        """See `Warehouse.loads`."""
        return [Load(**row) for row in self.query(READ_LEDGER)]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """See `Warehouse.query`."""
        rows: list[dict[str, Any]] = self.query_arrow(sql, parameters).to_pylist()
        return [{name: in_utc(value) for name, value in row.items()} for row in rows]

    def native_sql(self, sql: str) -> str:
        """See `Warehouse.native_sql`."""
        return translated(sql, "databricks")

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """See `Warehouse.query_arrow`."""
        with self._as_warehouse_error():
            for attempt in stamina.retry_context(is_lost, self.attempts, timeout=None):
                with attempt:
                    return self._run(translated(sql, "databricks"), parameters)
        raise AssertionError  # the loop returns or raises

    def check_health(self) -> None:
        """See `Warehouse.check_health`."""
        self.loads()

    def _address(self) -> str:
        parts: Mapping[str, str | None] = {
            "use_ssl": "true" if self.is_encrypted else None,
            "token": self.token.get_secret_value() if self.token else None,
            "x-databricks-cluster-id": self.cluster_id,
        }
        given = "".join(f";{name}={quote(value)}" for name, value in parts.items() if value)
        return f"sc://{self.host}:{self.port}/{given}"

    def _run(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        return self._session.sql(sql, args=list(parameters) or None).toArrow()

    def _change(self, sql: str) -> None:
        """Run a statement that changes a table; once more if another change came first, which Delta then refuses."""
        for attempt in stamina.retry_context(is_conflict, self.attempts, timeout=None):
            with attempt:
                self._run(sql)

    def _make(self, name: str, sql: str) -> None:
        """Make a table, unless it is there."""
        if not self._session.catalog.tableExists(name):
            self._run(f"{translated(sql, 'databricks')} {self._storage(name)}")

    def _storage(self, name: str) -> str:
        return f"USING DELTA LOCATION '{self.location}/{name}'" if self.location else "USING DELTA"

    def _columns_with_those_of(self, incoming: Any, table: Table[Any]) -> list[str]:
        """The table's columns, in its own order; those that it lacks are added first."""
        existing: list[str] = self._run(one_row(table)).column_names
        if set(table.columns) <= set(existing):
            return existing
        added = incoming.limit(0).write.format("delta").mode("append").option("mergeSchema", "true")
        added.saveAsTable(table.name)
        grown: list[str] = self._run(one_row(table)).column_names
        return grown

    @contextmanager
    def _view(self, frame: Any) -> Generator[str]:
        """A name for `frame` in SQL, for the block."""
        name = f"incoming_{secrets.token_hex(4)}"
        frame.createOrReplaceTempView(name)
        try:
            yield name
        finally:
            self._session.catalog.dropTempView(name)

    @contextmanager
    def _as_warehouse_error(self) -> Generator[None]:
        """Turn Spark's errors into one that names workspace and schema."""
        errors, grpc = vendor_package("pyspark.errors", "databricks"), vendor_package("grpc", "databricks")
        sqlglot = vendor_package("sqlglot", "databricks")
        where = f"Databricks at {self.host}:{self.port}, {self.catalog or 'default catalog'}.{self.schema_name}"
        try:
            yield
        except (errors.PySparkException, grpc.RpcError, sqlglot.errors.SqlglotError) as error:
            problem = reason_of(error)
            raise WarehouseError(where, problem, advice_for(str(error), ADVICE, OTHERWISE)) from error


def spark_connect() -> tuple[ModuleType, ModuleType]:
    """Import Spark's client: its sessions, and its retries.

    Without a file of the main program, as in `python -c` or a worker of pytest-xdist, it believes that its own doctests
    are run, and ends the process.
    """
    for told_elsewhere in ("PySpark does not yet fully support pandas", r"\[RETRIES_EXCEEDED\]"):
        warnings.filterwarnings("ignore", told_elsewhere)  # we use no pandas, and the error follows
    main = sys.modules["__main__"]
    has_file = hasattr(main, "__file__")
    try:
        if not has_file:
            main.__file__ = "main"
        sessions = vendor_package("pyspark.sql.connect.session", "databricks")
        return sessions, vendor_package("pyspark.sql.connect.client.retries", "databricks")
    finally:
        if not has_file:
            del main.__file__


def condition(month: str | None) -> str:
    """The rows of a month, or all if `month` is None."""
    if month is None:
        return "TRUE"
    year, number = map(int, month.split("-"))
    return f"year = {year} AND month = {number}"


def ledger_types(arrow: Any) -> Any:
    """The types of the ledger's columns, as Arrow has them."""
    text, number = arrow.string(), arrow.int64()
    return arrow.schema([("table", text), ("month", text), ("digest", text), ("rows", number)])


def is_conflict(error: Exception) -> bool:
    """Whether Delta refused a change because another one came first."""
    return any(word in str(error).lower() for word in ("concurrent", "conflict", "failed to commit"))


def is_lost(error: Exception) -> bool:
    """Whether the server does not know the question any more: a connection was cut while it was asked."""
    return "operation not found" in str(error).lower()


def reason_of(error: Exception) -> str:
    """The first line of an error, or the details in the text of one of gRPC's."""
    details = re.search(r'details = "(.*)"', str(error))
    return (details[1] if details else str(error).partition("\n")[0]).rstrip(".")


def in_utc(value: object) -> object:
    """A value of an answer, with its time in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
