"""One contract, every warehouse: each rule is held against the system itself, or the best emulator there is."""

import csv
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from dagwire import ConfigurableResource, build_resources
from dagwire.errors import ResourceSetupError
from dagwire.testing import Override, Run

from containers.overrides import kept_in
from resources.errors import WarehouseError
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.statements import Load
from resources.tables import AIRLINES, FLIGHTS, Page, Table
from resources.warehouse import Warehouse
from tests.app.misbehaving import FLIGHT
from tests.app.outside import opened
from tests.systems.warehouses import CANARY, HEAVY, SYSTEMS, System
from tests.systems.wire import wire_to

# Clients of vendors give up in threads of their own, after the call that a test waits for.
pytestmark = [
    pytest.mark.may_leak,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
EVERY = [pytest.param(name, marks=pytest.mark.systems if name in HEAVY else []) for name in SYSTEMS]
over_a_wire = pytest.mark.parametrize("system", EVERY[1:], indirect=True, scope="module")
JANUARY, FEBRUARY = "2013-01", "2013-02"


class Price(TypedDict):
    year: int
    month: int
    name: str
    amount: Decimal | None
    weight: float | None
    priced_at: datetime | None
    note: str | None


class PriceWithTax(Price):
    tax: Decimal | None
    label: str | None


PRICES = Table("prices", Price, TypeAdapter(Page[Price]), key=("name",))
GROWN = Table("prices", PriceWithTax, TypeAdapter(Page[PriceWithTax]), key=("name",))


def price(name: str, month: int = 1, **changes: object) -> dict[str, Any]:
    empty = {"amount": None, "weight": None, "priced_at": None, "note": None}
    return {"year": 2013, "month": month, "name": name, **empty, **changes}


def flight(number: int, month: int = 1) -> dict[str, Any]:
    return FLIGHT | {"flight": number, "month": month}


def names(warehouse: Warehouse) -> list[str]:
    return [row["name"] for row in warehouse.query("SELECT name FROM prices ORDER BY name")]


@pytest.fixture(scope="module", params=EVERY)
def system(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system after the other, each with the tests that follow."""
    with SYSTEMS[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def place(request: pytest.FixtureRequest) -> str:
    """A name for a warehouse of this test's own."""
    return re.sub(r"\W+", "_", request.node.name).strip("_").lower()[:50]


@pytest.fixture
def warehouse(system: System, place: str) -> Iterator[Any]:
    with opened(system.recipe(place)) as open_warehouse:
        yield open_warehouse


def test_values_come_back_as_what_they_were(system: System, warehouse: Warehouse) -> None:
    """Decimals, floats, texts of any script, times with a zone, and nothing at all; times come back as UTC."""
    tokyo = timezone(timedelta(hours=9))
    texts = [
        "",
        "Zürich, \"quoted\" 'twice'",
        "東京 🛫",
        "tab\there",
        "two\nlines",
        "back\\slash \\N",
        "NULL",
        "50 % off",
    ]
    records = [price(f"text {number}", note=text) for number, text in enumerate(texts)] + [
        price("nothing"),
        price("numbers", amount=Decimal("12345678901234567890.123456789"), weight=0.1 + 0.2),
        price("negative", amount=Decimal("-0.000000001"), weight=-1e-300),
        price("whole", weight=10, amount=Decimal(7)),
        price("time", priced_at=datetime(2013, 1, 1, 3, 30, 0, 123456, tzinfo=tokyo)),
    ]
    assert warehouse.replace(PRICES, JANUARY, [records], "d") == len(records)
    expected = {record["name"]: record for record in records}
    expected["time"]["priced_at"] = datetime(2012, 12, 31, 18, 30, 0, 123456, tzinfo=UTC)
    rows = warehouse.query("SELECT * FROM prices")
    assert {row["name"]: row for row in rows} == {
        name: {column: system.nothing.get(column) if value is None else value for column, value in record.items()}
        for name, record in expected.items()
    }
    assert {row["priced_at"].utcoffset() for row in rows if row["priced_at"] is not None} == {timedelta(0)}
    [without_time] = warehouse.query("SELECT count(*) AS n FROM prices WHERE priced_at IS NULL")
    assert without_time["n"] == len(records) - 1
    assert {type(row["amount"]) for row in rows} == {Decimal, type(None)}


def test_a_flight_comes_back_as_it_was(warehouse: Warehouse) -> None:
    """A record of the API, whose fields beyond the table's are left out."""
    left_out = {"dep_time": None, "tailnum": None, "arr_delay": None}
    time_hour = datetime(2013, 1, 1, 10, tzinfo=UTC)
    record = FLIGHT | left_out | {"time_hour": time_hour}
    warehouse.replace(FLIGHTS, JANUARY, [[record | {"rowid": 1}]], "d")
    assert warehouse.query("SELECT * FROM flights") == [record]


def test_a_month_gives_way_and_the_others_stay(warehouse: Warehouse) -> None:
    """Loading a month again leaves its new records, and every other month's as they were; twice is once."""
    warehouse.replace(PRICES, JANUARY, [[price("a")], [price("b")]], "1")
    warehouse.replace(PRICES, FEBRUARY, [[price("c", month=2)]], "2")
    for _ in range(2):
        assert warehouse.replace(PRICES, JANUARY, [[price("d")]], "3") == 1
        assert names(warehouse) == ["c", "d"]
        assert warehouse.loads() == [Load("prices", JANUARY, "3", 1), Load("prices", FEBRUARY, "2", 1)]


def test_a_table_without_months_gives_way_as_a_whole(warehouse: Warehouse) -> None:
    """Its line in the ledger has no month."""
    for name in ("Endeavor", "Envoy"):
        warehouse.replace(AIRLINES, None, [[{"carrier": "9E", "name": name}]], name)
    assert warehouse.query("SELECT * FROM airlines") == [{"carrier": "9E", "name": "Envoy"}]
    assert warehouse.loads() == [Load("airlines", None, "Envoy", 1)]


@pytest.mark.parametrize("batches", [[], [[], []]], ids=["no batch", "empty batches"])
def test_an_empty_month(batches: list[list[Any]], warehouse: Warehouse) -> None:
    """No records are a load too: the month is empty then, and is in the ledger."""
    warehouse.replace(PRICES, JANUARY, [[price("a")]], "1")
    assert warehouse.replace(PRICES, JANUARY, batches, "2") == 0
    assert names(warehouse) == []
    assert warehouse.loads() == [Load("prices", JANUARY, "2", 0)]


def test_a_schema_that_grew(warehouse: Warehouse) -> None:
    """New columns are added to the table; the rows of months that were loaded before have nothing there."""
    warehouse.replace(PRICES, JANUARY, [[price("a")]], "1")
    grown = price("b", month=2) | {"tax": Decimal("1.5"), "label": "new"}
    warehouse.replace(GROWN, FEBRUARY, [[grown]], "2")
    rows = warehouse.query("SELECT name, tax, label FROM prices ORDER BY name")
    assert rows == [{"name": "a", "tax": None, "label": None}, {"name": "b", "tax": Decimal("1.5"), "label": "new"}]


@pytest.mark.parametrize("fault", ["the batches fail", "a value does not fit"])
def test_a_failed_load_changes_nothing(fault: str, warehouse: Warehouse) -> None:
    """The month keeps its records and the ledger its line, and the next load works."""

    def failing() -> Iterator[list[dict[str, Any]]]:
        yield [price("b")]
        raise KeyboardInterrupt

    warehouse.replace(PRICES, JANUARY, [[price("a")]], "1")
    if fault == "the batches fail":
        with pytest.raises(KeyboardInterrupt):
            warehouse.replace(PRICES, JANUARY, failing(), "2")
    else:
        with pytest.raises(WarehouseError):
            warehouse.replace(PRICES, JANUARY, [[price("b")], [price("c", weight="heavy")]], "2")
    assert names(warehouse) == ["a"]
    assert warehouse.loads() == [Load("prices", JANUARY, "1", 1)]
    warehouse.replace(PRICES, JANUARY, [[price("d")]], "3")
    assert names(warehouse) == ["d"]


@over_a_wire
def test_two_writers(system: System, place: str) -> None:
    """Two that load at once: both months are there; of one month, the records of one of them."""
    both = {"one": system.recipe(place), "other": system.recipe(place)}
    with build_resources(both) as resources, ThreadPoolExecutor(2) as threads:

        def load(writer: str, month: int, size: int) -> int:
            records = [price(f"{writer} {number}", month=month) for number in range(size)]
            result: int = getattr(resources, writer).replace(PRICES, f"2013-0{month}", [records], writer)
            return result

        different = [threads.submit(load, "one", 1, 300), threads.submit(load, "other", 2, 200)]
        assert [done.result() for done in different] == [300, 200]
        same = [threads.submit(load, "one", 3, 300), threads.submit(load, "other", 3, 200)]
        assert [done.result() for done in same] == [300, 200]
        rows = resources.one.query("SELECT month, count(*) AS n FROM prices GROUP BY month ORDER BY month")
        ledger = {load.month: load for load in resources.one.loads()}
    assert rows[:2] == [{"month": 1, "n": 300}, {"month": 2, "n": 200}]
    assert rows[2] in ({"month": 3, "n": 300}, {"month": 3, "n": 200})
    assert ledger["2013-03"].rows in ({rows[2]["n"]} if system.takes_turns else {200, 300})


def test_steps_that_run_at_once(warehouse: Warehouse) -> None:
    """One resource takes the calls of several threads: loads of different months, and questions meanwhile."""

    def load(month: int) -> int:
        records = [[price(f"{month} {number}", month=month)] for number in range(20)]
        return warehouse.replace(PRICES, f"2013-{month:02}", records, str(month))

    warehouse.replace(PRICES, JANUARY, [], "")
    with ThreadPoolExecutor(4) as threads:
        loads = [threads.submit(load, month) for month in range(1, 5)]
        questions = [threads.submit(warehouse.query, "SELECT count(*) AS n FROM prices") for _ in range(8)]
        assert [done.result() for done in loads] == [20] * 4
        assert {rows.result()[0]["n"] for rows in questions} <= {0, 20, 40, 60, 80}
    assert [load.rows for load in warehouse.loads()] == [20] * 4


@over_a_wire
def test_a_connection_that_is_cut(system: System, place: str) -> None:
    """A load that is cut is an error that names system and remedy, changes nothing, and can be repeated."""
    with wire_to(system.port) as wire, opened(system.recipe(place, port=wire.port)) as warehouse:
        warehouse.replace(PRICES, JANUARY, [[price("a")]], "1")
        wire.cut_after(sent_bytes=system.cut_after_bytes)
        many = [[price(f"{number}", note="x" * 1000) for number in range(1000)]]
        with pytest.raises(WarehouseError) as caught:
            warehouse.replace(PRICES, JANUARY, many, "2")
        assert str(wire.port) in caught.value.where
        wire.mend()
        assert names(warehouse) == ["a"]
        assert warehouse.loads() == [Load("prices", JANUARY, "1", 1)]
        assert warehouse.replace(PRICES, JANUARY, many, "2") == 1000


@over_a_wire
def test_a_question_outlives_a_cut(system: System, place: str) -> None:
    """A connection that was lost between two questions is made anew, since asking twice does no harm."""
    with wire_to(system.port) as wire, opened(system.recipe(place, port=wire.port)) as warehouse:
        warehouse.replace(PRICES, JANUARY, [[price("a")]], "1")
        wire.cut()
        wire.mend()
        assert names(warehouse) == ["a"]


def test_each_fault_is_named(system: System, place: str, subtests: pytest.Subtests) -> None:
    """Wrong credentials, a missing database and the like: system, setting and remedy in one message, and no secret."""
    assert system.faults
    for fault, (changes, words) in system.faults.items():
        with subtests.test(fault):
            with pytest.raises(ResourceSetupError) as caught, opened(system.recipe(place, **changes)):
                pass
            assert re.search(words, str(caught.value)), str(caught.value)
            assert CANARY not in str(caught.value)


def test_no_secret_is_shown(system: System, place: str) -> None:
    """The `repr` of a resource masks its secrets."""
    recipe = system.recipe(place)
    secrets = [value.get_secret_value() for value in dict(recipe).values() if hasattr(value, "get_secret_value")]
    assert not [secret for secret in secrets if secret and secret in repr(recipe)]


def test_questions(warehouse: Warehouse) -> None:
    """Placeholders take values of any type; a mean is a float; a percent sign is a percent sign."""
    records = [
        price("a", amount=Decimal("1.5")),
        price("b", amount=Decimal("2.5"), note="50 %"),
        price("c", weight=1.0),
    ]
    warehouse.replace(PRICES, JANUARY, [records], "d")
    means = warehouse.query("SELECT avg(amount) AS Mean, avg(month) AS months, count(*) AS n FROM prices")
    assert [list(row.values()) for row in means] == [[2.0, 1.0, 3]]
    assert {type(value) for value in means[0].values()} == {float, int}
    found = warehouse.query("SELECT name FROM prices WHERE note LIKE '50 %' AND month % 2 = ? AND name = ?", [1, "b"])
    assert found == [{"name": "b"}]
    assert warehouse.query("SELECT name FROM prices WHERE name = ?", ["' OR 1 = 1 --"]) == []


def test_answers_as_arrow(warehouse: Warehouse) -> None:
    """An Arrow table with the columns that were asked for, also of an empty answer."""
    warehouse.replace(PRICES, JANUARY, [[price("a", weight=1.5), price("b")]], "d")
    table = warehouse.query_arrow("SELECT name, weight FROM prices WHERE month = ? ORDER BY name", [1])
    assert table.to_pydict() == {"name": ["a", "b"], "weight": [1.5, None]}
    empty = warehouse.query_arrow("SELECT name, weight FROM prices WHERE month = ?", [2])
    assert (empty.column_names, empty.num_rows) == (["name", "weight"], 0)


@pytest.mark.parametrize("sql", ["SELECT * FROM nowhere", "SELECT FROM WHERE", "SELECT nothing FROM loads"])
def test_a_wrong_question_is_named(sql: str, warehouse: Warehouse) -> None:
    """A fault in SQL is reported as the warehouse's, with its place."""
    with pytest.raises(WarehouseError):
        warehouse.query(sql)


@over_a_wire
def test_health(system: System, place: str) -> None:
    """A warehouse that answers is well; one whose connection is dead is not, and the error says which it is."""
    with wire_to(system.port) as wire, opened(system.recipe(place, port=wire.port, **system.impatient)) as warehouse:
        warehouse.check_health()
        wire.cut()
        with pytest.raises(WarehouseError, match=str(wire.port)):
            warehouse.check_health()


def test_the_recipe_can_be_opened_again(system: System, place: str) -> None:
    """A run closes what it opened; the next one finds what was loaded."""
    recipe: ConfigurableResource = system.recipe(place)
    with opened(recipe) as first:
        first.replace(PRICES, JANUARY, [[price("a")]], "1")
    with opened(recipe) as second:
        assert names(second) == ["a"]


def test_the_pipeline_does_not_know_the_difference(
    system: System, place: str, override: Override, run: Run, small_data: Path, small_database: Path, tmp_path: Path
) -> None:
    """Assets load the flights of the files into any warehouse, check them, and draw their dashboard."""
    with opened(FlightsServer(database=small_database)) as server:
        api = FlightsApi.model_validate({"base_url": server.url, "read_timeout_s": 20})
        replaced = {**kept_in(tmp_path, database=small_database), "api": api, "warehouse": system.recipe(place)}
        with override(replaced):
            assert run("flights_etl", partition_key=JANUARY).success
            assert run("flights_etl", partition_key=FEBRUARY).success
            page = (tmp_path / "dashboard.html").read_text(encoding="utf-8")
    with (small_data / "flights.csv").open(newline="") as lines:
        expected = [row for row in csv.DictReader(lines) if row["month"] in {"1", "2"}]
    numbers = list(FLIGHTS.columns)
    with opened(system.recipe(place)) as warehouse:
        rows = warehouse.query("SELECT * FROM flights")
        [mean] = warehouse.query("SELECT avg(dep_delay) AS late FROM flights")
    assert sorted(as_text(row, numbers) for row in rows) == sorted(
        tuple(row[name] for name in numbers) for row in expected
    )
    delays = [int(row["dep_delay"]) for row in expected if row["dep_delay"] != "NA"]
    assert mean["late"] == pytest.approx(sum(delays) / len(delays), rel=1e-12)
    assert f"<b>{len(expected)}</b><span>flights</span>" in page


def as_text(row: dict[str, Any], names: list[str]) -> tuple[str, ...]:
    """A row as the CSV files write it."""
    shown = {None: "NA"}
    return tuple(
        value.strftime("%Y-%m-%dT%H:%M:%SZ")
        if isinstance(value := row[name], datetime)
        else shown.get(value, str(value))
        for name in names
    )
