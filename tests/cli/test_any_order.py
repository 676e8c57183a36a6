"""Runs, failures, kills, retries and `--missing` in any order end with what one full run makes."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, Run

GRAPH = """
import os, random, time
from pathlib import Path
import dagwire as dg

HERE = Path(__file__).parent
SEED = {seed}
CHANCE = random.Random(SEED)
PARTS = dg.StaticPartitionsDefinition(["x", "y"])


def made(name, deps, partitioned):
    values = [dep for dep, is_partitioned in deps if is_partitioned == partitioned]
    others = [dep for dep, is_partitioned in deps if is_partitioned != partitioned]
    parameters = ", ".join(["context", *values])

    def body(context, taken):
        unlucky = HERE / "unlucky"
        if unlucky.exists() and random.random() < 0.3:
            raise ValueError(name)
        if (HERE / "slow").exists():
            (HERE / "began").touch()
            time.sleep(0.05)
        return [name, context.partition_key if partitioned else None, *taken]

    scope = {{"body": body}}
    exec(f"def {{name}}({{parameters}}):\\n    return body(context, [{{', '.join(values)}}])", scope)
    partitions = PARTS if partitioned else None
    return dg.asset(deps=others, partitions_def=partitions)(scope[name])


assets, kinds = [], []
for number in range(CHANCE.randint(3, 6)):
    deps = CHANCE.sample(kinds, CHANCE.randint(0, min(2, len(kinds))))
    partitioned = CHANCE.random() < 0.5
    assets.append(made(f"a{{number}}", deps, partitioned))
    kinds.append((f"a{{number}}", partitioned))

defs = dg.Definitions(assets, resources={{"io_manager": dg.FilesystemIOManager(base_dir=str(HERE / "values"))}})
"""


def write(folder: Path, seed: int) -> None:
    """A project whose graph of assets is drawn by `seed`."""
    (folder / "graph.py").write_text(GRAPH.format(seed=seed))
    (folder / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "graph:defs"\n')


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path


def values_in(folder: Path) -> dict[str, bytes]:
    """The stored bytes, by their paths."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def kill_in_the_midst(project: Path, delay_s: float) -> None:
    """Start `--missing`, and kill it a moment later, wherever it is."""
    (project / "slow").touch()
    process = subprocess.Popen(
        [*COMMAND, "materialize", "--missing"], cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.wait(60)
    (project / "slow").unlink()


@pytest.mark.parametrize("seed", range(3))
def test_any_order_ends_with_what_a_full_run_makes(
    seed: int, run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Assets and partitions have the values of a full run, none of them is missing, and no run is open."""
    chance = random.Random(seed)  # noqa: S311  # an order, not a secret
    write(project, seed)
    (project / "unlucky").touch()
    for _ in range(5):
        action = chance.choice(["missing", "retry", "kill", "threads"])
        if action == "kill":
            kill_in_the_midst(project, chance.uniform(0.5, 2.5))
        elif action == "retry":
            run("retry")
        else:
            run("materialize", "--missing", "--max-concurrency", "3" if action == "threads" else "1")
    (project / "unlucky").unlink()
    done = run("materialize", "--missing")
    assert done.returncode == 0, done.stderr
    assert run("materialize", "--missing").stdout == "Nothing is missing.\n"
    assert run("runs", "--only", "running").stdout == "There are no runs.\n"

    fresh = tmp_path_factory.mktemp("fresh")
    write(fresh, seed)
    sys.modules.pop("graph", None)
    assert run("materialize", "--missing", cwd=fresh).returncode == 0
    sys.modules.pop("graph", None)
    assert values_in(project / "values") == values_in(fresh / "values")
