"""The outcome of an asset's or a check's body, read from its return value."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.specs.asset_events import AssetMaterialization
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.check_results import (
    AssetCheckEvaluation,
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
)
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.definitions.specs.data_version import CODE_VERSION_TAG, DATA_VERSION_TAG
from dagwire.definitions.specs.results import (
    MaterializeResult,
    NoValueSentinel,
    Output,
    is_materialize_result,
    is_output,
)
from dagwire.definitions.steps.type_checks import check_value
from dagwire.definitions.value_types.type_check import TypeCheckContext
from dagwire.errors import CheckFailedError, MissingOutputError, UnexpectedResultError
from dagwire.execution.outcomes import Outcome, StepOutput, Yielded, without_extra_events
from dagwire.execution.output_metadata import OutputMetadata
from dagwire.execution.partition_selection import PartitionSelection


def asset_outcome(
    definition: AssetsDefinition,
    wanted: frozenset[str] | None,
    returned: Any,
    added: OutputMetadata | None,
    partitions: PartitionSelection,
    types: TypeCheckContext,
) -> Outcome:
    """Read the return value of an asset's body.

    Args:
        definition: The asset whose body returned.
        wanted: The selected outputs; None for all.
        returned: The return value, or a `Yielded` of the yielded values.
        added: The metadata that it gave to its context.
        partitions: The partitions of the run.
        types: The context of the type checks of its values.

    Raises:
        UnexpectedResultError: The result does not fit the declaration.
        WrongTypeError: A value is of another type than declared.
    """
    outcome = Outcome()
    if added is None and definition.is_plain and (returned is None or not isinstance(returned, SPECIAL_RESULTS)):
        outcome.outputs.append(_plain(definition, returned, types))
        return outcome
    results = without_extra_events(returned, outcome)
    checked: list[_Checked] = [(item, None) for item in results if isinstance(item, AssetCheckResult)]
    single = len(definition.specs_by_output) == 1
    by_output = _single(definition, results) if single else _several(definition, wanted, results, returned)
    keys = partitions.keys if definition.partitions_def is not None and partitions.keys else (None,)
    for output, result in by_output.items():
        step_output = _made(definition, output, result, types)
        metadata = result.metadata if is_materialize_result(result) or is_output(result) else None
        if added is not None and (more := added.of(output)):
            metadata = {**(metadata or {}), **more}
        spec = definition.specs_by_output[output]
        tags = _tags(spec, result)
        key = spec.key
        materializations = [AssetMaterialization(key, None, metadata, part, tags) for part in keys]
        step_output.materializations = materializations
        if metadata:
            step_output.metadata = materializations[0].metadata
        outcome.outputs.append(step_output)
        if is_materialize_result(result):
            checked += [(check, key) for check in result.check_results]
    if definition.check_specs or checked:
        _evaluate(definition.label, definition.check_specs, checked, wanted is not None, outcome, partitions)
    return outcome


def _tags(spec: AssetSpec, result: object) -> dict[str, str]:
    """The tags of a materialization: its result's own, and those of its versions."""
    tags: dict[str, str] = {}
    if spec.code_version is not None:
        tags[CODE_VERSION_TAG] = spec.code_version
    if is_materialize_result(result) or is_output(result):
        tags |= result.tags or {}
        tags |= {} if result.data_version is None else {DATA_VERSION_TAG: result.data_version.value}
    return tags


SPECIAL_RESULTS = (Yielded, MaterializeResult, AssetCheckResult, Output)
"""Results that are more than a value."""

_Checked = tuple[AssetCheckResult, AssetKey | None]
"""A check's result, and the asset that it verifies unless it names another."""


def _plain(definition: AssetsDefinition, value: object, types: TypeCheckContext) -> StepOutput:
    """The plain value of a single asset; most results are one, so this path is quick."""
    step_output = _made(definition, next(iter(definition.specs_by_output)), value, types)
    step_output.materializations = (definition.spec.key,)
    return step_output


def _single(definition: AssetsDefinition, results: Sequence[Any]) -> dict[str, Any]:
    output = next(iter(definition.specs_by_output))
    made = [item for item in results if not isinstance(item, AssetCheckResult)]
    if len(made) > 1:
        raise UnexpectedResultError(definition.label, f"yielded {len(made)} results; one asset has one.")
    if not made:
        return {} if definition.specs_by_output[output].skippable else {output: MaterializeResult()}
    result = made[0]
    named = (is_materialize_result(result) and result.asset_key is not None) or is_output(result)
    return {_output_of(definition, result): result} if named else {output: result}


