"""`from_dagster` with resources of Dagster's integration packages, from the environment that has them."""

import json
import os
from pathlib import Path

import pytest

from tests.systems.environments import environment
from tests.systems.processes import run

pytestmark = pytest.mark.systems
SCRIPT = Path(__file__).with_name("real_packages.py")


def result_of(name: str, folder: Path) -> object:
    """The result of a function of the script."""
    variables = {**os.environ, "PYTHONWARNINGS": "ignore", "AWS_EC2_METADATA_DISABLED": "true"}
    done = run([environment("dagster") / "python", SCRIPT, name, folder], variables, folder)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout.splitlines()[-1])


def test_a_duckdb_resource(tmp_path: Path) -> None:
    """dagster-duckdb: a file that settings name is opened by the steps of a run of dagwire's."""
    assert result_of("duckdb", tmp_path) == 3


def test_an_s3_resource_and_the_io_manager_made_of_it(tmp_path: Path) -> None:
    """dagster-aws: a bucket on loopback, and an IO manager that nests it, which stores the values of a run."""
    value, keys = result_of("s3", tmp_path)
    assert value == 42
    assert keys == ["dagster/doubled", "dagster/number"]


def test_a_resource_with_a_secret(tmp_path: Path) -> None:
    """dagster-slack: a secret of the settings reaches the client, and is masked where values are explained."""
    assert result_of("slack", tmp_path) == ["canary-4b1d", False]
