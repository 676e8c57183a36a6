"""The outcome of a step that looks at an asset made elsewhere."""

from collections.abc import Iterator

from dagwire.definitions.ops.observable_source_asset import ObservationOp
from dagwire.definitions.specs.asset_events import AssetObservation
from dagwire.definitions.specs.data_version import DATA_VERSION_TAG, DataVersion
from dagwire.definitions.specs.observe_results import DataVersionsByPartition, ObserveResult
from dagwire.definitions.steps.signature import RESULT
from dagwire.errors import UnexpectedResultError
from dagwire.execution.outcomes import Outcome, StepOutput


def observation_outcome(definition: ObservationOp, returned: object) -> Outcome:
    """Read the return value of a function that looks at an asset.

    Raises:
        UnexpectedResultError: It is of another kind, or names another asset.
    """
    outcome = Outcome()
    outcome.extra_events += _observations(definition, returned)
    outcome.outputs.append(StepOutput(RESULT, None, has_value=False))
    return outcome


def _observations(definition: ObservationOp, returned: object) -> Iterator[AssetObservation]:
    key = definition.asset.key
    if isinstance(returned, DataVersionsByPartition):
        for partition, version in returned.data_versions_by_partition.items():
            yield AssetObservation(key, partition=partition, tags={DATA_VERSION_TAG: version.value})
        return
    result = ObserveResult(data_version=returned) if isinstance(returned, DataVersion) else returned
    if not isinstance(result, ObserveResult) or result.asset_key not in (None, key):
        problem = (
            f"looks at '{key.to_user_string()}' and returned {_described(returned)}; "
            "return a DataVersion, a DataVersionsByPartition, or an ObserveResult of that asset."
        )
        raise UnexpectedResultError(definition.label, problem)
    tags = {} if result.data_version is None else {DATA_VERSION_TAG: result.data_version.value}
    yield AssetObservation(key, None, result.metadata, tags={**tags, **(result.tags or {})})


def _described(returned: object) -> str:
    kind = type(returned).__name__
    key = returned.asset_key if isinstance(returned, ObserveResult) else None
    return kind if key is None else f"{kind} of '{key.to_user_string()}'"
