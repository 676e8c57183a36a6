"""PostgreSQL's own: a limit for each statement, and a pool of connections."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from resources.errors import WarehouseError
from tests.app.outside import opened
from tests.systems.warehouses import System, a_postgres


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with a_postgres(Path()) as running:
        yield running


def test_a_statement_that_takes_too_long(system: System) -> None:
    """It is ended by the server, once: asking again would only take as long. The message names the setting."""
    with opened(system.recipe("limits", statement_timeout_s=0.05)) as warehouse:
        with pytest.raises(WarehouseError, match=r"statement timeout.* `statement_timeout_s`"):
            warehouse.query("SELECT pg_sleep(20)")
        assert warehouse.query("SELECT 1 AS one") == [{"one": 1}]


def test_a_pool_of_connections(system: System) -> None:
    """Questions that are asked at once are answered by different connections, which the next ones use again."""
    with opened(system.recipe("pool", connections=2)) as warehouse, ThreadPoolExecutor(2) as threads:
        question = "SELECT pg_backend_pid() AS id FROM pg_sleep(0.1)"
        ids = {row["id"] for [row] in threads.map(warehouse.query, [question] * 6)}
    assert len(ids) == 2
