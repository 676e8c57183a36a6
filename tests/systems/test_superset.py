"""The dashboard in Superset itself, which reads the warehouse on PostgreSQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from dagwire.errors import ResourceSetupError

from assets.dashboard import BOARD
from resources.errors import DashboardError
from resources.superset import SupersetDashboard
from resources.tables import AIRLINES, FLIGHTS, WEATHER
from resources.warehouse import Warehouse
from tests.app.misbehaving import FLIGHT
from tests.app.outside import opened
from tests.systems.browser import page_text
from tests.systems.warehouses import CANARY, System, a_postgres
from tools.systems.superset import Superset, superset

pytestmark = [pytest.mark.systems, pytest.mark.timeout(400)]
CHARTS = len(BOARD.numbers) + len(BOARD.figures)


class Place(NamedTuple):
    """Superset, and the warehouse that it reads."""

    server: Superset
    postgres: System
    uri: str
    database: Path
    """Superset's own, which a second server may read."""

    def dashboard(self, **changes: object) -> SupersetDashboard:
        server = self.server._asdict()
        return SupersetDashboard.model_validate({**server, "warehouse_uri": self.uri, **changes})


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    database = tmp_path_factory.mktemp("superset") / "superset.db"
    with a_postgres(database.parent) as postgres, superset(database) as server:
        made = postgres.recipe("flights")
        secret = made.password.get_secret_value().replace("'", "%27").replace(" ", "%20")
        address = f"{made.user}:{secret}@{made.host}:{made.port}/{made.database}"
        yield Place(server, postgres, f"postgresql+psycopg2://{address}?options=-csearch_path%3Dflights", database)


@pytest.fixture(scope="module")
def warehouse(place: Place) -> Iterator[Warehouse]:
    with opened(place.postgres.recipe("flights")) as filled:
        fill(filled, late=28)
        yield filled


def fill(warehouse: Warehouse, late: int) -> None:
    time_hour = datetime(2013, 1, 1, 10, tzinfo=UTC)
    flight = FLIGHT | {"time_hour": time_hour}
    hour = dict.fromkeys(WEATHER.columns) | {"origin": "EWR", "year": 2013, "month": 1, "wind_speed": 12.5}
    warehouse.replace(FLIGHTS, "2013-01", [[flight, flight | {"flight": 2, "dep_delay": late, "hour": 6}]], "a")
    warehouse.replace(WEATHER, "2013-01", [[hour | {"time_hour": time_hour}]], "b")
    warehouse.replace(AIRLINES, None, [[{"carrier": "UA", "name": "United"}]], "c")


@contextmanager
def api(place: Place) -> Iterator[httpx.Client]:
    """A client of Superset's own, to look at what was made."""
    with httpx.Client(base_url=f"{place.server.url}/api/v1/", timeout=60) as client:
        login = {"username": place.server.user, "password": place.server.password, "provider": "db"}
        token = client.post("security/login", json=login).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        client.headers["X-CSRFToken"] = client.get("security/csrf_token/").json()["result"]
        client.headers["Referer"] = place.server.url
        yield client


def rows_of(client: httpx.Client, chart: str, slug: str = "flights") -> list[dict[str, Any]]:
    """The rows that Superset draws for a chart now, asked of the warehouse anew."""
    charts = client.get("chart/", params={"q": "(page_size:100)"}).json()["result"]
    [found] = [one for one in charts if one["slice_name"] == f"{slug}: {chart}"]
    params = json.loads(client.get(f"chart/{found['id']}").json()["result"]["params"])
    metrics = params.get("metrics") or [params["metric"]]
    columns = [params["x_axis"]] if "x_axis" in params else []
    question = {"columns": columns, "metrics": metrics, "row_limit": 100}
    source = {"id": int(client.get(f"chart/{found['id']}").json()["result"]["datasource_id"]), "type": "table"}
    answer = client.post("chart/data", json={"datasource": source, "queries": [question], "force": True})
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["result"][0]["data"]
    return rows