def _several(
    definition: AssetsDefinition, wanted: frozenset[str] | None, results: Sequence[Any], returned: Any
) -> dict[str, Any]:
    """`{output: result}`; an output without a result counts as materialized unless it may be left out."""
    names = [name for name in definition.specs_by_output if wanted is None or name in wanted]
    if isinstance(returned, tuple):
        items: tuple[Any, ...] = returned  # pyright: ignore[reportUnknownVariableType]  # its items may be anything
        results = items if any(map(_is_result, items)) else [_named_pair(definition, names, items)]
    by_output: dict[str, Any] = {}
    for item in results:
        if isinstance(item, AssetCheckResult) or item is None:
            continue
        named = item if isinstance(item, _Pairs) else {_output_of(definition, item): item}
        for output, result in named.items():
            if output in by_output:
                raise UnexpectedResultError(definition.label, f"gave '{output}' twice.")
            if output not in names:
                raise UnexpectedResultError(definition.label, f"gave '{output}', which this run does not want.")
            by_output[output] = result
    _check_order(definition, by_output)
    if returned is None:
        by_output |= {n: MaterializeResult() for n in names if _carries_nothing(definition, n) and n not in by_output}
    if any(map(is_output, by_output.values())) or definition.types_by_output:
        _check_complete(definition, names, by_output)
        return by_output
    silent = [n for n in names if n not in by_output and not definition.specs_by_output[n].skippable]
    return by_output | {name: MaterializeResult() for name in silent}


def _check_order(definition: AssetsDefinition, outputs: Iterable[str]) -> None:
    """Refuse an asset that comes before one of the same definition that it depends on."""
    later: set[AssetKey] = set()
    for output in reversed([*outputs]):
        spec = definition.specs_by_output[output]
        before = next((dep.asset_key for dep in spec.deps if dep.asset_key in later), None)
        if before is not None:
            own, first = spec.key.to_user_string(), before.to_user_string()
            problem = f"gave asset '{own}' before its dependency '{first}'. Give '{first}' first."
            raise UnexpectedResultError(definition.label, problem)
        later.add(spec.key)


def _carries_nothing(definition: AssetsDefinition, output: str) -> bool:
    return definition.output_type(output).is_nothing and not definition.specs_by_output[output].skippable


class _Pairs(dict[str, Any]):
    """`{output: value}` of a tuple that was returned."""


def _is_result(item: object) -> bool:
    return is_output(item) or is_materialize_result(item) or isinstance(item, AssetCheckResult)


def _named_pair(definition: AssetsDefinition, names: Sequence[str], items: Sequence[object]) -> _Pairs:
    if len(items) != len(names):
        problem = f"returned {len(items)} values and makes {len(names)} assets ({', '.join(names)})."
        raise UnexpectedResultError(definition.label, problem)
    return _Pairs(zip(names, items, strict=True))


def _check_complete(definition: AssetsDefinition, names: Iterable[str], given: Mapping[str, object]) -> None:
    missing = [n for n in names if n not in given and not definition.specs_by_output[n].skippable]
    if missing:
        raise MissingOutputError(definition.label, definition.name, missing, definition.specs_by_output)


def _output_of(definition: AssetsDefinition, item: object) -> str:
    if is_output(item) and item.output_name in definition.specs_by_output:
        return item.output_name
    if is_materialize_result(item) and item.asset_key is not None:
        key = AssetKey.from_coercible(item.asset_key)
        if key in definition.keys:
            return definition.output_of(key)
    known = ", ".join(definition.specs_by_output)
    said = f"{type(item).__name__} of none of its assets" if _is_result(item) else type(item).__name__
    problem = f"gave {said}. Give a MaterializeResult with `asset_key`, or an Output with `output_name`, of: {known}."
    raise UnexpectedResultError(definition.label, problem)


