"""The one harness: all sides take turns, round by round, so that what disturbs the machine disturbs them alike."""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from statistics import median
from time import perf_counter


class Side(StrEnum):
    """The library that does the work; the values head the columns."""

    DAGWIRE = "dagwire"
    DAGSTER_KEPT = "Dagster, one instance kept"
    DAGSTER = "Dagster as it comes"
    HAMILTON = "Hamilton"
    DISHKA = "dishka"
    WIREUP = "wireup"
    BARE = "bare"


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers of rounds and samples to measure."""

    rounds: int
    sample_s: float
    """Shortest duration of one sample: quick calls are repeated until it is filled."""
    largest: int
    """Benchmarks of a growing size stop at this one."""


FULL = Scale(rounds=15, sample_s=0.05, largest=10_000)
QUICK = Scale(rounds=1, sample_s=0.0, largest=10)

Sampler = Callable[[Scale], float]
"""Takes one sample, in the benchmark's unit."""


class Timed:
    """Samples of the seconds that one call takes; every sample ends with a look at what the call returned."""

    def __init__(self, call: Callable[[], object], expected: object, *, parts: int = 1) -> None:
        """`parts` is how many of the measured thing one call does: a sample is the time of one."""
        self._call = call
        self._expected = expected
        self._parts = parts
        self._calls = 0

    def __call__(self, scale: Scale) -> float:
        """Take a sample, in seconds.

        Raises:
            AssertionError: The call did not do what it is measured for.
        """
        if self._calls:
            return self._took(self._calls) / (self._calls * self._parts)
        self._took(1)  # what is loaded at the first use
        calls = 1
        while (took := self._took(calls)) < scale.sample_s:
            calls *= 2
        self._calls = calls
        return took / (calls * self._parts)

    def _took(self, calls: int) -> float:
        call = self._call
        result: object = None
        started = perf_counter()
        for _ in repeat(None, calls):
            result = call()
        took = perf_counter() - started
        assert result == self._expected, f"returned {result!r}, not {self._expected!r}"
        return took


class First:
    """Samples of the seconds that a first call takes: each is of something made anew, which is not measured."""

    def __init__(self, make: Callable[[], Callable[[], object]], expected: object, *, parts: int = 1) -> None:
        """`make` makes the call; `parts` is how many of the measured thing one call does."""
        self._make = make
        self._expected = expected
        self._parts = parts

    def __call__(self, scale: Scale) -> float:
        """Take a sample, in seconds.

        Raises:
            AssertionError: The call did not do what it is measured for.
        """
        taken: list[float] = []
        while not taken or sum(taken) < scale.sample_s:
            call = self._make()
            started = perf_counter()
            result = call()
            taken.append(perf_counter() - started)
            assert result == self._expected, f"returned {result!r}, not {self._expected!r}"
        return median(taken) / self._parts


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A task that all sides do; valid while the set-up around it is."""

    title: str
    samplers: Mapping[Side, Sampler]
    bare: str = ""
    """A description of the bare side, for the table."""
    unit: str = "s"
    rounds: int | None = None
    """At most so many, where a side is slow."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """The figures of one benchmark."""

    benchmark: Benchmark
    median_by_side: Mapping[Side, float]
    ratio_by_side: Mapping[Side, float]
    """Multiples of dagwire's figure: the median over the rounds, each of which compares its own samples."""


def measure(benchmark: Benchmark, scale: Scale) -> Measurement:
    """Let all sides take turns.

    Raises:
        AssertionError: A side did not do what it is measured for.
    """
    gc.collect()
    # Older objects, such as Dagster's modules, are frozen: else the side that a collection interrupts pays for them.
    gc.freeze()
    try:
        rounds = [_round(benchmark, scale) for _ in range(min(scale.rounds, benchmark.rounds or scale.rounds))]
    finally:
        gc.unfreeze()
    return Measurement(
        benchmark,
        {side: median(taken[side] for taken in rounds) for side in benchmark.samplers},
        {side: median(taken[side] / taken[Side.DAGWIRE] for taken in rounds) for side in benchmark.samplers},
    )


def _round(benchmark: Benchmark, scale: Scale) -> dict[Side, float]:
    taken: dict[Side, float] = {}
    for side, sample in benchmark.samplers.items():
        gc.collect()  # nobody pays for another's garbage
        taken[side] = sample(scale)
    return taken
