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

MODULES_BY_SIDE = {
    Side.DAGWIRE: ("dagwire.public",),  # all of it, as the first use of a public name loads it
    Side.DAGSTER: ("dagster",),
    Side.BARE: ("dependency_injector.containers", "dependency_injector.providers", "pydantic_settings"),
}
BASES = "its two bases: dependency-injector and pydantic-settings"
SLOW_ROUNDS = 7
IN_A_FRESH_PROCESS = """
import json, sys
from importlib import import_module
from time import perf_counter
import psutil
process = psutil.Process()
before, started = process.memory_info().rss, perf_counter()
for name in sys.argv[1:]:
    import_module(name)
took = perf_counter() - started
print(json.dumps({"s": took, "B": process.memory_info().rss - before, "imported": sys.argv[1] in sys.modules}))
"""


@contextmanager
def import_time() -> Iterator[Benchmark]:
    """How long it takes."""
    with samplers("s") as by_side:
        yield Benchmark("importing, in a fresh process", by_side, bare=BASES, rounds=SLOW_ROUNDS)


@contextmanager
def help_time() -> Iterator[Benchmark]:
    """How long a person waits for `--help`, from the start of the process to its end."""
    with kept_byte_code() as environment:
        commands = {Side.DAGWIRE: ("dagwire.cli", "materialize"), Side.DAGSTER: ("dagster", "asset")}
        by_side = {side: help_sampler(module, told, environment) for side, (module, told) in commands.items()}
        yield Benchmark("`--help` of the command line", by_side, rounds=SLOW_ROUNDS)


def help_sampler(module: str, told: str, environment: Mapping[str, str]) -> Sampler:
    """Asks a module's command line for help, of which `told` is a part."""
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
    """How much the process grows by it."""
    with samplers("B") as by_side:
        yield Benchmark("importing: what the process grows by", by_side, bare=BASES, unit="B", rounds=3)


@contextmanager
def samplers(unit: str) -> Iterator[dict[Side, Sampler]]:
    """One for each side."""
    with kept_byte_code() as environment:
        by_side = {side: sampler(modules, unit, environment) for side, modules in MODULES_BY_SIDE.items()}
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


def sampler(modules: tuple[str, ...], unit: str, environment: Mapping[str, str]) -> Sampler:
    """Imports `modules` in a fresh process."""
    command = [sys.executable, "-c", IN_A_FRESH_PROCESS, *modules]

    def sample(_scale: Scale) -> float:
        done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
        report = json.loads(done.stdout)
        assert report["imported"]
        return float(report[unit])

    return sample
