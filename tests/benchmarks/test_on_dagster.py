"""The cost of the bridge to Dagster is measured by runs that do what they should; speed is not tested."""

import pytest

from benchmarks.on_dagster import overhead_of_a_key, overhead_of_a_step


@pytest.mark.filterwarnings("ignore")  # Dagster's own
def test_the_bridge_to_dagster_is_measured():
    """Both figures are differences in milliseconds, of runs and passes that are checked."""
    assert isinstance(overhead_of_a_step(2, 1), float)
    assert isinstance(overhead_of_a_key(2, 1), float)
