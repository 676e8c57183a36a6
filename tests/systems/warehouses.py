"""Each warehouse with the server that it is held to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagwire import ConfigurableResource

from resources.postgres import PostgresWarehouse
from resources.warehouse import DuckDBWarehouse
from tools.systems.postgres import postgres

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
        )


SYSTEMS: dict[str, Callable[[Path], AbstractContextManager[System]]] = {"duckdb": a_duckdb, "postgres": a_postgres}
