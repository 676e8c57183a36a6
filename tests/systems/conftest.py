"""The application's small data, and its own run of them, for the systems to be compared with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.flights_server import FlightsServer
from tests.app.command import environment, run
from tests.app.conftest import small_data, small_database
from tests.app.outside import opened

__all__ = ["api_url", "own_run", "small_data", "small_database"]

MONTH = "2013-01"
CANARY = "canary-4b1d"
"""A secret of the application, which no page, event or log may show."""


@pytest.fixture(scope="session")
def api_url(small_database: Path) -> Iterator[str]:
    """The address of the API, which serves a small part of the data."""
    with opened(FlightsServer(database=small_database)) as server:
        yield server.url


@pytest.fixture(scope="session")
def own_run(api_url: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which dagwire itself has run the application's job for a month."""
    folder = tmp_path_factory.mktemp("ours")
    done = run(environment(folder, APP_API__BASE_URL=api_url), f"{MONTH}...{MONTH}")
    assert done.returncode == 0, done.stderr
    return folder