def test_publishing_twice_leaves_one_dashboard(place: Place, warehouse: Warehouse) -> None:
    """Database, data sets, charts and dashboard are made once, and brought up to date from then on."""
    fill(warehouse, late=28)
    with opened(place.dashboard(slug="twice")) as dashboard:
        assert dashboard.edition() is None
        for edition in ("e1", "e2"):
            dashboard.publish(BOARD, warehouse, edition)
            assert dashboard.edition() == edition
        dashboard.check_health()
    with api(place) as client:
        assert client.get("database/").json()["count"] == 1
        for kind, name in (("dataset", "table_name"), ("chart", "slice_name")):
            made = client.get(f"{kind}/", params={"q": "(page_size:100)"}).json()["result"]
            assert len([one for one in made if one[name].startswith("twice: ")]) == CHARTS
        shown = client.get("dashboard/twice/charts").json()["result"]
        assert len(shown) == CHARTS
        assert rows_of(client, "flights", "twice") == [{"flights": 2}]
        hours = rows_of(client, "Delays pile up through the day", "twice")
        assert sorted((row["hour"], row["minutes late"]) for row in hours) == [(5, 2.0), (6, 28.0)]
    assert httpx.get(dashboard.location, follow_redirects=True).status_code == 200


def test_the_charts_follow_the_warehouse(place: Place, warehouse: Warehouse) -> None:
    """A dashboard that was published shows the rows of a later load, since its charts ask when somebody looks."""
    with opened(place.dashboard()) as dashboard:
        dashboard.publish(BOARD, warehouse, "e3")
    fill(warehouse, late=40)
    with api(place) as client:
        hours = rows_of(client, "Delays pile up through the day")
    assert sorted(row["minutes late"] for row in hours) == [2.0, 40.0]


def test_a_browser_shows_this_run_s_rows(place: Place, warehouse: Warehouse) -> None:
    """The page that people see has each chart's title, and the figures of the rows that were loaded."""
    fill(warehouse, late=28)
    with opened(place.dashboard()) as dashboard:
        dashboard.publish(BOARD, warehouse, "e4")
    with superset(place.database, is_open=True) as server:
        page = page_text(f"{server.url}/superset/dashboard/flights/?standalone=1")
    titles = [*(number.label for number in BOARD.numbers), *(figure.title for figure in BOARD.figures)]
    assert [title for title in titles if title not in page] == []
    assert ">15.0<" in page  # minutes late on average
    assert ">50.0<" in page  # of a hundred left 15 minutes late or more


def test_a_refused_login_is_named(place: Place) -> None:
    """Superset, its answer, the settings to look at; never the password."""
    with (
        pytest.raises(ResourceSetupError, match=r"answered 401, .*`user` and `password`") as caught,
        opened(place.dashboard(password=CANARY)),
    ):
        pass
    assert f"Superset at {place.server.url}" in str(caught.value)
    assert CANARY not in str(caught.value)


def test_a_warehouse_that_superset_does_not_reach_is_named(place: Place, warehouse: Warehouse) -> None:
    """The setting is named, the address in it is not, and the edition stays as it was."""
    with opened(place.dashboard(slug="other", warehouse_uri=f"postgresql://ann:{CANARY}@127.0.0.1:1/x")) as dashboard:
        with pytest.raises(DashboardError, match="`warehouse_uri`") as caught:
            dashboard.publish(BOARD, warehouse, "e1")
        assert dashboard.edition() is None
    assert CANARY not in str(caught.value)


def test_nobody_there_is_named() -> None:
    """No server: the address, and the setting."""
    recipe = SupersetDashboard.model_validate(
        {"url": "http://127.0.0.1:1", "user": "a", "password": "p", "warehouse_uri": "x", "attempts": 1}
    )
    with pytest.raises(ResourceSetupError, match=r"Is Superset running.* `url`"), opened(recipe):
        pass
