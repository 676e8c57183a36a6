import json
import re
from pathlib import Path
from typing import Any

import pytest

from assets.dashboard import BOARD
from resources.dashboard import HtmlDashboard
from resources.errors import DashboardError
from resources.tables import AIRLINES, FLIGHTS, WEATHER
from resources.warehouse import DuckDBWarehouse
from tests.app.misbehaving import FLIGHT
from tests.app.outside import files_no_larger_than, opened, read_only_folder

HOUR = dict.fromkeys(WEATHER.columns) | {
    "origin": "EWR",
    "year": 2013,
    "month": 1,
    "wind_speed": 12.5,
    "visib": 10.0,
    "precip": 0.0,
    "time_hour": FLIGHT["time_hour"],
}


def fill(warehouse: DuckDBWarehouse) -> None:
    late = FLIGHT | {"flight": 2, "dep_delay": 28, "hour": 6}
    cancelled = FLIGHT | {"flight": 3, "dep_delay": None, "dep_time": None}
    warehouse.replace(FLIGHTS, "2013-01", [[FLIGHT, late, cancelled]], "a")
    warehouse.replace(WEATHER, "2013-01", [[HOUR]], "b")
    warehouse.replace(AIRLINES, None, [[{"carrier": "UA", "name": "<!--<script></script>United & Co"}]], "c")


def charts(page: str) -> list[Any]:
    """The data of each chart, as the page holds them."""
    found = re.search(r"\n  (\[\{.*\}\])\.forEach", page)
    assert found
    return [spec["datasets"][spec["data"]["name"]] for spec in json.loads(found[1])]


def test_the_page_shows_what_the_warehouse_says(tmp_path: Path) -> None:
    """The numbers and the charts' data are those of the warehouse, with each airline by its name."""
    dashboard = HtmlDashboard(path=tmp_path / "new folder" / "board.html")
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        fill(warehouse)
        dashboard.publish(BOARD, warehouse, "e1")
    page = dashboard.path.read_text(encoding="utf-8")
    assert "<b>3</b><span>flights</span>" in page
    assert "<b>15.0</b><span>minutes late on average</span>" in page
    assert "<b>50.0 %</b><span>left 15 minutes late or more</span>" in page
    assert "<b>33.3 %</b><span>never left</span>" in page
    by_hour, by_airline, *_, wind, sight, rain = charts(page)
    assert by_hour == [
        {"hour": 5, "minutes_late": 2.0, "flights": 1},
        {"hour": 6, "minutes_late": 28.0, "flights": 1},
    ]
    assert by_airline == [{"airline": "<!--<script></script>United & Co", "minutes_late": 15.0, "flights": 2}]
    assert wind == [{"miles_an_hour": "10-15", "minutes_late": 15.0, "flights": 2}]
    assert sight == [{"miles": "10", "minutes_late": 15.0, "flights": 2}]
    assert rain == [{"inches": "none", "minutes_late": 15.0, "flights": 2}]


def test_the_page_asks_nothing_of_the_network(tmp_path: Path) -> None:
    """No script, style, font or picture is loaded from anywhere; data cannot break out of the page's script."""
    dashboard = HtmlDashboard(path=tmp_path / "board.html")
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        fill(warehouse)
        dashboard.publish(BOARD, warehouse, "e1")
    page = dashboard.path.read_text(encoding="utf-8")
    assert page.count("<script") == page.count("</script>") == 2
    without_scripts = re.sub(r"(?s)<script>.*?</script>", "", page)
    assert re.findall(r"src=|href=|@import|url\(|http", without_scripts) == []


def test_a_warehouse_with_empty_tables_still_has_a_page(tmp_path: Path) -> None:
    """No flights yet: a page without averages, not an error."""
    dashboard = HtmlDashboard(path=tmp_path / "board.html")
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        for table in (FLIGHTS, WEATHER, AIRLINES):
            warehouse.replace(table, None, [], "a")
        dashboard.publish(BOARD, warehouse, "e1")
    assert "<b>-</b><span>minutes late on average</span>" in dashboard.path.read_text(encoding="utf-8")


def test_the_edition_is_read_back(tmp_path: Path) -> None:
    """A published page has its edition; a missing page, or another page, has none."""
    dashboard = HtmlDashboard(path=tmp_path / "board.html")
    assert dashboard.edition() is None
    dashboard.path.write_text("<html>somebody else's</html>")
    assert dashboard.edition() is None
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        fill(warehouse)
        dashboard.publish(BOARD, warehouse, "e2")
    assert dashboard.edition() == "e2"
    assert dashboard.location == (tmp_path / "board.html").as_uri()


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    """No room: the path and the reason, and readers still have the page of before."""
    dashboard = HtmlDashboard(path=tmp_path / "board.html")
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        fill(warehouse)
        dashboard.publish(BOARD, warehouse, "old")
        with files_no_larger_than(100_000), pytest.raises(DashboardError, match="File too large") as caught:
            dashboard.publish(BOARD, warehouse, "new")
    assert str(dashboard.path) in str(caught.value)
    assert dashboard.edition() == "old"
    assert not dashboard.path.with_suffix(".part").exists()


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    """Not allowed: the path and the reason."""
    with opened(DuckDBWarehouse(path=tmp_path / "w.duckdb")) as warehouse:
        fill(warehouse)
        HtmlDashboard(path=tmp_path / "board.html").publish(BOARD, warehouse, "e1")
        with read_only_folder() as folder, pytest.raises(DashboardError, match="Permission denied") as caught:
            HtmlDashboard(path=folder / "board.html").publish(BOARD, warehouse, "e1")
    assert str(folder / "board.html") in str(caught.value)
