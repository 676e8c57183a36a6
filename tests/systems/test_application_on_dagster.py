"""The application's definitions on Dagster's command line and executors: the tables that dagwire itself makes."""

import json
from pathlib import Path

import pytest

from tests.app.command import contents
from tests.systems.conftest import CANARY, MONTH
from tests.systems.dagster_commands import dagster, dagwire_dagster, files_with, variables

pytestmark = [pytest.mark.systems, pytest.mark.timeout(280)]

MODULE = """
{imported}
from assets.raw import raw_reference
from assets.warehouse import reference
from containers.definitions import defs
from dagwire import Definitions, define_asset_job
from dagwire.integrations.dagster import to_dagster

unpartitioned = Definitions(jobs=[define_asset_job("reference_etl", selection=[raw_reference, reference])])
on_dagster = to_dagster(Definitions.merge(defs, unpartitioned), executor={executor})
"""
EXECUTORS = {
    "in process": ("from dagster import in_process_executor", "in_process_executor"),
    "the application's": ("", "None"),
    "dask": (
        "from dagster_dask import dask_executor",
        'dask_executor.configured({"cluster": {"local": {"n_workers": 1, "threads_per_worker": 1}}})',
    ),
}
UNPARTITIONED = ("airlines", "airports", "planes")


def test_the_definitions_are_valid(tmp_path: Path) -> None:
    """`dagster definitions validate` finds nothing wrong with the application."""
    done = dagwire_dagster(variables(tmp_path), "definitions", "validate")
    assert done.returncode == 0, done.stdout
    assert "All code locations passed validation" in done.stdout


def test_assets_are_materialized(api_url: str, own_run: Path, tmp_path: Path) -> None:
    """`dagster asset materialize` leaves the tables of dagwire's own run, and no secret in what it keeps."""
    given = variables(tmp_path, APP_API__BASE_URL=api_url, APP_API__KEY=CANARY)
    done = dagwire_dagster(given, "asset", "materialize", "--select", "*", "--partition", MONTH)
    assert done.returncode == 0, done.stdout
    assert contents(tmp_path) == contents(own_run)
    assert CANARY not in done.stdout
    assert files_with(CANARY, tmp_path) == []


def execute(executor: str, job: str, folder: Path, *options: str, **settings: object) -> None:
    """Run a job of the application by `dagster job execute` with an executor."""
    imported, expression = EXECUTORS[executor]
    (folder / "on_dagster.py").write_text(MODULE.format(imported=imported, executor=expression))
    given = variables(folder, **settings)
    done = dagster(given, folder, "job", "execute", "-m", "on_dagster", "-j", job, *options)
    assert done.returncode == 0, done.stdout
    assert "RUN_SUCCESS" in done.stdout


@pytest.mark.parametrize("executor", ["in process", "the application's"])
def test_a_job_on_an_executor(executor: str, api_url: str, own_run: Path, tmp_path: Path) -> None:
    """A job leaves the tables of dagwire's own run, in one process or with one for each step."""
    execute(
        executor, "flights_etl", tmp_path, "--tags", json.dumps({"dagster/partition": MONTH}), APP_API__BASE_URL=api_url
    )
    assert contents(tmp_path) == contents(own_run)


def test_a_job_on_dask(api_url: str, own_run: Path, tmp_path: Path) -> None:
    """Workers of Dask leave the same tables; dagster-dask itself cannot send them a run of a partition in time."""
    execute("dask", "reference_etl", tmp_path, APP_API__BASE_URL=api_url)
    assert contents(tmp_path, UNPARTITIONED) == contents(own_run, UNPARTITIONED)
