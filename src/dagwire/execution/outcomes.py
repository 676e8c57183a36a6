"""What a body's return value means: values for those downstream, and what is recorded of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dagwire.config.narrowing import is_collection
from dagwire.definitions.asset import AssetsDefinition
from dagwire.definitions.asset_check import AssetCheckDefinition
from dagwire.definitions.asset_key import AssetKey
from dagwire.definitions.metadata import normalized_metadata
from dagwire.definitions.op import OpDefinition
from dagwire.definitions.results import (
    AssetCheckEvaluation,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetMaterialization,
    MaterializeResult,
    NoValueSentinel,
    is_materialize_result,
    is_output,
)
from dagwire.errors import CheckFailedError, UnexpectedResultError
from dagwire.execution.partition_selection import PartitionSelection

RESULT = "result"


@dataclass(slots=True)
class Outcome:
    """What one step came to."""

    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """`{output: value}`."""
    materializations: list[AssetMaterialization] = field(default_factory=list[AssetMaterialization])
    evaluations: list[AssetCheckEvaluation] = field(default_factory=list[AssetCheckEvaluation])
    error: Exception | None = None
    """Set where the step ran well and fails all the same: a blocking check that did not pass."""


def outcome_of(
    definition: AssetsDefinition | AssetCheckDefinition | OpDefinition,
    returned: Any,
    said: Mapping[str, object],
    partitions: PartitionSelection,
) -> Outcome:
    """Read what a body returned; a generator's items come as a list.

    Args:
        definition: Whose body it was.
        returned: What it returned, or a `Yielded` of what it yielded.
        said: Metadata that it gave to its context.
        partitions: What the run makes.

    Raises:
        UnexpectedResultError: It is nothing that the definition declares.
    """
    if isinstance(definition, AssetsDefinition):
        return _asset_outcome(definition, returned, said, partitions)
    if isinstance(definition, AssetCheckDefinition):
        return _check_outcome(definition, returned)
    return _op_outcome(definition, returned)


class Yielded(list[Any]):
    """What a generator body yielded; a class of its own, so that a body may return a plain list."""


def _asset_outcome(
    definition: AssetsDefinition, returned: Any, said: Mapping[str, object], partitions: PartitionSelection
) -> Outcome:
    outcome = Outcome()
    for item in _single(definition.label, returned):
        metadata: Mapping[str, object] = {}
        value = item
        if is_materialize_result(item):
            metadata = item.metadata or {}
            value = NoValueSentinel if item.value is None else item.value
            outcome.evaluations += [_evaluation_in_asset(definition.key, result) for result in item.check_results]
        elif is_output(item):
            metadata = item.metadata or {}
            value = item.value
        outcome.values[RESULT] = value
        outcome.materializations += _materializations(definition, {**metadata, **said}, partitions)
    return outcome


def _single(owner: str, returned: Any) -> list[Any]:
    if not isinstance(returned, Yielded):
        return [returned]
    results: list[Any] = [item for item in returned if is_materialize_result(item) or is_output(item)]
    if len(returned) > len(results):
        raise UnexpectedResultError(owner, "yielded something that is neither a MaterializeResult nor an Output.")
    if len(results) > 1:
        raise UnexpectedResultError(owner, f"yielded {len(results)} results; one asset has one.")
    return results or [MaterializeResult()]


def _materializations(
    definition: AssetsDefinition, metadata: Mapping[str, object], partitions: PartitionSelection
) -> Iterator[AssetMaterialization]:
    normalized = normalized_metadata(metadata, definition.label)
    keys = partitions.keys if definition.partitions_def is not None and partitions.keys else (None,)
    for key in keys:
        yield AssetMaterialization(definition.key, metadata=normalized, partition=key)


def _evaluation_in_asset(key: AssetKey, result: AssetCheckResult) -> AssetCheckEvaluation:
    return _evaluation(result.asset_key or key, result.check_name or "", result)


def _check_outcome(definition: AssetCheckDefinition, returned: Any) -> Outcome:
    results = returned if isinstance(returned, Yielded) else [returned]
    if len(results) != 1 or not isinstance(results[0], AssetCheckResult):
        kinds = ", ".join(type(result).__name__ for result in results) or "nothing"
        raise UnexpectedResultError(definition.label, f"returned {kinds}; return one AssetCheckResult.")
    result = results[0]
    key = definition.check_key
    evaluation = _evaluation(key.asset_key, key.name, result, blocking=definition.blocking)
    failed = definition.blocking and not result.passed and result.severity is AssetCheckSeverity.ERROR
    error = CheckFailedError(key.name, key.asset_key.to_user_string(), result.description) if failed else None
    return Outcome({RESULT: result}, evaluations=[evaluation], error=error)


def _evaluation(
    asset_key: AssetKey, name: str, result: AssetCheckResult, *, blocking: bool = False
) -> AssetCheckEvaluation:
    return AssetCheckEvaluation(
        asset_key, name, result.passed, result.metadata, result.severity, result.description, blocking
    )


def _op_outcome(definition: OpDefinition, returned: Any) -> Outcome:
    outs = definition.outs
    values: dict[str, Any]
    if isinstance(returned, Yielded):
        outputs = [item for item in returned if is_output(item)]
        if len(outputs) < len(returned):
            raise UnexpectedResultError(definition.label, "yielded something that is no Output.")
        values = {output.output_name: output.value for output in outputs}
    elif len(outs) == 1:
        name = next(iter(outs))
        values = {name: _value(returned)}
    elif is_collection(returned) and isinstance(returned, tuple) and len(returned) == len(outs):
        values = {name: _value(item) for name, item in zip(outs, returned, strict=True)}
    elif not outs:
        values = {}
    else:
        problem = f"has {len(outs)} outputs ({', '.join(outs)}); return a tuple of as many, or yield Outputs."
        raise UnexpectedResultError(definition.label, problem)
    unknown = [name for name in values if name not in outs]
    missing = [name for name, out in outs.items() if out.is_required and name not in values]
    if unknown or missing:
        problem = f"has the outputs {', '.join(outs)}; not given: {', '.join(missing) or 'none'}"
        raise UnexpectedResultError(definition.label, f"{problem}; unknown: {', '.join(unknown) or 'none'}.")
    return Outcome(values)


def _value(given: object) -> Any:
    return given.value if is_output(given) else given
