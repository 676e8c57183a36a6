"""Resources of Dagster's integration packages in a container of dagwire's, run in the environment that has them.

`python real_packages.py NAME FOLDER` prints what the function of this name returns, as JSON.
"""

import json
import sys
from pathlib import Path
from typing import Any

from dagster_aws.s3 import S3PickleIOManager, S3Resource
from dagster_duckdb import DuckDBResource
from dagster_slack import SlackResource
from dependency_injector import containers
from moto.server import ThreadedMotoServer
from pydantic import SecretStr
from pydantic_settings import BaseSettings

import dagwire
from dagwire.integrations.dagster import from_dagster


class Settings(BaseSettings):
    database: str
    token: SecretStr = SecretStr("canary-4b1d")


def duckdb(folder: Path) -> Any:
    """A DuckDB file whose path is a setting; a table written by one run is read by the next."""
    settings = dagwire.SettingsProvider(Settings, database=str(folder / "a.duckdb"))

    class Container(containers.DeclarativeContainer):
        database = from_dagster(DuckDBResource, database=settings.of(lambda s: s.database))

    @dagwire.asset
    def trips(database: dagwire.ResourceParam[DuckDBResource]) -> None:
        with database.get_connection() as connection:
            connection.execute("CREATE TABLE trips AS SELECT range AS id FROM range(3)")

    @dagwire.asset(deps=[trips])
    def counted(database: dagwire.ResourceParam[DuckDBResource]) -> int:
        with database.get_connection() as connection:
            found: int = connection.execute("SELECT count(*) FROM trips").fetchone()[0]
        return found

    return dagwire.materialize([trips, counted], resources=Container()).output_for_node("counted")


def s3(folder: Path) -> Any:
    """A bucket on loopback, and an IO manager made of it, which stores the values of a run."""
    server = ThreadedMotoServer("127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()

    class Container(containers.DeclarativeContainer):
        bucket = from_dagster(
            S3Resource,
            endpoint_url=f"http://{host}:{port}",
            region_name="us-east-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
        )
        io_manager = from_dagster(S3PickleIOManager, s3_resource=bucket, s3_bucket="flights")

    @dagwire.asset
    def number() -> int:
        return 21

    @dagwire.asset
    def doubled(number: int) -> int:
        return number * 2

    try:
        with dagwire.build_resources(Container(), required_resource_keys=["bucket"]) as resources:
            client = resources.bucket.get_client()
            client.create_bucket(Bucket="flights")
            result = dagwire.materialize([number, doubled], resources=Container())
            keys = [one["Key"] for one in client.list_objects_v2(Bucket="flights")["Contents"]]
        return [result.asset_value("doubled"), sorted(keys)]
    finally:
        server.stop()


def slack(folder: Path) -> Any:
    """A client with a secret of the settings, which no text of the resource shows."""
    settings = dagwire.SettingsProvider(Settings, database="none")

    class Container(containers.DeclarativeContainer):
        chat = from_dagster(SlackResource, token=settings.of(lambda s: s.token))

    with dagwire.build_resources(Container(), required_resource_keys=["chat"]) as resources:
        shown = [f"{one.path} {one.value}" for one in dagwire.explain(Container())]
        return [resources.chat.get_client().token, any("canary" in text for text in shown)]


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](Path(sys.argv[2]))))  # noqa: T201  # the test reads it
