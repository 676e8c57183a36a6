"""Importing, and asking for help, each time in a fresh process, from byte code."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter

from benchmarks.measuring import FULL, Benchmark, Sampler, Scale, Side

RESOURCES = (
    "from dagwire import ConfigurableResource, EnvVar, ResourceProvider, build_resources, override, with_resources"
)
APPLICATION = (
    "from dagwire import ConfigurableResource, Definitions, ResourceProvider, asset, define_asset_job, materialize"
)
EVERYTHING = "from dagwire import *"
DAGSTER = "import dagster"
BARE = "import dependency_injector.containers, dependency_injector.providers, pydantic_settings"
BASES = "its two bases: dependency-injector and pydantic-settings"
SLOW_ROUNDS = 7
IN_A_FRESH_PROCESS = """
import json, sys
from time import perf_counter
import psutil
process = psutil.Process()
before, started = process.memory_info().rss, perf_counter()
exec(sys.argv[1])
took = perf_counter() - started
print(json.dumps({"s": took, "B": process.memory_info().rss - before, "imported": "pydantic" in sys.modules}))
"""


@contextmanager
def import_time(statement: str, title: str) -> Iterator[Benchmark]:
    """Time the imports of `statement`."""
    with samplers("s", statement) as by_side:
        yield Benchmark(f"importing {title}, in a fresh process", by_side, bare=BASES, rounds=SLOW_ROUNDS)


@contextmanager
def help_time() -> Iterator[Benchmark]:
    """Time `--help`, from the start of the process to its end."""
    with kept_byte_code() as environment:
        commands = {Side.DAGWIRE: ("dagwire.cli", "materialize"), Side.DAGSTER: ("dagster", "asset")}
        by_side = {side: help_sampler(module, told, environment) for side, (module, told) in commands.items()}
        yield Benchmark("`--help` of the command line", by_side, rounds=SLOW_ROUNDS)


def help_sampler(module: str, told: str, environment: Mapping[str, str]) -> Sampler:
    """Ask a module's command line for help, which must contain `told`."""
    command = [sys.executable, "-m", module, "--help"]

    def sample(_scale: Scale) -> float:
        started = perf_counter()
        done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
        took = perf_counter() - started
        assert told in done.stdout
        return took

    sample(FULL)  # the first one compiles
    return sample


@contextmanager
def import_memory() -> Iterator[Benchmark]:
    """Measure the growth of the process by the import of every name."""
    with samplers("B", EVERYTHING) as by_side:
        yield Benchmark("importing every name: what the process grows by", by_side, bare=BASES, unit="B", rounds=3)


@contextmanager
def samplers(unit: str, statement: str) -> Iterator[dict[Side, Sampler]]:
    """Samplers by side; dagwire's runs `statement`."""
    statements = {Side.DAGWIRE: statement, Side.DAGSTER: DAGSTER, Side.BARE: BARE}
    with kept_byte_code() as environment:
        by_side = {side: sampler(said, unit, environment) for side, said in statements.items()}
        for sample in by_side.values():
            sample(FULL)  # the first import compiles
        yield by_side


@contextmanager
def kept_byte_code() -> Iterator[Mapping[str, str]]:
    """An environment in which byte code is kept in a folder of its own, whatever the machine's settings are."""
    with tempfile.TemporaryDirectory() as byte_code:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": byte_code}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        yield environment


def sampler(statement: str, unit: str, environment: Mapping[str, str]) -> Sampler:
    """Imports in a fresh process."""
    command = [sys.executable, "-c", IN_A_FRESH_PROCESS, statement]

    def sample(_scale: Scale) -> float:
        done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
        report = json.loads(done.stdout)
        assert report["imported"]
        return float(report[unit])

    return sample
