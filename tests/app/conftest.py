"""Small data, made once a session from the real ones."""

import csv
from pathlib import Path

import pytest

from resources.flights_server import data_folder, open_csv, write_tables

EVERY = {"flights": 150, "weather": 40, "airlines": 1, "airports": 20, "planes": 20}


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of CSV files with every 150th flight, every 40th hour of weather, and so on, of all months."""
    folder = tmp_path_factory.mktemp("csv")
    for table, every in EVERY.items():
        with open_csv(data_folder(), table) as lines, (folder / f"{table}.csv").open("w", newline="") as sample:
            rows = csv.reader(lines)
            writer = csv.writer(sample)
            writer.writerow(next(rows))
            writer.writerows(row for number, row in enumerate(rows) if number % every == 0)
    return folder


@pytest.fixture(scope="session")
def small_database(small_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small data, as a database for the local server in these tests."""
    path = tmp_path_factory.mktemp("served") / "flights.db"
    write_tables(path, small_data)
    return path
