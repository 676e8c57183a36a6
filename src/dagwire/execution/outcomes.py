"""The outcome of a step: its values for downstream steps, and the facts to record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.definitions.specs.asset_events import ExtraEvent, Materialized, is_extra_event
from dagwire.definitions.specs.check_results import AssetCheckEvaluation
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck


@dataclass(slots=True, eq=False)
class StepOutput:
    """An output of a step."""

    name: str
    value: Any
    has_value: bool = True
    """Whether there is a value for downstream steps; an asset that stored its data itself has none."""
    materializations: Sequence[Materialized] = ()
    metadata: Mapping[str, MetadataValue] | None = None
    """Facts about the value; None for none."""
    mapping_key: str | None = None
    """The value's key, for a dynamic output."""
    type_check: TypeCheck = PASSED
    """The result of the check of its value."""


@dataclass(slots=True, eq=False)
class Outcome:
    """The outcome of one step."""

    outputs: list[StepOutput] = field(default_factory=list[StepOutput])
    extra_events: list[ExtraEvent] = field(default_factory=list[ExtraEvent])
    evaluations: list[AssetCheckEvaluation] = field(default_factory=list[AssetCheckEvaluation])
    is_stored: bool = False
    """Whether IO managers have stored the values, and the record has their events."""
    error: Exception | None = None
    """Set if the body ran well and the step fails all the same: a blocking check that did not pass."""
    dynamic_outputs: Sequence[str] = ()
    """The dynamic outputs that the step gave, those of no value included."""


class Yielded(list[Any]):
    """The items that a generator body yielded; a class of its own, so that a body may return a plain list."""


def without_extra_events(returned: Any, outcome: Outcome) -> list[Any]:
    """The results among the items that a body returned or yielded; its extra events go into `outcome`."""
    if not isinstance(returned, Yielded):
        return [returned]
    outcome.extra_events += [item for item in returned if is_extra_event(item)]
    return [item for item in returned if not is_extra_event(item)]
