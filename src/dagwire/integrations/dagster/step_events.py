"""The outcome of a step as the events that Dagster expects of a body."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.definitions.specs.check_results import AssetCheckResult
from dagwire.definitions.specs.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG
from dagwire.definitions.specs.results import MaterializeResult
from dagwire.execution.outcomes import Outcome, StepOutput
from dagwire.integrations.dagster.namesakes import namesake


def step_events(
    definition: AssetsDefinition | AssetChecksDefinition | OpDefinition, outcome: Outcome
) -> Iterator[object]:
    """Yield Dagster's outputs, results and check results of a step."""
    if isinstance(definition, AssetsDefinition):
        yield from (_asset_event(definition, output) for output in outcome.outputs)
    elif isinstance(definition, OpDefinition):
        yield from map(_op_event, outcome.outputs)
    else:
        # A check may return something else than a result, which evaluates nothing.
        evaluated = {(one.asset_key, one.check_name) for one in outcome.evaluations}
        specs = () if definition.can_subset else definition.check_specs
        unused = (spec for spec in specs if (spec.asset_key, spec.name) not in evaluated)
        yield from (dg.Output(None, spec.get_python_identifier()) for spec in unused)
    for one in outcome.evaluations:
        yield dg.AssetCheckResult(
            passed=one.passed,
            asset_key=namesake(one.asset_key),
            check_name=one.check_name,
            metadata=namesake(one.metadata),
            severity=namesake(one.severity),
            description=one.description,
        )


def _asset_event(definition: AssetsDefinition, output: StepOutput) -> Any:
    facts: dict[str, Any] = {"metadata": namesake(dict(output.metadata or {})), **_tags(output)}
    if output.has_value:
        return dg.Output(output.value, output.name, **facts)
    return dg.MaterializeResult(asset_key=namesake(definition.specs_by_output[output.name].key), **facts)


def _tags(output: StepOutput) -> dict[str, Any]:
    """The data version and the other tags that a body gave; the code version is the definition's."""
    first = next(iter(output.materializations), None)
    if not isinstance(first, AssetMaterialization):
        return {}
    tags = {name: value for name, value in (first.tags or {}).items() if name != CODE_VERSION_TAG}
    version = tags.pop(DATA_VERSION_TAG, None)
    return {"tags": tags or None, "data_version": None if version is None else dg.DataVersion(version)}


def _op_event(output: StepOutput) -> object:
    if isinstance(output.value, AssetCheckResult | MaterializeResult):  # of an op in the graph of an asset
        return namesake(output.value)
    metadata: Any = namesake(dict(output.metadata or {}))
    if output.mapping_key is not None:
        return dg.DynamicOutput(output.value, output.mapping_key, output.name, metadata)
    return dg.Output(output.value if output.has_value else None, output.name, metadata=metadata)
