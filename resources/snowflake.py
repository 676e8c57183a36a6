"""Snowflake as a warehouse: a file goes to a stage by PUT, and from there into its table by COPY INTO."""

import logging
import secrets
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import stamina
from pydantic import Field, PositiveInt, PrivateAttr, SecretStr, model_validator

from dagwire import ConfigurableResource, InitResourceContext

from resources.errors import WarehouseError, advice_for
from resources.load_files import load_file
from resources.statements import (
    CREATE_LEDGER,
    CREATE_LOCKS,
    READ_LEDGER,
    Load,
    Statement,
    added_columns,
    create_table,
    delete_rows,
    ledger_statements,
    make_lock,
    one_row,
    take_lock,
)
from resources.tables import Table
from resources.translated import translated
from resources.vendor_packages import vendor_package
from resources.warehouse import ArrowTable, Records

ADVICE = {
    "incorrect username or password": "Check the warehouse's `user` and `password`",
    "jwt token is invalid": "Check the warehouse's `user` and `private_key_file`: does the user have its public key?",
    "no such file": "Check the warehouse's `private_key_file`",
    "pem file": "Check the warehouse's `private_key_file` and `private_key_passphrase`",
    "private key": "Check the warehouse's `private_key_file` and `private_key_passphrase`",
    "role": "Check the warehouse's `role`, and grant it to `user`",
    "no active warehouse": "Set the warehouse's `compute`, and grant its use to `role`",
    "could not connect": "Is it reachable? Check the warehouse's `account`, or `host` and `port`",
    "does not exist or not authorized": "Check the warehouse's `database` and `role`; the database must be there",
    "insufficient privileges": "Grant the warehouse's `role` the right to it",
}
OTHERWISE = "Run it again: nothing of a load that failed is kept, and what was loaded before is still there"

COPY_OPTIONS = (
    "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE"
)


