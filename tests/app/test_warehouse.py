# ruff: noqa: S608  # a program put together from our own paths, not SQL
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dagwire.errors import ResourceSetupError

from resources.errors import WarehouseError
from resources.tables import AIRLINES, FLIGHTS, WEATHER
from resources.warehouse import DuckDBWarehouse, Load, Warehouse
from tests.app.misbehaving import FLIGHT
from tests.app.outside import files_no_larger_than, opened, read_only_folder

JANUARY = "2013-01"
FEBRUARY = "2013-02"


def flight(number: int, month: int = 1) -> dict[str, Any]:
    return FLIGHT | {"flight": number, "month": month}


def numbers(warehouse: Warehouse) -> list[int]:
    return [row["flight"] for row in warehouse.query("SELECT flight FROM flights ORDER BY flight")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "flights.duckdb"


@pytest.fixture
def warehouse(path: Path) -> Iterator[DuckDBWarehouse]:
    with opened(DuckDBWarehouse(path=path)) as open_warehouse:
        yield open_warehouse


def test_values_keep_their_types(warehouse: DuckDBWarehouse) -> None:
    """Numbers, texts, times and nothing at all come back as what they were; times are UTC."""
    left_out = {"dep_time": None, "tailnum": None, "arr_delay": None}
    assert warehouse.replace(FLIGHTS, JANUARY, [[FLIGHT | left_out]], "d") == 1
    assert warehouse.query("FROM flights") == [FLIGHT | left_out | {"time_hour": datetime(2013, 1, 1, 10, tzinfo=UTC)}]
    hour = dict.fromkeys(WEATHER.columns) | {"year": 2013, "month": 1, "wind_speed": 10, "origin": "EWR"}
    warehouse.replace(WEATHER, JANUARY, [[hour]], "d")
    assert warehouse.query("SELECT typeof(wind_speed) AS type, wind_speed FROM weather") == [
        {"type": "DOUBLE", "wind_speed": 10.0}
    ]


def test_fields_that_are_not_ours_are_left_out(warehouse: DuckDBWarehouse) -> None:
    """A record may hold more than the table; the rest is dropped, whatever its order."""
    warehouse.replace(AIRLINES, None, [[{"rowid": 1, "name": "Endeavor", "carrier": "9E"}]], "d")
    assert warehouse.query("FROM airlines") == [{"carrier": "9E", "name": "Endeavor"}]


def test_a_month_is_replaced_and_the_others_stay(warehouse: DuckDBWarehouse) -> None:
    """Loading a month again leaves its new records, and every other month's as they were."""
    warehouse.replace(FLIGHTS, JANUARY, [[flight(1)], [flight(2)]], "a")
    warehouse.replace(FLIGHTS, FEBRUARY, [[flight(3, month=2)]], "b")
    assert warehouse.replace(FLIGHTS, JANUARY, [[flight(4)]], "c") == 1
    assert numbers(warehouse) == [3, 4]
    assert warehouse.loads() == [Load("flights", JANUARY, "c", 1), Load("flights", FEBRUARY, "b", 1)]


def test_a_load_twice_is_a_load_once(warehouse: DuckDBWarehouse) -> None:
    """A load that is repeated changes nothing."""
    for _ in range(2):
        warehouse.replace(FLIGHTS, JANUARY, [[flight(1), flight(2)]], "a")
        warehouse.replace(AIRLINES, None, [[{"carrier": "9E", "name": "Endeavor"}]], "b")
    assert numbers(warehouse) == [1, 2]
    assert warehouse.loads() == [Load("airlines", None, "b", 1), Load("flights", JANUARY, "a", 2)]


@pytest.mark.parametrize("batches", [[], [[]], [[], []]])
def test_a_month_may_be_empty(batches: list[list[Any]], warehouse: DuckDBWarehouse) -> None:
    """No records are a load too: the month is empty then, and is in the ledger."""
    warehouse.replace(FLIGHTS, JANUARY, [[flight(1)]], "a")
    assert warehouse.replace(FLIGHTS, JANUARY, batches, "b") == 0
    assert numbers(warehouse) == []
    assert warehouse.loads() == [Load("flights", JANUARY, "b", 0)]


@pytest.mark.parametrize("fault", ["the batches fail", "a value does not fit", "no room for a page"])
def test_a_load_that_fails_changes_nothing(fault: str, warehouse: DuckDBWarehouse, path: Path) -> None:
    """Whatever goes wrong in a load, the month keeps its records and the ledger its line, and the next load works."""

    def failing() -> Iterator[list[dict[str, Any]]]:
        yield [flight(2)]
        raise KeyboardInterrupt

    warehouse.replace(FLIGHTS, JANUARY, [[flight(1)]], "a")
    if fault == "the batches fail":
        with pytest.raises(KeyboardInterrupt):
            warehouse.replace(FLIGHTS, JANUARY, failing(), "b")
    elif fault == "a value does not fit":
        with pytest.raises(WarehouseError, match=str(path)):
            warehouse.replace(FLIGHTS, JANUARY, [[flight(2)], [flight(3) | {"distance": "far"}]], "b")
    else:
        many = [flight(number) for number in range(20_000)]
        with files_no_larger_than(50_000), pytest.raises(WarehouseError, match="File too large"):
            warehouse.replace(FLIGHTS, JANUARY, [many], "b")
    assert numbers(warehouse) == [1]
    assert warehouse.loads() == [Load("flights", JANUARY, "a", 1)]
    warehouse.replace(FLIGHTS, JANUARY, [[flight(5)]], "c")
    assert numbers(warehouse) == [5]


def test_a_full_disk_is_named_and_loses_nothing(path: Path) -> None:
    """No room in the warehouse's own file: its path and the reason; when there is room again, all goes on."""
    pages = [[flight(page * 400 + number) for number in range(400)] for page in range(40)]
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        warehouse.replace(FLIGHTS, JANUARY, [[flight(1)]], "a")
    with (
        opened(DuckDBWarehouse(path=path)) as warehouse,
        files_no_larger_than(200_000),
        pytest.raises(WarehouseError) as caught,
    ):
        warehouse.replace(FLIGHTS, JANUARY, pages, "b")
    assert f"{path}: " in str(caught.value)
    assert "File too large" in str(caught.value)
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        assert numbers(warehouse) == [1]
        assert warehouse.replace(FLIGHTS, JANUARY, pages, "b") == 16_000


def test_a_load_that_is_killed_changes_nothing(path: Path) -> None:
    """After SIGKILL between the new records and the commit, the file opens and holds what it held before."""
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        warehouse.replace(FLIGHTS, JANUARY, [[flight(1)]], "a")
    program = f"""
import os, signal
from pathlib import Path
from dagwire import build_resources
from resources import warehouse as module
from resources.tables import FLIGHTS

insert = module.insert
def insert_and_die(*args):
    insert(*args)
    os.kill(os.getpid(), signal.SIGKILL)
module.insert = insert_and_die
with build_resources({{"it": module.DuckDBWarehouse(path=Path({str(path)!r}))}}) as resources:
    resources.it.replace(FLIGHTS, {JANUARY!r}, [[{flight(2)!r}]], "b")
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        assert numbers(warehouse) == [1]
        assert warehouse.loads() == [Load("flights", JANUARY, "a", 1)]


def test_a_file_that_another_process_has_open_is_named_with_the_process(path: Path) -> None:
    """DuckDB has one writer: the message to the second names the file and the process that has it open."""
    with opened(DuckDBWarehouse(path=path)):
        pass
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import duckdb, sys; c = duckdb.connect({str(path)!r}); print(flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(ResourceSetupError) as caught, opened(DuckDBWarehouse(path=path)):
        pass
    holder.communicate()
    assert f"{path}: process {holder.pid} has this file open. Close that program, or wait for it." in str(caught.value)
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        assert warehouse.loads() == []


def test_the_file_is_free_again_after_a_run(path: Path) -> None:
    """Closed means closed: another process can write."""
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        warehouse.replace(FLIGHTS, JANUARY, [[flight(1)]], "a")
    program = f"import duckdb; duckdb.connect({str(path)!r}).execute('DELETE FROM flights')"
    subprocess.run([sys.executable, "-c", program], check=True)
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        assert numbers(warehouse) == []


def test_a_disk_that_is_full_while_the_file_is_made_leaves_none(path: Path) -> None:
    """With room again the next run makes it: a broken file would fail every later run."""
    path.parent.mkdir()
    with files_no_larger_than(1000), pytest.raises(ResourceSetupError) as caught, opened(DuckDBWarehouse(path=path)):
        pass
    assert str(path) in str(caught.value)
    assert list(path.parent.iterdir()) == []
    with opened(DuckDBWarehouse(path=path)) as warehouse:
        assert warehouse.loads() == []


def test_a_file_that_is_no_warehouse_is_named(path: Path) -> None:
    """Some other file in its place is left alone, and named."""
    path.parent.mkdir()
    path.write_text("not a database" * 1000)
    with (
        pytest.raises(ResourceSetupError, match="not a valid DuckDB database") as caught,
        opened(DuckDBWarehouse(path=path)),
    ):
        pass
    assert str(path) in str(caught.value)
    assert "Move it away" in str(caught.value)
    assert path.read_text().startswith("not a database")


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """Not allowed: the path and the reason."""
    with read_only_folder() as folder:
        path = folder / "flights.duckdb"
        with pytest.raises(ResourceSetupError, match="Permission denied") as caught, opened(DuckDBWarehouse(path=path)):
            pass
    assert str(path) in str(caught.value)


def test_a_question_that_is_wrong_is_named(warehouse: DuckDBWarehouse, path: Path) -> None:
    """A fault in SQL is reported as the warehouse's, with its file."""
    with pytest.raises(WarehouseError, match=str(path)):
        warehouse.query("SELECT * FROM nowhere")
