"""The outcome of an op, from the return value of its body."""

from collections.abc import Mapping
from typing import Any

from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.asset_events import is_extra_event
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.results import (
    DynamicOutput,
    is_dynamic_output,
    is_output,
)
from dagwire.definitions.steps.signature import RESULT
from dagwire.definitions.steps.type_checks import check_value
from dagwire.definitions.value_types.type_check import TypeCheckContext
from dagwire.definitions.value_types.value_annotations import is_output_annotation
from dagwire.errors import MissingOutputError, UnexpectedResultError
from dagwire.execution.outcomes import Outcome, StepOutput, Yielded, without_extra_events
from dagwire.execution.output_metadata import OutputMetadata
from dagwire.suggestions import quoted_list


def op_outcome(
    definition: OpDefinition, returned: object, added: OutputMetadata | None, types: TypeCheckContext
) -> Outcome:
    """Read what an op returned.

    Args:
        definition: Whose body it was.
        returned: What it returned, or a `Yielded` of what it yielded.
        added: The metadata that it gave to its context.
        types: The context of the type checks of its values.

    Raises:
        UnexpectedResultError: It is not what the op declares.
        WrongTypeError: A value is of another type than declared.
    """
    outcome = Outcome()
    outs = definition.outs
    results = without_extra_events(returned, outcome)
    is_whole = not isinstance(returned, Yielded)
    given = _returned(definition, returned) if is_whole else _yielded(definition, results)
    _check_complete(definition, given)
    for output, value in given.items():
        if outs[output].is_dynamic:
            outcome.outputs += _step_outputs(definition, output, value, added, types)
            outcome.dynamic_outputs = (*outcome.dynamic_outputs, output)
        else:
            outcome.outputs.append(_step_output(definition, output, value, added, types))
    return outcome


def _step_output(
    definition: OpDefinition, output: str, given: object, added: OutputMetadata | None, types: TypeCheckContext
) -> StepOutput:
    value = given.value if is_output(given) else given
    check = check_value(definition.label, "output", output, definition.output_type(output), value, types)
    return StepOutput(
        output,
        value,
        has_value=not definition.outs[output].is_nothing,
        metadata=_metadata(definition, given.metadata if is_output(given) else None, added, output),
        type_check=check,
    )


def _metadata(
    definition: OpDefinition, own: Mapping[str, object] | None, added: OutputMetadata | None, output: str
) -> Mapping[str, MetadataValue] | None:
    more = added.of(output) if added is not None else None
    if not own and not more:
        return None
    return normalized_metadata({**(own or {}), **(more or {})}, f"{definition.label}, output '{output}'")


def _step_outputs(
    definition: OpDefinition, output: str, given: object, added: OutputMetadata | None, types: TypeCheckContext
) -> list[StepOutput]:
    outputs_by_key: dict[str, StepOutput] = {}
    for item in _dynamic_outputs(definition, output, given):
        key = item.mapping_key
        if key in outputs_by_key:
            raise UnexpectedResultError(definition.label, f"gave two values with the mapping key '{key}'.")
        check = check_value(definition.label, "output", output, definition.output_type(output), item.value, types)
        more = added.of(output, key) if added is not None else None
        metadata = normalized_metadata({**item.metadata, **(more or {})}, f"{definition.label}, output '{output}'")
        outputs_by_key[key] = StepOutput(output, item.value, metadata=metadata, mapping_key=key, type_check=check)
    return list(outputs_by_key.values())


def _dynamic_outputs(definition: OpDefinition, output: str, given: object) -> list[DynamicOutput[Any]]:
    items: list[Any] = [*given] if isinstance(given, list) else [given]  # pyright: ignore[reportUnknownVariableType]  # of anything
    strange = [type(item).__name__ for item in items if not is_dynamic_output(item)]
    if strange or not isinstance(given, list):
        found = f"a list with {strange[0]}" if isinstance(given, list) else type(given).__name__
        problem = f"gave {found} as its dynamic output '{output}'. Yield DynamicOutputs, or return a list of them."
        raise UnexpectedResultError(definition.label, problem)
    return items


