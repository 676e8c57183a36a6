"""Memory: the most that Python holds while many assets are declared and run, as tracemalloc counts it."""

import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster

import dagwire

from benchmarks.dagster_side import SILENT, kept_instance
from benchmarks.measuring import QUICK, Benchmark, Sampler, Scale, Side, Timed
from benchmarks.running import loop_of, run_of

SLOW_COUNT = 100


@contextmanager
def peak_memory(count: int) -> Iterator[Benchmark]:
    """The figure is for one asset; Dagster's is that of a smaller run, without what SQLite holds for it."""
    with kept_instance() as instance:
        fewer = min(count, SLOW_COUNT)
        yield Benchmark(
            f"declaring and running {count:,} assets that do nothing, each (Dagster: {fewer:,})",
            {
                Side.DAGWIRE: peak(count, lambda: run_of(count, dagwire)),
                Side.DAGSTER_KEPT: peak(fewer, lambda: run_of(fewer, dagster, instance=instance, run_config=SILENT)),
                Side.BARE: peak(count, lambda: loop_of(count)),
            },
            bare="the functions called in a loop",
            unit="B",
            rounds=1,
        )


def peak(count: int, prepare: Callable[[], Timed]) -> Sampler:
    """Declares anew and runs once for each sample, so that the definitions are counted too."""

    def sample(_scale: Scale) -> float:
        prepare()(QUICK)  # caches of types and the like, which the first run allocates, belong to no asset
        tracemalloc.start()
        try:
            prepare()(QUICK)
            return tracemalloc.get_traced_memory()[1] / count
        finally:
            tracemalloc.stop()

    return sample
