"""Replacements of the outside world, for tests."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from dependency_injector import providers

from resources.dashboard import HtmlDashboard
from resources.flights_server import FlightsServer
from resources.flights_store import FlightsStore
from resources.warehouse import DuckDBWarehouse


def kept_in(folder: Path, *, database: Path, now: datetime = datetime(2013, 2, 1, 6, tzinfo=UTC)) -> dict[str, object]:
    """Overrides for `defs.override(...)`: all is kept in `folder`, `database` is served, the clock is stopped."""
    return {
        "server": FlightsServer(database=database),
        "store": FlightsStore(url=str(folder / "raw")),
        "warehouse": DuckDBWarehouse(path=folder / "flights.duckdb"),
        "dashboard": HtmlDashboard(path=folder / "dashboard.html"),
        "clock": providers.Object(partial(datetime.fromtimestamp, now.timestamp(), UTC)),
    }