def _check_complete(definition: OpDefinition, given: Mapping[str, object]) -> None:
    outs = definition.outs
    unknown = [name for name in given if name not in outs]
    missing = [name for name, out in outs.items() if out.is_required and name not in given and not out.is_nothing]
    if unknown:
        problem = f"gave {quoted_list(unknown)}, which it does not declare. Its outputs: {quoted_list(outs)}."
        raise UnexpectedResultError(definition.label, problem)
    if missing:
        raise MissingOutputError(definition.label, definition.name, missing, outs)


def _yielded(definition: OpDefinition, results: list[Any]) -> dict[str, Any]:
    """`{output: its yielded item}`; for a dynamic output a list of items, which may be empty."""
    outs = definition.outs
    required = [name for name, out in outs.items() if out.is_dynamic and out.is_required]
    given: dict[str, Any] = {name: [] for name in required}
    for item in results:
        name = item.output_name if is_output(item) or is_dynamic_output(item) else ""
        is_dynamic = name in outs and outs[name].is_dynamic
        if not name or is_dynamic_output(item) is not is_dynamic:
            problem = f"yielded {type(item).__name__}; {_advice(item, is_dynamic)}."
            raise UnexpectedResultError(definition.label, problem)
        if is_dynamic:
            given.setdefault(name, []).append(item)
        elif name in given:
            raise UnexpectedResultError(definition.label, f"yielded its output '{name}' twice.")
        else:
            given[name] = item
    return given


def _advice(item: object, is_dynamic: bool) -> str:  # of a private function
    if is_dynamic:
        return "yield DynamicOutputs of it"
    return "declare its output as `out=DynamicOut()`" if is_dynamic_output(item) else "yield Outputs"


def _returned(definition: OpDefinition, returned: object) -> dict[str, Any]:
    outs = definition.outs
    if not outs:
        if returned is not None:
            problem = f"is declared to have no outputs, and gave {type(returned).__name__}."
            raise UnexpectedResultError(definition.label, problem)
        return {}
    if len(outs) == 1:
        return _one_returned(definition, next(iter(outs)), returned)
    if isinstance(returned, tuple):
        items: tuple[Any, ...] = returned  # pyright: ignore[reportUnknownVariableType]  # of anything
        if len(items) == len(outs):
            for output, item in zip(outs, items, strict=True):
                _check_name(definition, output, item, unnamed=RESULT)
            return dict(zip(outs, items, strict=True))
    problem = f"has {len(outs)} outputs ({', '.join(outs)}); return a tuple of as many, or yield Outputs."
    raise UnexpectedResultError(definition.label, problem)


def _one_returned(definition: OpDefinition, output: str, returned: object) -> dict[str, Any]:
    """The one output, given as an Output or as the value itself.

    Raises:
        UnexpectedResultError: It is an event, which a body yields or logs; or no Output, although one is annotated.
    """
    if is_output_annotation(definition.body.signature.returns) and not is_output(returned):
        problem = f"is annotated to return an Output, and returned {type(returned).__name__}. Wrap the value."
        raise UnexpectedResultError(definition.label, problem)
    if is_extra_event(returned):
        kind = type(returned).__name__
        problem = (
            f"returned an {kind}, which is not a value. Give it to `context.log_event`, or yield it beside Outputs."
        )
        raise UnexpectedResultError(definition.label, problem)
    _check_name(definition, output, returned, RESULT)
    return {output: returned}


def _check_name(definition: OpDefinition, output: str, item: object, unnamed: str | None = None) -> None:
    """Refuse an Output that names another output than its own; `unnamed` is not such a name."""
    if is_output(item) and item.output_name not in (output, unnamed):
        problem = f"gave an Output of '{item.output_name}' in the place of its output '{output}'."
        raise UnexpectedResultError(definition.label, problem)
