"""Small data, made once a session from the real ones."""

from pathlib import Path

import pytest

from resources.flights_server import write_tables
from tests.app.samples import write_sample


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of CSV files with every 150th flight, every 40th hour of weather, and so on, of all months."""
    folder = tmp_path_factory.mktemp("csv")
    write_sample(folder)
    return folder


@pytest.fixture(scope="session")
def small_database(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small data, as a database for the local server in these tests."""
    path = tmp_path_factory.mktemp("served") / "flights.db"
    write_tables(path, small_data)
    return path
