import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagwire import Definitions, ExecuteInProcessResult, RunConfig, build_asset_context
from dagwire.errors import CheckFailedError
from dagwire.testing import Override, Run

from assets.raw import MONTHLY, Fetching
from assets.warehouse import flights
from containers.definitions import defs
from containers.overrides import kept_in
from resources.errors import ApiError, StoreError
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.flights_store import FlightsStore
from resources.tables import AIRLINES
from resources.warehouse import DuckDBWarehouse
from tests.app.misbehaving import FLIGHT, nobody_there, page, send, serving
from tests.app.outside import opened

JANUARY, FEBRUARY, MARCH = "2013-01", "2013-02", "2013-03"

RunMonths = Callable[..., ExecuteInProcessResult]


@pytest.fixture(scope="module")
def api_url(small_database: Path) -> Iterator[str]:
    """The local server over the small data, one for all tests of this file: it is slow to start."""
    with opened(FlightsServer(database=small_database)) as server:
        yield server.url


@pytest.fixture
def folder(override: Override, tmp_path: Path, small_database: Path) -> Path:
    """The definitions work in this folder, for the length of a test."""
    override(kept_in(tmp_path, database=small_database))
    return tmp_path


@pytest.fixture
def run(run: Run, override: Override, folder: Path, api_url: str) -> RunMonths:
    """Run the job for a month or a range of months, against the API at `url`."""

    def run_job(first: str, last: str = "", url: str = api_url, **options: Any) -> ExecuteInProcessResult:
        api = FlightsApi.model_validate({"base_url": url, "attempts": 1, "read_timeout_s": 20})
        tags = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first}
        with override(api=api):
            return run("flights_etl", tags=tags, **options)

    return run_job


def in_warehouse(folder: Path, sql: str) -> list[Any]:
    with duckdb.connect(folder / "flights.duckdb") as db:
        return db.execute(sql).fetchall()


def facts(result: ExecuteInProcessResult, asset: str) -> dict[str, Any]:
    """The metadata that an asset reported, of its whole step."""
    made = result.asset_materializations_for_node(asset)
    assert made
    return {name: entry.value for name, entry in made[0].metadata.items()}


def counts_by_month(data: Path, table: str) -> dict[str, int]:
    """Rows a month, counted in the CSV file with nothing of ours."""
    with (data / f"{table}.csv").open(newline="") as lines:
        return Counter(f"{row['year']}-{int(row['month']):02}" for row in csv.DictReader(lines))


def test_the_definitions_hold_together() -> None:
    """Nothing that the definitions ask for is missing, and the job makes everything there is."""
    Definitions.validate_loadable(defs)
    assert defs.job_names == ["flights_etl"]
    assert MONTHLY.get_partition_keys() == [f"2013-{month:02}" for month in range(1, 13)]


def test_a_range_of_months_goes_all_the_way(run: RunMonths, folder: Path, small_data: Path) -> None:
    """After three months the warehouse has exactly theirs, every check has passed, and the dashboard is there."""
    result = run(JANUARY, MARCH)
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    assert len(result.get_asset_check_evaluations()) == 6
    for table in ("flights", "weather"):
        expected = counts_by_month(small_data, table)
        found = in_warehouse(folder, f"SELECT month, count(*) FROM {table} GROUP BY month ORDER BY month")  # noqa: S608
        assert found == [(month, expected[f"2013-{month:02}"]) for month in (1, 2, 3)]
    assert in_warehouse(folder, "SELECT count(*) FROM airlines") == [(16,)]
    assert (folder / "dashboard.html").exists()


def test_a_second_run_does_only_what_is_needed(run: RunMonths, folder: Path) -> None:
    """A second run fetches, loads and draws nothing that exists already; it does not even call the API."""
    run(JANUARY)
    published = (folder / "dashboard.html").stat().st_mtime_ns
    again = run(JANUARY, url=nobody_there())
    assert again.success
    for asset in ("raw_flights", "raw_weather", "raw_reference"):
        assert facts(again, asset)["rows_fetched"] == 0
        assert facts(again, asset)["rows"] > 0
    for asset in ("flights", "weather", "reference"):
        assert facts(again, asset)["rows_loaded"] == 0
    assert (folder / "dashboard.html").stat().st_mtime_ns == published


def test_a_refresh_fetches_again(run: RunMonths, folder: Path) -> None:
    """With `refresh`, what is there is fetched again and takes the place of the old; nothing is there twice."""
    first = run(JANUARY)
    config = RunConfig(ops={"raw_flights": Fetching(refresh=True)})
    again = run(JANUARY, run_config=config)
    assert facts(again, "raw_flights")["rows_fetched"] == facts(first, "raw_flights")["rows"]
    assert facts(again, "raw_weather")["rows_fetched"] == 0
    assert in_warehouse(folder, "SELECT count(*) FROM flights") == [(facts(first, "flights")["rows"],)]


