"""Each system for a while, with the variables by which the application reaches it."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from tools.systems.bigquery import bigquery
from tools.systems.moto import REGION, moto
from tools.systems.postgres import postgres
from tools.systems.sail import sail
from tools.systems.snowflake import snowflake
from tools.systems.started import HOST
from tools.systems.superset import superset

Variables = Mapping[str, str]


@contextmanager
def nothing() -> Generator[Variables]:
    """The default, which needs no server."""
    yield {}


@contextmanager
def on_postgres() -> Generator[Variables]:
    """PostgreSQL as the warehouse."""
    with postgres() as server:
        yield of_warehouse("postgres", ssl_mode="disable", **server._asdict())


@contextmanager
def on_snowflake() -> Generator[Variables]:
    """Snowflake's emulator as the warehouse."""
    with snowflake() as port:
        reached_by = {"host": HOST, "port": port, "protocol": "http", "account": "fakesnow"}
        yield of_warehouse("snowflake", user="ann", password="any", **reached_by)  # noqa: S106  # it checks none


@contextmanager
def on_databricks() -> Generator[Variables]:
    """Sail as the warehouse."""
    with sail() as port, TemporaryDirectory(prefix="dagwire-lake-") as lake:
        yield of_warehouse("databricks", host=HOST, port=port, is_encrypted=False, location=lake)


@contextmanager
def on_bigquery() -> Generator[Variables]:
    """BigQuery's emulator as the warehouse."""
    with bigquery() as url:
        yield of_warehouse("bigquery", project="demo", endpoint=url, is_anonymous=True, has_storage_api=False)


@contextmanager
def on_s3() -> Generator[Variables]:
    """S3's emulator as the store."""
    with moto() as account:
        place = {"LocationConstraint": REGION}
        account.client("s3").create_bucket(Bucket="flights-raw", CreateBucketConfiguration=place)
        yield {
            "APP_STORE__URL": "s3://flights-raw/2013",
            "APP_STORE__S3__ENDPOINT_URL": account.url,
            "APP_STORE__S3__REGION": REGION,
            "APP_STORE__S3__ACCESS_KEY_ID": account.owner.access_key_id,
            "APP_STORE__S3__SECRET_ACCESS_KEY": account.owner.secret_access_key,
        }


@contextmanager
def no_dashboard_server(_warehouse: Variables) -> Generator[Variables]:
    """The HTML dashboard, which is a file."""
    yield {}


@contextmanager
def on_superset(warehouse: Variables) -> Generator[Variables]:
    """Superset, which reads the warehouse on PostgreSQL.

    Raises:
        SystemExit: The warehouse is another one, whose driver is not beside Superset here.
    """
    if warehouse.get("APP_WAREHOUSE__KIND") != "postgres":
        sys.exit("Superset reads PostgreSQL here: add --warehouse postgres")
    names = ("user", "password", "host", "port", "database")
    user, password, host, port, database = (quote(warehouse[f"APP_WAREHOUSE__{name.upper()}"]) for name in names)
    with superset() as server:
        uri = f"postgresql+psycopg2://{user}:{password}@{host}:{port}/{database}"
        settings = {"kind": "superset", "warehouse_uri": uri, **server._asdict()}
        yield {f"APP_DASHBOARD__{name.upper()}": value for name, value in settings.items()}


def of_warehouse(kind: str, **settings: object) -> Variables:
    """The variables of a warehouse."""
    return {f"APP_WAREHOUSE__{name.upper()}": str(value) for name, value in {"kind": kind, **settings}.items()}


Systems = Mapping[str, Callable[[], AbstractContextManager[Variables]]]

WAREHOUSES: Systems = {
    "duckdb": nothing,
    "postgres": on_postgres,
    "snowflake": on_snowflake,
    "databricks": on_databricks,
    "bigquery": on_bigquery,
}
STORES: Systems = {"folder": nothing, "s3": on_s3}
DASHBOARDS: Mapping[str, Callable[[Variables], AbstractContextManager[Variables]]] = {
    "html": no_dashboard_server,
    "superset": on_superset,
}
ROOT = Path(__file__).parents[2]