class SnowflakeWarehouse(ConfigurableResource):
    """A warehouse in a schema of Snowflake.

    A run that reaches it opens one session for questions, and one for loads when the first comes; both are closed when
    it ends. Loads of one run take turns. Two runs that load the same month do it one after the other.
    """

    kind: Literal["snowflake"] = "snowflake"
    account: str = Field(description="Its identifier, such as `myorg-account123`.")
    user: str
    password: SecretStr | None = None
    private_key_file: Path | None = Field(default=None, description="A key in PEM form, in place of a password.")
    private_key_passphrase: SecretStr | None = None
    role: str | None = None
    compute: str | None = Field(default=None, description="The virtual warehouse, which Snowflake calls `warehouse`.")
    database: str = "FLIGHTS"
    schema_name: str = Field(default="PUBLIC", description="Where the tables are. It is made if it is not there.")
    host: str | None = Field(default=None, description="Made of `account` by default.")
    port: PositiveInt = 443
    protocol: Literal["https", "http"] = "https"
    login_timeout_s: PositiveInt = 30
    network_timeout_s: PositiveInt = Field(default=300, description="For one request, with all its attempts.")
    attempts: PositiveInt = Field(default=5, description="For a transaction that meets another one.")

    _asking: Any = PrivateAttr()
    _loading: Any = PrivateAttr(default=None)
    _writing: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    @model_validator(mode="after")
    def _has_credentials(self) -> "SnowflakeWarehouse":
        if (self.password is None) == (self.private_key_file is None):
            msg = "give either `password` or `private_key_file`"
            raise ValueError(msg)
        return self

    def setup_for_execution(self, context: InitResourceContext) -> None:
        """Log in, and make the schema and the ledger if they are not there."""
        with self._as_warehouse_error():
            self._asking = self._session()
            self._asking.cursor().execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema_name}")
            self._asking.cursor().execute(f"USE SCHEMA {self.schema_name}")
            for statement in (CREATE_LEDGER, CREATE_LOCKS):
                self._asking.cursor().execute(in_snowflake(statement))

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """Log out."""
        for session in filter(None, (self._asking, self._loading)):
            session.close()
        self._loading = None

    def replace(self, table: Table[Any], month: str | None, batches: Iterable[Records], digest: str) -> int:
        """See `Warehouse.replace`."""
        with load_file(table, batches) as file, self._as_warehouse_error(), self._writing:
            run = self._ready_to_load(table)
            place = f"@incoming/{secrets.token_hex(4)}"
            run(f"PUT 'file://{file.path}' {place} AUTO_COMPRESS = FALSE")
            for attempt in stamina.retry_context(may_pass, self.attempts, timeout=None):
                with attempt:
                    self._load_from(place, table, Load(table.name, month, digest, file.rows))
        return file.rows

    def loads(self) -> list[Load]:
        """See `Warehouse.loads`."""
        return [Load(**row) for row in self.query(READ_LEDGER)]

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """See `Warehouse.query`."""
        with self._as_warehouse_error():
            answer = self._asking.cursor().execute(in_snowflake(sql), tuple(parameters))
            names = names_of(answer)
            return [dict(zip(names, map(in_utc, row), strict=True)) for row in answer]

    def native_sql(self, sql: str) -> str:
        """See `Warehouse.native_sql`."""
        return in_snowflake(sql)

    def query_arrow(self, sql: str, parameters: Sequence[object] = ()) -> ArrowTable:
        """See `Warehouse.query_arrow`."""
        arrow = vendor_package("pyarrow", "snowflake")
        with self._as_warehouse_error():
            answer = self._asking.cursor().execute(in_snowflake(sql), tuple(parameters))
            names = names_of(answer)
            table = answer.fetch_arrow_all()
            return arrow.table({name: [] for name in names}) if table is None else table.rename_columns(names)

    def check_health(self) -> None:
        """See `Warehouse.check_health`."""
        self.loads()

    def _ready_to_load(self, table: Table[Any]) -> Callable[..., Any]:
        """Make the table, or add the columns that it lacks; return the means to run statements where loads are made."""
        if self._loading is None:
            self._loading = self._session()
        run: Callable[..., Any] = self._loading.cursor().execute
        run("ROLLBACK")
        run(f"USE SCHEMA {self.schema_name}")
        run("CREATE TEMPORARY STAGE IF NOT EXISTS incoming")  # it ends with the session
        run(in_snowflake(create_table(table)))
        for column in added_columns(table, names_of(run(one_row(table)))):
            run(in_snowflake(column))
        return run

    def _load_from(self, place: str, table: Table[Any], load: Load) -> None:
        """Replace a month by what lies in the stage, in one transaction. It can be repeated until it has succeeded."""
        run = self._loading.cursor().execute
        run("ROLLBACK")  # of an attempt that failed: it may have lost the connection before it could do so itself
        run(*with_values(make_lock(load.table, load.month)))
        run("BEGIN")
        run(*with_values(take_lock(load.table, load.month)))
        run(*with_values(delete_rows(table, load.month)))
        run(f"COPY INTO {table.name} FROM {place} {COPY_OPTIONS}")
        for statement in ledger_statements(load):
            run(*with_values(statement))
        run("COMMIT")

    def _session(self) -> Any:
        connector = vendor_package("snowflake.connector", "snowflake")
        logging.getLogger("snowflake.connector").setLevel(logging.CRITICAL)  # its errors reach us as exceptions
        given = {
            "password": self.password and self.password.get_secret_value(),
            "private_key_file": self.private_key_file and str(self.private_key_file),
            "private_key_file_pwd": self.private_key_passphrase and self.private_key_passphrase.get_secret_value(),
            "authenticator": "SNOWFLAKE_JWT" if self.private_key_file else None,
            "role": self.role,
            "warehouse": self.compute,
            "host": self.host,
        }
        return connector.connect(
            account=self.account,
            user=self.user,
            database=self.database,
            port=self.port,
            protocol=self.protocol,
            login_timeout=self.login_timeout_s,
            network_timeout=self.network_timeout_s,
            paramstyle="qmark",
            application="dagwire_flights",
            session_parameters={"TIMEZONE": "UTC", "CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
            **{name: value for name, value in given.items() if value is not None},
        )

    @contextmanager
    def _as_warehouse_error(self) -> Generator[None]:
        """Turn Snowflake's errors into one that names account and database."""
        connector = vendor_package("snowflake.connector", "snowflake")
        sqlglot = vendor_package("sqlglot", "snowflake")
        at = f" at {self.host}:{self.port}" if self.host else ""
        where = f"Snowflake account {self.account}{at}, {self.database}.{self.schema_name}"
        try:
            yield
        except (connector.Error, sqlglot.errors.SqlglotError, OSError, TypeError, ValueError) as error:
            problem = str(error).partition("\n")[0].rstrip(".")
            raise WarehouseError(where, problem, advice_for(str(error), ADVICE, OTHERWISE)) from error


def may_pass(error: Exception) -> bool:
    """Whether another transaction, or a failure of the server itself, was in the way: the next attempt may succeed."""
    return any(word in str(error).lower() for word in ("conflict", "lock timeout", "deadlock", "http 5"))


def in_snowflake(sql: str) -> str:
    """A statement in Snowflake's dialect. Its time that is an instant, as DuckDB's is, has this name."""
    return translated(sql, "snowflake").replace("TIMESTAMPTZ", "TIMESTAMP_LTZ")


def with_values(statement: Statement) -> tuple[str, tuple[str | int | None, ...]]:
    """A statement in Snowflake's dialect, with its parameters."""
    return in_snowflake(statement.sql), statement.parameters


def names_of(answer: Any) -> list[str]:
    """The names of an answer's columns: Snowflake writes those large that have no quotes."""
    return [column.name.lower() for column in answer.description]


def in_utc(value: object) -> object:
    """A value of an answer, with its time in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