def _made(definition: AssetsDefinition, output: str, result: Any, types: TypeCheckContext) -> StepOutput:
    if is_materialize_result(result) and not result.has_value:
        return StepOutput(output, NoValueSentinel, has_value=False)
    is_plain = not (is_materialize_result(result) or is_output(result))
    if is_plain and definition.wants_output:
        problem = f"is annotated to return an Output, and returned {type(result).__name__}. Wrap the value."
        raise UnexpectedResultError(definition.label, problem)
    value = result if is_plain else result.value
    check = check_value(definition.label, "output", output, definition.output_type(output), value, types)
    return StepOutput(output, value, has_value=not (is_plain and definition.stores_nothing), type_check=check)


def _items(returned: Any) -> Iterable[Any]:
    return returned  # type: ignore[no-any-return]  # a list or tuple


def check_outcome(definition: AssetChecksDefinition, returned: Any, partitions: PartitionSelection) -> Outcome:
    """Read the return value of a check's body; as in Dagster, a value that is not a result evaluates nothing.

    Raises:
        UnexpectedResultError: A result belongs to no declared check, or one of several is missing.
    """
    outcome = Outcome()
    results = _check_results(definition, returned, outcome)
    checked: list[_Checked] = [(result, None) for result in results]
    specs = tuple(definition.specs_by_key.values())
    may_miss = definition.can_subset or not (results or isinstance(returned, Yielded))
    _evaluate(definition.label, specs, checked, may_miss, outcome, partitions)
    value = results[0] if len(results) == 1 else results
    outcome.outputs.append(StepOutput("result", value, has_value=False))
    return outcome


def _check_results(definition: AssetChecksDefinition, returned: Any, outcome: Outcome) -> list[AssetCheckResult]:
    items = without_extra_events(returned, outcome)
    if not isinstance(returned, Yielded) and isinstance(returned, list | tuple):
        items = [*_items(returned)]
    if isinstance(returned, Yielded) or any(map(_is_result, items)):
        strange = [type(item).__name__ for item in items if not isinstance(item, AssetCheckResult)]
        if strange:
            wanted = "an AssetCheckResult" + (" for each check" if len(definition.specs_by_key) > 1 else "")
            raise UnexpectedResultError(definition.label, f"returned {', '.join(strange)}; return {wanted}.")
    return [item for item in items if isinstance(item, AssetCheckResult)]


def _evaluate(
    label: str,
    specs: Sequence[AssetCheckSpec],
    checked: Iterable[_Checked],
    is_subset: bool,  # of a private function
    outcome: Outcome,
    partitions: PartitionSelection,
) -> None:
    """Add the evaluation of each result to `outcome`, and the failure of a blocking check.

    Raises:
        UnexpectedResultError: A result belongs to no declared check, or a declared check has no result.
    """
    unmet = {spec.key: spec for spec in specs}
    for result, about in checked:
        spec = _spec_of(label, unmet, result, result.asset_key or about)
        del unmet[spec.key]
        partition = partitions.keys[0] if len(partitions.keys) == 1 else None
        outcome.evaluations.append(
            AssetCheckEvaluation(
                spec.asset_key,
                spec.name,
                result.passed,
                result.metadata,
                severity=result.severity,
                description=result.description,
                blocking=spec.blocking,
                partition=partition,
            )
        )
        if spec.blocking and not result.passed and result.severity is AssetCheckSeverity.ERROR:
            failed = CheckFailedError(spec.name, spec.asset_key.to_user_string(), result.description)
            outcome.error = outcome.error or failed
    if unmet and not is_subset:
        missing = ", ".join(f"'{key.name}' of '{key.asset_key.to_user_string()}'" for key in unmet)
        raise UnexpectedResultError(label, f"gave no result of its checks {missing}.")


def _spec_of(
    label: str, specs: Mapping[AssetCheckKey, AssetCheckSpec], result: AssetCheckResult, about: AssetKey | None
) -> AssetCheckSpec:
    found = [
        spec for key, spec in specs.items() if result.check_name in (None, key.name) and about in (None, key.asset_key)
    ]
    if len(found) != 1:
        known = ", ".join(f"'{key.name}' of '{key.asset_key.to_user_string()}'" for key in specs) or "none"
        named = f"'{result.check_name}'" if result.check_name else "without `check_name`"
        raise UnexpectedResultError(
            label, f"gave a check result {named}, which is no one declared check. Open: {known}."
        )
    return found[0]
