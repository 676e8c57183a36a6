"""The application's own definitions, executed by Dagster: the same tables as after dagwire's own run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dagwire.integrations.dagster import to_dagster
from dagwire.testing import Override, Run

from containers.definitions import defs
from containers.overrides import kept_in
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from tests.app.command import contents
from tests.app.outside import opened


@pytest.fixture
def api(small_database: Path) -> Iterator[FlightsApi]:
    with opened(FlightsServer(database=small_database)) as server:
        yield FlightsApi.model_validate({"base_url": server.url, "attempts": 1, "read_timeout_s": 20})


def test_dagster_loads_the_same_rows(
    api: FlightsApi, override: Override, run: Run, tmp_path: Path, small_database: Path
) -> None:
    """A month that Dagster executes leaves the warehouse equal to dagwire's, row for row."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    with override({**kept_in(ours, database=small_database), "api": api}):
        assert run("flights_etl", partition_key="2013-01").success
    with override({**kept_in(theirs, database=small_database), "api": api}):
        job = to_dagster(defs).resolve_job_def("flights_etl")
        assert job.execute_in_process(partition_key="2013-01").success
    assert contents(theirs) == contents(ours)
    assert (theirs / "dashboard.html").exists()
