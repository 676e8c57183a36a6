"""The whole year through each warehouse, and each store, as `make demo` runs it: counts and delays of the CSV files."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from resources.flights_server import build_database, data_folder, open_csv
from tools.systems import demo
from tools.systems.settings import WAREHOUSES

pytestmark = [pytest.mark.systems, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The variables of a served year, and of a folder that keeps what the first of these tests fetches."""
    folder = tmp_path_factory.mktemp("year")
    build_database(folder / "flights.db")
    return {"APP_SERVER__DATABASE": str(folder / "flights.db"), "APP_STORE__URL": str(folder / "raw")}


@pytest.fixture(scope="module")
def expected() -> list[str]:
    """The lines that the demo ends with, computed from the CSV files alone."""
    counts: dict[int, int] = defaultdict(int)
    delays: dict[int, list[int]] = defaultdict(list)
    with open_csv(data_folder(), "flights") as lines:
        for row in csv.DictReader(lines):
            counts[int(row["month"])] += 1
            if row["dep_delay"] != "NA":
                delays[int(row["month"])].append(int(row["dep_delay"]))
    months = [
        f"2013-{month:02}: {count:,} flights, {sum(delays[month]) / len(delays[month]):.2f} minutes late on average"
        for month, count in sorted(counts.items())
    ]
    return [*months, "336,776 flights"]


@pytest.mark.parametrize(("warehouse", "store"), [*((name, "folder") for name in WAREHOUSES), ("duckdb", "s3")])
def test_the_year_is_that_of_the_files(
    warehouse: str,
    store: str,
    raw: Mapping[str, str],
    expected: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """336,776 flights; each month's count and mean delay are those of the files."""
    for name, value in raw.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("APP_DASHBOARD__PATH", str(tmp_path / "dashboard.html"))
    if warehouse == "duckdb":
        monkeypatch.setenv("APP_WAREHOUSE__PATH", str(tmp_path / "flights.duckdb"))
    assert demo.main(["--warehouse", warehouse, "--store", store]) == 0
    assert capfd.readouterr().out.splitlines()[-13:] == expected