def test_a_month_more_leaves_the_others(run: RunMonths, folder: Path) -> None:
    """Months may come one by one, in any order; each stays as it was when the next comes."""
    run(FEBRUARY)
    before = in_warehouse(folder, "FROM flights WHERE month = 2 ORDER BY ALL")
    edition = (folder / "dashboard.html").read_bytes()[:60]
    result = run(JANUARY)
    assert facts(result, "flights")["rows_loaded"] == facts(result, "flights")["rows"]
    assert in_warehouse(folder, "FROM flights WHERE month = 2 ORDER BY ALL") == before
    assert in_warehouse(folder, "SELECT DISTINCT month FROM flights ORDER BY month") == [(1,), (2,)]
    assert (folder / "dashboard.html").read_bytes()[:60] != edition


def test_what_came_before_a_failure_is_kept(run: RunMonths, folder: Path) -> None:
    """The API fails in the second month: the first is stored, nothing downstream runs, the next run goes on there."""
    with serving(page(FLIGHT), send(500, b"")) as server:
        failed = run(JANUARY, FEBRUARY, url=server.url, raise_on_error=False)
    assert not failed.success
    assert failed.is_node_failed("raw_flights")
    assert failed.is_node_skipped("flights")
    assert failed.is_node_skipped("delays_dashboard")
    with opened(FlightsStore(url=str(folder / "raw"))) as store:
        assert store.manifest(f"flights/{JANUARY}") is not None
        assert store.manifest(f"flights/{FEBRUARY}") is None
    result = run(JANUARY, FEBRUARY)
    assert facts(result, "raw_flights")["rows_fetched"] == facts(result, "raw_flights")["rows"] - 1
    assert result.success


def test_the_failure_itself_is_what_the_caller_sees(run: RunMonths) -> None:
    """An API that is down is raised as the application's own error, with its address."""
    url = nobody_there()
    with pytest.raises(ApiError, match=f"{url}/flights.json"):
        run(JANUARY, url=url)


def test_loading_what_was_never_fetched_is_refused(folder: Path) -> None:
    """A month that is not in the store is named, with what to do first."""
    with (
        opened(FlightsStore(url=str(folder / "raw"))) as store,
        opened(DuckDBWarehouse(path=folder / "flights.duckdb")) as warehouse,
        pytest.raises(StoreError, match=r"flights/2013-01: this was not fetched yet\. Make its raw asset first"),
    ):
        flights(build_asset_context(partition_key=JANUARY), store=store, warehouse=warehouse)


def test_a_stored_page_that_does_not_fit_is_named(run: RunMonths, folder: Path) -> None:
    """A page that was stored whole but is not what the table promises: the page and the field; the table stays."""
    run(JANUARY)
    with opened(FlightsStore(url=str(folder / "raw"))) as store:
        manifest = store.replace(AIRLINES.batch(), [(b'{"rows": [{"carrier": "9E"}], "next_url": null}', 1)])
    with pytest.raises(StoreError, match=r"airlines: rows\.0\.name: Field required") as caught:
        run(JANUARY)
    assert manifest.pages[0].path in str(caught.value)
    assert in_warehouse(folder, "SELECT count(*) FROM airlines") == [(16,)]


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("DELETE FROM flights WHERE rowid = 0", "flights_are_complete"),
        ("INSERT INTO weather FROM weather LIMIT 1", "weather_is_complete"),
        ("DELETE FROM planes WHERE rowid = 0", "reference_is_complete"),
        ("UPDATE flights SET (time_hour, carrier, flight) = ('2013-01-01 10:00', 'UA', 1)", "flights_are_unique"),
        ("UPDATE weather SET time_hour = '2013-01-01 10:00'", "weather_is_unique"),
    ],
)
def test_a_damaged_table_is_not_published(damage: str, check: str, run: RunMonths, folder: Path) -> None:
    """If rows are missing, surplus or repeated, the check fails and the previous dashboard stays."""
    run(JANUARY)
    published = (folder / "dashboard.html").stat().st_mtime_ns
    in_warehouse(folder, damage)
    result = run(JANUARY, raise_on_error=False)
    assert not result.success
    failed = {evaluation.check_name for evaluation in result.get_asset_check_evaluations() if not evaluation.passed}
    assert check in failed
    assert result.is_node_skipped("delays_dashboard")
    assert (folder / "dashboard.html").stat().st_mtime_ns == published
    with pytest.raises(CheckFailedError):
        run(JANUARY)


def test_an_airline_without_a_name_is_only_a_warning(run: RunMonths, folder: Path) -> None:
    """A flight of an unknown airline is reported by name, and does not stop the run."""
    run(JANUARY)
    in_warehouse(folder, "UPDATE airlines SET carrier = '??' WHERE carrier = 'UA'")
    result = run(JANUARY)
    assert result.success
    (failed,) = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    assert failed.check_name == "flights_have_known_airlines"
    assert failed.description == "airlines without a name: UA"
