"""Clients of vendors are extras: without one, the first use ends in a message that names the extra."""

import subprocess
import sys

import pytest

from dagwire.errors import ResourceSetupError

from resources.bigquery import BigQueryWarehouse
from resources.databricks import DatabricksWarehouse
from resources.errors import MissingPackageError
from resources.postgres import PostgresWarehouse
from resources.snowflake import SnowflakeWarehouse
from resources.vendor_packages import vendor_package
from tests.app.command import ROOT
from tests.app.outside import opened

ANN = {"account": "a", "user": "ann", "password": "p"}
RECIPES = {
    "postgres": ("psycopg", PostgresWarehouse()),
    "snowflake": (
        "snowflake.connector",
        SnowflakeWarehouse.model_validate({"account": "a", "user": "u", "password": "p"}),
    ),
    "databricks": ("pyspark.sql.connect.session", DatabricksWarehouse(host="h")),
    "bigquery": ("google.cloud.bigquery", BigQueryWarehouse(project="p")),
}


@pytest.mark.parametrize("extra", RECIPES)
def test_a_missing_client_names_its_extra(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the package, and the command that brings it."""
    package, recipe = RECIPES[extra]
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ResourceSetupError) as caught, opened(recipe):
        pass
    assert isinstance(caught.value.__cause__, MissingPackageError)
    assert f"{package}: the package {package} is not installed." in str(caught.value)
    assert f"Install the client by pip install 'dagwire[{extra}]'." in str(caught.value)


def test_a_package_that_a_client_needs_is_named() -> None:
    """If the client is there and one of its own needs is not, that one is named."""
    with pytest.raises(MissingPackageError, match="the package nowhere_to_be_found is not"):
        vendor_package("tests.systems.needs_another", "postgres")


def test_importing_the_application_imports_no_client() -> None:
    """Who uses DuckDB pays for no other system: their clients are imported when a warehouse is opened."""
    clients = ("google.cloud", "psycopg", "pyarrow", "pyspark", "snowflake", "sqlglot")
    program = f"import config.settings, sys; print([name for name in {clients!r} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown == "[]\n"
