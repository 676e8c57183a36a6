"""BigQuery as a warehouse: a load job into a table of its own, then one transaction that replaces a month by it."""
# ruff: noqa: S608  # this SQL is put together from our own names, never from input

import secrets
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import stamina
from pydantic import Field, PositiveFloat, PositiveInt, PrivateAttr

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import WarehouseError, advice_for
from resources.load_files import LoadFile, load_file
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

ADVICE = {
    "was not found in location": "Load it first, or check the warehouse's `dataset` and `location`",
    "not found: project": "Check the warehouse's `project`",
    "could not automatically determine credentials": "Set the warehouse's `service_account_file`, or log in by gcloud",
    "default credentials were not found": "Set the warehouse's `service_account_file`, or log in by gcloud",
    "no such file": "Check the warehouse's `service_account_file`",
    "service account info": "Check the warehouse's `service_account_file`",
    "permission": "Grant the service account BigQuery's roles of a job user, and of a data editor of the dataset",
    "connection": "Is it reachable? Check the warehouse's `endpoint`",
    "timeout": "Is it reachable? Check the warehouse's `endpoint`, or raise `patience_s`",
}
OTHERWISE = "Run it again: nothing of a load that failed is kept, and what was loaded before is still there"
BY_MONTH = " PARTITION BY RANGE_BUCKET(month, GENERATE_ARRAY(1, 13, 1))"
PARAMETER_TYPES: dict[type, str] = {
    bool: "BOOL",
    int: "INT64",
    float: "FLOAT64",
    Decimal: "NUMERIC",
    datetime: "TIMESTAMP",
}


