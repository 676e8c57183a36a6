"""The garbage collector rests while a command loads modules, and goes on as it was."""

import gc

import pytest

from dagwire.cli.collector import collector_resting


@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_collector_goes_on_as_it_was(was_enabled):
    """It rests in the block, and is what it was before when an exception leaves the block."""
    (gc.enable if was_enabled else gc.disable)()
    try:
        with pytest.raises(ImportError):
            _load()
        assert gc.isenabled() is was_enabled
    finally:
        gc.enable()


def _load():
    with collector_resting():
        assert not gc.isenabled()
        raise ImportError
