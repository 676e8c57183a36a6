"""Time a whole test by pytest's own hooks: a fake, a run of one asset, a look at the result."""

import contextlib
import io
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from benchmarks.measuring import Benchmark, Sampler, Scale, Side

DAGWIRE = """
import pytest
from dagwire import Definitions, ResourceParam, asset

class FakeDb:
    def rows(self):
        return ["fake"]

@asset
def trips(db: ResourceParam[FakeDb]):
    return db.rows()

defs = Definitions(assets=[trips], resources={"db": "real"})

@pytest.fixture(scope="session")
def dagwire_definitions():
    return defs
"""
PLUGIN = """
@pytest.mark.parametrize("time", range(TIMES))
def test(run, override, time):
    override(db=FakeDb())
    assert run(trips).asset_value("trips") == ["fake"]
"""
BY_HAND = """
from dagwire import materialize

@pytest.mark.parametrize("time", range(TIMES))
def test(time):
    with defs.override(db=FakeDb()):
        result = materialize([trips], resources=defs.container)
    assert result.asset_value("trips") == ["fake"]
"""
DAGSTER = """
import pytest
from dagster import ResourceParam, asset, materialize

class FakeDb:
    def rows(self):
        return ["fake"]

@asset
def trips(db: ResourceParam[FakeDb]):
    return db.rows()

@pytest.mark.parametrize("time", range(TIMES))
def test(time):
    result = materialize([trips], resources={"db": FakeDb()})
    assert result.asset_value("trips") == ["fake"]
"""
OTHERS = ("randomly", "cacheprovider", "hypothesispytest", "xdist", "timeout", "anyio", "asyncio", "run-parallel")
"""Plugins that happen to be installed."""


@contextmanager
def one_test() -> Iterator[Benchmark]:
    """A test of one asset, from its set-up to its end."""
    with tempfile.TemporaryDirectory() as folder:
        yield Benchmark(
            "a test: fake, run, look",
            {
                Side.DAGWIRE: _timed(Path(folder) / "test_plugin.py", DAGWIRE + PLUGIN),
                Side.DAGSTER: _timed(Path(folder) / "test_dagster.py", DAGSTER, most=10),
                Side.BARE: _timed(Path(folder) / "test_by_hand.py", DAGWIRE + BY_HAND),
            },
            bare="dagwire without its plugin's fixtures",
            rounds=5,
        )


class _Clock:
    """A pytest plugin that takes the time of each test, fixtures and reports included."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self) -> Generator[None, object, object]:
        started = perf_counter()
        outcome = yield
        self.taken.append(perf_counter() - started)
        return outcome


def _timed(path: Path, source: str, most: int = 200) -> Sampler:
    """Samples of the seconds that one test takes: the median of many in one run of pytest."""
    path.with_name("pytest.ini").write_text("[pytest]\n")

    def sample(scale: Scale) -> float:
        times = min(most, scale.largest)
        path.write_text(source.replace("TIMES", str(times)))
        sys.modules.pop(path.stem, None)
        clock = _Clock()
        options = ["-q", "--import-mode=importlib", f"--rootdir={path.parent}", *(f"-pno:{name}" for name in OTHERS)]
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = pytest.main([*options, str(path)], [clock])
        assert code == pytest.ExitCode.OK, said.getvalue()
        assert len(clock.taken) == times
        return median(clock.taken)

    return sample
