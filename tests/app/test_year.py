"""The main job on the real data, as `make demo` runs it, against figures computed from the CSV files alone."""

import csv
import resource
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from resources.flights_server import data_folder, open_csv
from tests.app.command import environment, run

YEAR = "2013-01...2013-12"


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the job has run for all of 2013."""
    folder = tmp_path_factory.mktemp("year")
    done = run(environment(folder), YEAR)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def db(year: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that the run left."""
    with duckdb.connect(year / "flights.duckdb", read_only=True) as connection:
        yield connection


def rows_of(table: str) -> Iterator[dict[str, str]]:
    with open_csv(data_folder(), table) as lines:
        yield from csv.DictReader(lines)


def test_every_month_has_the_flights_and_the_mean_delay_of_the_files(db: duckdb.DuckDBPyConnection) -> None:
    """336,776 flights; each month's count, and its mean delays of departure and arrival, are those of the files."""
    delays: dict[tuple[int, str], list[int]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    for row in rows_of("flights"):
        counts[int(row["month"])] += 1
        for name in ("dep_delay", "arr_delay"):
            if row[name] != "NA":
                delays[int(row["month"]), name].append(int(row[name]))
    found = db.execute(
        "SELECT month, count(*), avg(dep_delay), avg(arr_delay) FROM flights GROUP BY month ORDER BY month"
    ).fetchall()
    assert sum(counts.values()) == 336_776
    assert [(month, count) for month, count, _, _ in found] == sorted(counts.items())
    for month, _, departure, arrival in found:
        for mean, name in ((departure, "dep_delay"), (arrival, "arr_delay")):
            assert mean == pytest.approx(sum(delays[month, name]) / len(delays[month, name]), rel=1e-12)


def test_every_month_has_the_weather_of_the_files(db: duckdb.DuckDBPyConnection) -> None:
    """26,115 hours; each month's count, missing gusts and mean visibility are those of the files."""
    hours: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("weather"):
        hours[int(row["month"])].append(row)
    expected = [
        (
            month,
            len(rows),
            sum(row["wind_gust"] == "NA" for row in rows),
            pytest.approx(sum(float(row["visib"]) for row in rows) / len(rows), rel=1e-12),
        )
        for month, rows in sorted(hours.items())
    ]
    found = db.execute("""
        SELECT month, count(*), count(*) - count(wind_gust), avg(visib) FROM weather GROUP BY month ORDER BY month
    """).fetchall()
    assert sum(len(rows) for rows in hours.values()) == 26_115
    assert found == expected


@pytest.mark.parametrize("table", ["airlines", "airports", "planes"])
def test_the_reference_tables_are_those_of_the_files(table: str, db: duckdb.DuckDBPyConnection) -> None:
    """Row by row, with nothing changed but NA, which is NULL."""
    names = [column[0] for column in db.execute(f"FROM {table} LIMIT 0").description or []]
    expected = {tuple(None if row[name] == "NA" else row[name] for name in names) for row in rows_of(table)}
    texts = ", ".join(f"CAST({name} AS VARCHAR)" for name in names if name not in {"lat", "lon"})
    exact = [place for place, name in enumerate(names) if name not in {"lat", "lon"}]
    found = set(db.execute(f"SELECT {texts} FROM {table}").fetchall())  # noqa: S608
    assert found == {tuple(row[place] for place in exact) for row in expected}


def test_a_second_run_only_looks(year: Path) -> None:
    """Nothing is fetched, loaded or drawn again."""
    again = run(environment(year), YEAR)
    assert again.returncode == 0
    assert [word for word in ("rows fetched", "rows loaded", " published\n") if word in again.stdout] == []


def test_the_job_needs_less_than_a_gibibyte(year: Path) -> None:
    """The processes that these tests started and saw end took less than a gibibyte each."""
    assert year.exists()
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1024 * 1024
