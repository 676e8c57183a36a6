"""If one thing or a collection of them may be given, one thing is not a collection."""

import pytest

from dagwire import AssetCheckKey, MaterializeResult, Output, RunRequest, SensorResult, SkipReason
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.steps.output_handles import Collected, InputHandle, OutputHandle


@pytest.mark.parametrize(
    "kind",
    [
        *(AssetCheckKey, MaterializeResult, Output, RunRequest, SensorResult, SkipReason),
        *(Collected, InputHandle, OutputHandle, UnresolvedAssetJobDefinition),
    ],
)
def test_what_bodies_return_and_selections_name_is_no_tuple(kind):
    """Else it would be taken apart, as a tuple of several is."""
    assert not issubclass(kind, tuple | list)
