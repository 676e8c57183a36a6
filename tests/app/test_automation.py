from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dependency_injector.containers import DynamicContainer

from dagwire import RunRequest, SkipReason, build_schedule_context, build_sensor_context
from dagwire.testing import Override

from assets.automation import every_month, new_months
from containers.definitions import defs
from containers.overrides import kept_in
from resources.tables import FLIGHTS
from resources.warehouse import DuckDBWarehouse
from tests.app.misbehaving import FLIGHT
from tests.app.outside import opened


@pytest.fixture
def folder(override: Override, tmp_path: Path, small_database: Path) -> Path:
    """The definitions work in this folder, for the length of a test; it is the first of February 2013."""
    override(kept_in(tmp_path, database=small_database))
    return tmp_path


def stopped_at(*moment: int) -> Callable[[], datetime]:
    return lambda: datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year, month and day


def test_the_schedule_asks_for_the_month_that_has_ended() -> None:
    """On the first of a month, and on any other day of it: the month before."""
    assert every_month(clock=stopped_at(2013, 3, 1)) == RunRequest(run_key="2013-02", partition_key="2013-02")
    assert every_month(clock=stopped_at(2013, 3, 31)) == RunRequest(run_key="2013-02", partition_key="2013-02")
    assert every_month(clock=stopped_at(2014, 1, 1)) == RunRequest(run_key="2013-12", partition_key="2013-12")


@pytest.mark.parametrize("today", [(2013, 1, 15), (2014, 2, 1), (2026, 11, 23)])
def test_the_schedule_says_when_there_is_nothing_to_fetch(today: tuple[int, int, int]) -> None:
    """A month without flights is skipped, and the reason names it."""
    skipped = every_month(clock=stopped_at(*today))
    assert isinstance(skipped, SkipReason)
    assert "There are flights from 2013-01 to 2013-12" in str(skipped.skip_message)


@pytest.mark.usefixtures("folder")
def test_the_schedule_reads_the_containers_clock(dagwire_container: DynamicContainer) -> None:
    """A tick takes the time from the container, where a test can stop it."""
    schedule = defs.resolve_schedule_def("every_month")
    tick = schedule.evaluate_tick(build_schedule_context(resources=dagwire_container))
    assert [request.partition_key for request in tick.run_requests] == ["2013-01"]


def test_the_sensor_asks_for_the_months_that_are_missing(folder: Path, dagwire_container: DynamicContainer) -> None:
    """Each month that the API has and the warehouse lacks is requested once; a run key prevents repeats."""
    sensor = defs.resolve_sensor_def("new_months")
    with opened(DuckDBWarehouse(path=folder / "flights.duckdb")) as warehouse:
        for month in range(1, 11):
            warehouse.replace(FLIGHTS, f"2013-{month:02}", [[FLIGHT]], "a")
    tick = sensor.evaluate_tick(build_sensor_context(resources=dagwire_container))
    assert [(request.run_key, request.partition_key) for request in tick.run_requests] == [
        ("2013-11", "2013-11"),
        ("2013-12", "2013-12"),
    ]


def test_the_sensor_rests_when_nothing_is_missing() -> None:
    """Every month is there: no run, and a reason."""

    class Api:
        def months(self) -> list[str]:
            return []

    class Warehouse:
        def loads(self) -> list[object]:
            return []

    assert new_months(api=Api(), warehouse=Warehouse()) == SkipReason("The warehouse has every month that the API has.")
