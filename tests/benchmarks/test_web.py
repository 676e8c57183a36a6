"""The load and the watch for leaks, in small: the full ones are `benchmarks.web_load` and `benchmarks.leaks`."""

import asyncio

import pytest

from benchmarks.leaks import Grown, Sample, watched
from benchmarks.measuring import Side
from benchmarks.web_load import counts, load
from benchmarks.web_server import serving
from benchmarks.web_sides import SIDES, application_of


@pytest.mark.parametrize("side", SIDES)
def test_a_load(side):
    """Requests over eight connections, each with a tenant of its own: nothing crosses, and nothing is left open."""
    with serving(application_of(side)) as port:
        assert asyncio.run(load(port, 400 if side is Side.DAGWIRE else 16, 8)).crossed == 0
        left = asyncio.run(counts(port))
    assert left == {"pools": 1, "sessions": 0, "opened": 400 if side is Side.DAGWIRE else 16}


def test_two_seconds_without_a_leak():
    """A process that works for a while holds no more descriptors and threads at the end, and hardly more memory."""
    grown = watched(2)
    assert grown.rounds > 0
    assert (grown.late.descriptors, grown.late.threads) == (grown.early.descriptors, grown.early.threads)
    assert grown.late.rss_bytes - grown.early.rss_bytes < 2**23


def test_a_leak_is_named():
    """A figure that has grown is named, with the one before."""
    grown = Grown(Sample(2**20, 8, 2), Sample(2**22, 9, 2), rounds=1)
    assert grown.faults() == ["rss_bytes grew from 1,048,576 to 4,194,304", "descriptors grew from 8 to 9"]
