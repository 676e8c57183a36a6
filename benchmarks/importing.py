"""Importing, each time in a fresh process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.measuring import Benchmark, Sampler, Scale, Side

MODULES_BY_SIDE = {
    Side.DAGWIRE: ("dagwire",),
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
    """How long it takes, the files being in the system's cache."""
    yield Benchmark("importing, time", samplers("s"), bare=BASES, rounds=SLOW_ROUNDS)


@contextmanager
def import_memory() -> Iterator[Benchmark]:
    """How much the process grows by it."""
    yield Benchmark("importing, memory", samplers("B"), bare=BASES, unit="B", rounds=3)


def samplers(unit: str) -> dict[Side, Sampler]:
    """One for each side."""
    return {side: sampler(modules, unit) for side, modules in MODULES_BY_SIDE.items()}


def sampler(modules: tuple[str, ...], unit: str) -> Sampler:
    """Imports `modules` in a fresh process."""

    def sample(_scale: Scale) -> float:
        command = [sys.executable, "-c", IN_A_FRESH_PROCESS, *modules]
        report = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
        assert report["imported"]
        return float(report[unit])

    return sample
