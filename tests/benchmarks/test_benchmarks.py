"""Benchmarks do what they measure, on all sides; speed is not tested."""

import pytest

from benchmarks.measuring import QUICK, Benchmark, First, Scale, Side, Timed, measure
from benchmarks.page import page, two_digits, with_unit


# Dagster's own deprecation warnings are not ours to heed.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "title", ["In short", "Starting", "Resources", "Assets", "Growth", "History", "Settings", "Tests", "Memory"]
)
def test_a_benchmark_does_what_it_measures(title, subtests):
    """Every side returns what it should; each sample asserts it."""
    from benchmarks.sections import sections  # imports Dagster, which takes seconds

    for prepared in sections(QUICK)[title]:
        with prepared as benchmark, subtests.test(benchmark.title):
            measurement = measure(benchmark, QUICK)
            assert measurement.median_by_side.keys() == benchmark.samplers.keys()
            assert all(figure > 0 for figure in measurement.median_by_side.values())


def test_a_broken_set_up_posts_no_figure():
    """A call that returns something else than it should ends the measuring."""
    broken = Benchmark("adding", {Side.DAGWIRE: Timed(lambda: 1 + 1, 3)})
    with pytest.raises(AssertionError, match="returned 2, not 3"):
        measure(broken, QUICK)


def test_a_first_call_is_of_something_new():
    """Each sample makes what it calls, and calls it once."""
    made = []

    def make():
        made.append([])
        return lambda: made[-1].append(1) or len(made[-1])

    assert First(make, 1)(Scale(1, 0.0001, 10)) > 0
    assert set(map(len, made)) == {1}


def test_a_ratio_is_of_what_was_taken_in_one_round():
    """A slow round slows all sides, and the ratio stays."""
    figures = {Side.DAGWIRE: iter([1.0, 10.0, 2.0]), Side.BARE: iter([2.0, 20.0, 4.0])}
    samplers = {side: lambda _scale, taken=taken: next(taken) for side, taken in figures.items()}
    measurement = measure(Benchmark("noise", samplers, rounds=3), Scale(3, 0.0, 10))
    assert measurement.ratio_by_side == {Side.DAGWIRE: 1.0, Side.BARE: 2.0}
    assert measurement.median_by_side == {Side.DAGWIRE: 2.0, Side.BARE: 4.0}


def test_a_figure_is_short_and_has_its_unit():
    """Two digits are what the noise leaves."""
    assert with_unit(0.000_036_4, "s") == "36 µs"
    assert with_unit(0.000_000_001_23, "s") == "1.2 ns"
    assert with_unit(3_333_333, "B") == "3.2 MiB"
    assert [two_digits(number) for number in (1_234, 99.6, 9.96, 0.0123)] == ["1,200", "100", "10", "0.012"]


def test_the_page_names_the_versions_and_no_machine():
    """Figures mean something only beside what they were taken with."""
    measurement = measure(Benchmark("adding", {Side.DAGWIRE: Timed(lambda: 1 + 1, 2)}, bare="none"), QUICK)
    written = page({"In short": [measurement]})
    assert "| adding | **" in written
    assert "dagster 1." in written
