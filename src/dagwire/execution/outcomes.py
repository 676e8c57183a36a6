"""What a body's return value means: values for those downstream, and what is recorded of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.definitions.results import (
    AssetCheckEvaluation,
    AssetMaterialization,
    Remark,
    is_output,
    is_remark,
)
from dagwire.definitions.value_types import check_value
from dagwire.errors import UnexpectedResultError

RESULT = "result"


@dataclass(slots=True)
class Made:
    """One output that a step gave."""

    output: str
    value: Any
    is_handed_on: bool = True
    """Whether there is a value for those downstream; an asset that stored its data itself has none."""
    materializations: Sequence[AssetMaterialization] = ()
    metadata: Mapping[str, object] | None = None
    """What the step said of the value."""


@dataclass(slots=True)
class Outcome:
    """What one step came to."""

    made: list[Made] = field(default_factory=list[Made])
    remarks: list[Remark] = field(default_factory=list[Remark])
    evaluations: list[AssetCheckEvaluation] = field(default_factory=list[AssetCheckEvaluation])
    is_stored: bool = False
    """Whether IO managers have stored the values, and the record has what they said."""
    error: Exception | None = None
    """Set where the step ran well and fails all the same: a blocking check that did not pass."""


class Yielded(list[Any]):
    """What a generator body yielded; a class of its own, so that a body may return a plain list."""


def without_remarks(returned: Any, outcome: Outcome) -> list[Any]:
    """The results among what a body returned or yielded; what it said beside goes into `outcome`."""
    if not isinstance(returned, Yielded):
        return [returned]
    outcome.remarks += [item for item in returned if is_remark(item)]
    return [item for item in returned if not is_remark(item)]


def op_outcome(label: str, outs: Mapping[str, Any], classes: Mapping[str, Any], returned: Any) -> Outcome:
    """Read what an op returned.

    Args:
        label: How messages name the op.
        outs: `{output: Out}`.
        classes: `{output: what its value is held to be}`.
        returned: What it returned, or a `Yielded` of what it yielded.

    Raises:
        UnexpectedResultError: It is not what the op declares.
        WrongTypeError: A value is of another type than declared.
    """
    outcome = Outcome()
    results = without_remarks(returned, outcome)
    values = _yielded(label, results) if isinstance(returned, Yielded) else _returned(label, outs, returned)
    unknown = [name for name in values if name not in outs]
    missing = [name for name, out in outs.items() if out.is_required and name not in values and not _is_nothing(out)]
    if unknown or missing:
        problem = f"has the outputs {', '.join(outs)}; not given: {', '.join(missing) or 'none'}"
        raise UnexpectedResultError(label, f"{problem}; unknown: {', '.join(unknown) or 'none'}.")
    for name, given in values.items():
        value, metadata = (given.value, given.metadata) if is_output(given) else (given, None)
        check_value(label, f"output '{name}'", classes.get(name, ()), value)
        outcome.made.append(Made(name, value, is_handed_on=not _is_nothing(outs[name]), metadata=metadata))
    return outcome


def _is_nothing(out: Any) -> bool:
    return getattr(out.dagster_type, "__name__", "") == "Nothing"


def _yielded(label: str, results: list[Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in results:
        if not is_output(item):
            raise UnexpectedResultError(label, f"yielded {type(item).__name__}; yield Outputs.")
        if item.output_name in values:
            raise UnexpectedResultError(label, f"yielded its output '{item.output_name}' twice.")
        values[item.output_name] = item
    return values


def _returned(label: str, outs: Mapping[str, Any], returned: Any) -> dict[str, Any]:
    if not outs:
        return {}
    if is_output(returned) and returned.output_name in outs:
        return {returned.output_name: returned}
    if len(outs) == 1:
        return {next(iter(outs)): returned}
    if isinstance(returned, tuple):
        items: tuple[Any, ...] = returned  # pyright: ignore[reportUnknownVariableType]  # of anything
        if len(items) == len(outs):
            return dict(zip(outs, items, strict=True))
    problem = f"has {len(outs)} outputs ({', '.join(outs)}); return a tuple of as many, or yield Outputs."
    raise UnexpectedResultError(label, problem)