class BigQueryWarehouse(ConfigurableResource):
    """A warehouse in a dataset of BigQuery.

    A run that reaches it opens a client and closes it when it ends. Tables with months have a partition for each, so
    that a month is replaced without reading the others.
    """

    kind: Literal["bigquery"] = "bigquery"
    project: str
    dataset: str = Field(default="flights", description="Where the tables are. It is made if it is not there.")
    location: str = Field(default="EU", description="Of the dataset, when it is made.")
    service_account_file: Path | None = Field(default=None, description="Else Google's default credentials are used.")
    endpoint: str | None = Field(default=None, description="Of another server that speaks its protocol.")
    is_anonymous: bool = Field(default=False, description="Whether requests are sent without credentials.")
    has_storage_api: bool = Field(default=True, description="Whether large answers come by the Storage API.")
    request_timeout_s: PositiveFloat = Field(default=60, description="For one request; a job may take longer.")
    patience_s: PositiveFloat = Field(default=300, description="For all attempts of one request.")
    attempts: PositiveInt = Field(default=5, description="For an upload, and for a transaction that meets another one.")

    _client: Any = PrivateAttr()
    _google: Any = PrivateAttr()

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Make the client; make the dataset and the ledger if they are not there."""
        self._google = vendor_package("google.cloud.bigquery", "bigquery")
        with self._as_warehouse_error():
            self._client = self._new_client()
            place = self._google.Dataset(f"{self.project}.{self.dataset}")
            place.location = self.location
            self._client.create_dataset(place, exists_ok=True, retry=self._retry(), timeout=self.request_timeout_s)
            self._run(in_bigquery(CREATE_LEDGER))

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Close the client's connections."""
        self._client.close()

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """See `Warehouse.replace`."""
        with load_file(table, batches) as file, self._as_warehouse_error():
            self._make(table)
            with self._incoming(table, file) as incoming:
                columns = ", ".join(table.columns)
                script = [
                    "BEGIN TRANSACTION",
                    with_literals(delete_rows(table, month)),
                    f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {incoming}",
                    *map(with_literals, ledger_statements(Load(table.name, month, digest, file.rows))),
                    "COMMIT TRANSACTION",
                ]
                for attempt in stamina.retry_context(is_conflict, self.attempts, timeout=None):
                    with attempt:
                        self._run(";\n".join(script))
        return file.rows

    def loads(self) -> list[Load]:
        """See `Warehouse.loads`."""
        return [Load(**row) for row in self.query(READ_LEDGER)]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """See `Warehouse.query`."""
        rows: list[dict[str, Any]] = self.query_arrow(sql, parameters).to_pylist()
        return rows

    def native_sql(self, sql: str) -> str:
        """See `Warehouse.native_sql`."""
        return in_bigquery(sql)

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """See `Warehouse.query_arrow`."""
        with self._as_warehouse_error():
            answer = self._run(in_bigquery(sql), parameters)
            return answer.to_arrow(create_bqstorage_client=self.has_storage_api)

    def cost_bytes(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The bytes that a question would read, by which BigQuery bills; it is not asked."""
        with self._as_warehouse_error():
            config = self._config(parameters)
            config.dry_run = True
            return int(
                self._client.query(in_bigquery(sql), job_config=config, retry=self._retry()).total_bytes_processed
            )

    def check_health(self) -> None:
        """See `Warehouse.check_health`."""
        self.loads()

    def _new_client(self) -> Any:
        options = {"api_endpoint": self.endpoint} if self.endpoint else None
        given: dict[str, Any] = {"project": self.project, "client_options": options}
        if self.is_anonymous:
            given["credentials"] = vendor_package("google.auth.credentials", "bigquery").AnonymousCredentials()
        elif self.service_account_file:
            return self._google.Client.from_service_account_json(str(self.service_account_file), **given)
        return self._google.Client(**given)

    def _run(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        """Run a statement or a script to its end."""
        retry, timeout_s = self._retry(), self.request_timeout_s
        job = self._client.query(
            sql, job_config=self._config(parameters), retry=retry, timeout=timeout_s, job_retry=None
        )
        return job.result(retry=retry, job_retry=None)

    def _config(self, parameters: Sequence[object]) -> Any:
        given = [
            self._google.ScalarQueryParameter(None, PARAMETER_TYPES.get(type(value), "STRING"), value)
            for value in parameters
        ]
        return self._google.QueryJobConfig(default_dataset=f"{self.project}.{self.dataset}", query_parameters=given)

    def _retry(self) -> Any:
        return self._google.DEFAULT_RETRY.with_timeout(self.patience_s)

    def _make(self, table: Table[Any]) -> None:
        """Make the table, or add the columns that it lacks."""
        partitions = BY_MONTH if "month" in table.columns else ""
        self._run(in_bigquery(create_table(table)) + partitions)
        existing = [column.name for column in self._run(one_row(table)).schema]
        for column in added_columns(table, existing):
            self._run(in_bigquery(column))

    @contextmanager
    def _incoming(self, table: Table[Any], file: LoadFile) -> Generator[str]:
        """The name of a table with the file's records, for the block."""
        name = f"incoming_{secrets.token_hex(4)}"
        self._run(in_bigquery(create_table(table, name)))
        try:
            config = self._google.LoadJobConfig(source_format="PARQUET", write_disposition="WRITE_APPEND")
            with file.path.open("rb") as content:
                place = f"{self.project}.{self.dataset}.{name}"
                job = self._client.load_table_from_file(
                    content, place, job_config=config, timeout=self.request_timeout_s, num_retries=self.attempts
                )
            job.result(retry=self._retry())
            yield name
        finally:
            self._run(f"DROP TABLE {name}")

    @contextmanager
    def _as_warehouse_error(self) -> Generator[None]:
        """Turn Google's errors into one that names project and dataset."""
        api = vendor_package("google.api_core.exceptions", "bigquery")
        auth = vendor_package("google.auth.exceptions", "bigquery")
        sqlglot = vendor_package("sqlglot", "bigquery")
        at = f" at {self.endpoint}" if self.endpoint else ""
        where = f"BigQuery{at}, {self.project}.{self.dataset}"
        try:
            yield
        except (api.GoogleAPIError, auth.GoogleAuthError, sqlglot.errors.SqlglotError, OSError, ValueError) as error:
            problem = str(error).partition("\n")[0].partition("; reason:")[0].rstrip(".")
            raise WarehouseError(where, problem, advice_for(str(error), ADVICE, OTHERWISE)) from error


def in_bigquery(sql: str) -> str:
    """A statement in BigQuery's dialect."""
    return translated(sql, "bigquery")


def with_literals(statement: Statement) -> str:
    """A statement with its values in it: a script takes no parameters by position. The values are our own."""
    parts = in_bigquery(statement.sql).split("?")
    return "".join(
        f"{part}{literal}" for part, literal in zip(parts, [*map(literal_of, statement.parameters), ""], strict=True)
    )


def literal_of(value: str | int | None) -> str:
    """A value as BigQuery writes it."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "NULL" if value is None else str(value)


def is_conflict(error: Exception) -> bool:
    """Whether a transaction was refused because another one came first."""
    return any(word in str(error).lower() for word in ("concurrent update", "conflict", "transaction is aborted"))
