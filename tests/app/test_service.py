"""The web service reads what the warehouse holds; its tests need no pipeline and no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from dagwire.testing import Override, fake

from resources.tables import FLIGHTS
from resources.warehouse import DuckDBWarehouse, Load
from tests.app.misbehaving import FLIGHT
from tests.app.outside import opened
from web.service import app

LOADS = [Load("flights", "2013-01", "d", 3), Load("airlines", None, "d", 1), Load("weather", "2013-02", "d", 4)]


@pytest.fixture
def client(dagwire_test: object) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def test_months(client: TestClient, override: Override) -> None:
    """The months whose flights are in the ledger, and no other tables."""
    override(warehouse=fake(DuckDBWarehouse, loads=LOADS))
    assert client.get("/months").json() == [{"month": "2013-01", "flights": 3}]


def test_flights(client: TestClient, override: Override, tmp_path: Path) -> None:
    """The flights of a month in the order in which they were to leave, of one airline if asked for, up to a limit."""
    warehouse = DuckDBWarehouse(path=tmp_path / "flights.duckdb")
    records = [FLIGHT | {"flight": number, "carrier": carrier} for number, carrier in [(3, "UA"), (1, "AA"), (2, "UA")]]
    with opened(warehouse) as writing:
        writing.replace(FLIGHTS, "2013-01", [records], "d")
    override(warehouse=warehouse)

    def numbers(**query: object) -> list[int]:
        answer = client.get("/months/2013-01/flights", params=query)
        return [flight["flight"] for flight in answer.json()]

    assert numbers() == [1, 2, 3]
    assert numbers(carrier="UA") == [2, 3]
    assert numbers(limit=1) == [1]
    assert numbers(carrier="' OR 1 = 1 --") == []
    assert client.get("/months/2013-01/flights", params={"limit": 1}).json()[0].keys() == FLIGHTS.columns.keys()


def test_what_is_not_there(client: TestClient, override: Override) -> None:
    """A month that is not loaded is not found; a text that is not a month, and a limit without end, are refused."""
    override(warehouse=fake(DuckDBWarehouse, loads=LOADS))
    missing = client.get("/months/2013-02/flights")
    assert missing.status_code == 404
    assert missing.json() == {"detail": "2013-02 is not loaded. See /months."}
    assert client.get("/months/January/flights").status_code == 422
    assert client.get("/months/2013-01/flights", params={"limit": 10**9}).status_code == 422


def test_while_the_warehouse_cannot_be_opened(client: TestClient, override: Override, tmp_path: Path) -> None:
    """While the warehouse cannot be opened, the answer is 503 and says when to come back; its path is not shown."""
    (tmp_path / "broken.duckdb").write_text("no database")
    override(warehouse=DuckDBWarehouse(path=tmp_path / "broken.duckdb"))
    busy = client.get("/months")
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "30")
    assert str(tmp_path) not in busy.text
    assert client.get("/health").status_code == 503


def test_health(client: TestClient, override: Override, tmp_path: Path) -> None:
    """The service is well if the warehouse can be opened."""
    override(warehouse=DuckDBWarehouse(path=tmp_path / "flights.duckdb"))
    assert client.get("/health").json()["resources"]["warehouse"]["ok"] is True
