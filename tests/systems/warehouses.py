"""Each warehouse with the server that it is held to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagwire import ConfigurableResource

from resources.bigquery import BigQueryWarehouse
from resources.databricks import DatabricksWarehouse
from resources.postgres import PostgresWarehouse
from resources.snowflake import SnowflakeWarehouse
from resources.warehouse import DuckDBWarehouse
from tools.systems.bigquery import bigquery
from tools.systems.postgres import postgres
from tools.systems.sail import sail
from tools.systems.snowflake import snowflake
from tools.systems.started import HOST

CANARY = "canary-90d2"


@dataclass(frozen=True)
class System:
    """A system that runs, and how its warehouse is set up."""

    recipe: Callable[..., ConfigurableResource]
    """Makes a resource for an empty warehouse of the name that it is given; more arguments are its settings."""
    port: int | None = None
    """The port of its server, if it has one."""
    faults: Mapping[str, tuple[Mapping[str, Any], str]] = field(default_factory=dict)
    """`{fault: (settings, words of the message)}`."""
    cut_after_bytes: int = 50_000
    """How much of a load is sent before its connection is cut in the middle."""
    takes_turns: bool = True
    """Whether two loads of one month cannot meet, so that records and ledger are always of the same one."""
    impatient: Mapping[str, int] = field(default_factory=dict)
    """The settings of a warehouse that gives up soon."""
    nothing: Mapping[str, Any] = field(default_factory=dict)
    """`{column: value}` where the emulator, not the warehouse, answers with a value in place of nothing."""


@contextmanager
def a_duckdb(folder: Path) -> Iterator[System]:
    def recipe(name: str, **changes: object) -> DuckDBWarehouse:
        return DuckDBWarehouse.model_validate({"path": folder / f"{name}.duckdb", **changes})

    yield System(
        recipe, faults={"missing database": ({"path": "/dev/null/w.duckdb"}, "/dev/null/w.duckdb: .*may we write")}
    )


@contextmanager
def a_postgres(_folder: Path) -> Iterator[System]:
    with postgres() as server:
        reached_by = {**server._asdict(), "connect_timeout_s": 2, "attempts": 2, "ssl_mode": "disable"}

        def recipe(name: str, **changes: object) -> PostgresWarehouse:
            return PostgresWarehouse.model_validate({**reached_by, "schema_name": name, **changes})

        yield System(
            recipe,
            server.port,
            {
                "wrong password": ({"password": CANARY}, "password authentication failed .*`user` and `password`"),
                "missing database": (
                    {"database": "nowhere"},
                    'PostgreSQL at 127.0.0.1:.*/nowhere: .*database "nowhere" does not exist.*`database`',
                ),
                "nobody there": ({"port": 1}, "Is it running.* `host` and `port`"),
                "an unknown user": ({"user": "nobody"}, "password authentication failed for user .nobody"),
                "no TLS": ({"ssl_mode": "require"}, "does not support SSL.*`ssl_mode`"),
            },
            impatient={"connect_timeout_s": 1, "attempts": 1},
        )


@contextmanager
def a_snowflake(_folder: Path) -> Iterator[System]:
    with snowflake() as port:
        reached_by = {"account": "fakesnow", "host": HOST, "port": port, "protocol": "http"}
        reached_by |= {"user": "ann", "password": "pw", "login_timeout_s": 2, "network_timeout_s": 2}

        def recipe(name: str, **changes: object) -> SnowflakeWarehouse:
            return SnowflakeWarehouse.model_validate({**reached_by, "schema_name": name, **changes})

        yield System(
            recipe,
            port,
            {"nobody there": ({"port": 1}, "Is it reachable.* `account`, or `host` and `port`")},
            cut_after_bytes=2_000,
            nothing={"priced_at": datetime(1970, 1, 1, tzinfo=UTC)},
        )


@contextmanager
def a_databricks(folder: Path) -> Iterator[System]:
    with sail() as port:
        reached_by = {"host": HOST, "port": port, "is_encrypted": False, "attempts": 4}

        def recipe(name: str, **changes: object) -> DatabricksWarehouse:
            place = {"schema_name": name, "location": str(folder / name)}
            return DatabricksWarehouse.model_validate({**reached_by, **place, **changes})

        yield System(
            recipe,
            port,
            {"nobody there": ({"port": 1, "attempts": 1}, "Is the cluster running.* `host`, `port` and `cluster_id`")},
            cut_after_bytes=8_000,
            takes_turns=False,  # Delta has no transactions over two tables
            impatient={"attempts": 1},
        )


@contextmanager
def a_bigquery(_folder: Path) -> Iterator[System]:
    with bigquery() as url:

        def recipe(name: str, port: int | None = None, **changes: object) -> BigQueryWarehouse:
            endpoint = f"http://{HOST}:{port}" if port else url
            reached_by = {"project": "test", "endpoint": endpoint, "is_anonymous": True, "has_storage_api": False}
            limits = {"request_timeout_s": 5, "patience_s": 3, "attempts": 2}
            return BigQueryWarehouse.model_validate({**reached_by, **limits, "dataset": name, **changes})

        yield System(
            recipe,
            int(url.rpartition(":")[2]),
            {
                "nobody there": ({"port": 1}, "Is it reachable.* `endpoint`"),
                "a key that is not there": (
                    {"is_anonymous": False, "service_account_file": "/nowhere.json"},
                    "No such file.*`service_account_file`",
                ),
            },
            cut_after_bytes=8_000,
        )


SYSTEMS: dict[str, Callable[[Path], AbstractContextManager[System]]] = {
    "duckdb": a_duckdb,
    "postgres": a_postgres,
    "snowflake": a_snowflake,
    "databricks": a_databricks,
    "bigquery": a_bigquery,
}
HEAVY = {"bigquery"}
