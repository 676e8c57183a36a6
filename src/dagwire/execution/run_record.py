"""`Record`: the events, values and failure of a run so far."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from time import time
from typing import Any

from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.asset_events import (
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
    ExtraEvent,
)
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckEvaluationTargetMaterializationData
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.steps.output_handles import OutputHandle, Source
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.execution.outcomes import Outcome, StepOutput
from dagwire.resources.dagster_run import DagsterRun

_STEP_FAILURE = DagsterEventType.STEP_FAILURE
_FACTS = 4
"""Facts of one event: its type, step, data and time."""


class Record:
    """The events, values and failure of one run; lives as long as its result. Steps in threads share it."""

    def __init__(self, run: DagsterRun, on_event: Callable[[DagsterEvent], None] | None) -> None:
        """`on_event` is called with each event as it happens, one at a time."""
        self.values: dict[str, dict[str, Any]] = {}
        """`{step: {output: value}}`; the value of a dynamic output is `{mapping key: value}`."""
        self.first_failure: Exception | None = None
        """The failure of the step that failed first; the one place where a run's failure is kept."""
        self._run = run
        # The facts of all events in one flat list. Event objects of ten thousand steps would be looked through by the
        # garbage collector again and again, for half of the run's time.
        self._facts: list[Any] = []
        self._metadata: dict[OutputHandle, Mapping[str, MetadataValue]] = {}
        self._unavailable: set[str] = set()
        """The steps that failed or were skipped: the steps after them are skipped."""
        self._reused: Mapping[str, Collection[str]] = {}
        """`{step: outputs}` of the steps that an earlier run has done."""
        self._on_event = on_event
        self._notifying = threading.Lock()

    # -- events --------------------------------------------------------------------------------------------------------

    def emit(self, event_type: DagsterEventType, step_key: str | None = None, data: Any = None) -> None:
        """Write an event, and pass it to the listener."""
        facts = (event_type, step_key, data, time())
        if self._on_event is None:
            self._facts.extend(facts)  # in one call, so that no other thread writes in between
            return
        with self._notifying:
            self._facts.extend(facts)
            self._on_event(DagsterEvent(*facts, self._run))

    @property
    def is_heard(self) -> bool:
        """Whether somebody listens to the events."""
        return self._on_event is not None

    def write(self, facts: Iterable[object]) -> None:
        """Write the facts of several events, four of each; only where nobody listens."""
        self._facts.extend(facts)

    def events(self) -> Iterator[DagsterEvent]:
        """The events, in the order in which they happened."""
        return (DagsterEvent(*facts, self._run) for facts in self._written())

    def _written(self) -> Iterator[tuple[Any, Any, Any, Any]]:
        facts = iter(self._facts)
        return zip(facts, facts, facts, facts, strict=True)

    def emit_events(self, step_key: str, extra_events: Iterable[ExtraEvent]) -> None:
        """Write the events that a body or an IO manager logged."""
        for event in extra_events:
            self.emit(_type_of(event), step_key, event)

    def end(self, failure: BaseException | None) -> None:
        """Write the end of the run."""
        if failure is None:
            self.emit(DagsterEventType.RUN_SUCCESS)
        else:
            failed = [DagsterEvent(*facts, self._run) for facts in self._written() if facts[0] is _STEP_FAILURE]
            names = [event.step_key for event in failed]
            self.emit(DagsterEventType.RUN_FAILURE, data=(failure, next(iter(failed), None), names))

    # -- values --------------------------------------------------------------------------------------------------------

    def value(self, handle: OutputHandle) -> Any:
        """The value of an output; of a dynamic output `{mapping key: value}`, or the one value of the handle's key."""
        value = self.values[handle.node][handle.output]
        return value if handle.mapping_key is None else value[handle.mapping_key]

    def has(self, handle: OutputHandle) -> bool:
        """Whether a step gave the output, in this run or in the one that it goes on with."""
        return handle.output in self.values.get(handle.node, self._reused.get(handle.node, ()))

    def reuse(self, outputs_by_step: Mapping[str, Collection[str]]) -> None:
        """Note the steps that an earlier run has done, and the outputs that they gave."""
        self._reused = outputs_by_step

    def is_reused(self, step: str) -> bool:
        """Whether an earlier run has done a step."""
        return step in self._reused

    def metadata_of(self, handle: OutputHandle) -> Mapping[str, MetadataValue] | None:
        """The metadata that a step added to an output."""
        return self._metadata.get(OutputHandle(handle.node, handle.output))

    def keys_of(self, handle: OutputHandle) -> Collection[str] | None:
        """The mapping keys of a dynamic output; None if its step did not give the output."""
        return self.value(handle) if self.has(handle) else None

    # -- steps ---------------------------------------------------------------------------------------------------------

    def cannot_run(self, node: Node) -> bool:
        """Whether a step cannot run, because one before it failed, was skipped or gave nothing."""
        if self._unavailable and not self._unavailable.isdisjoint(node.after):
            return True
        if node.waits_for and not all(map(self._gave, node.waits_for)):
            return True
        return bool(node.inputs) and not all(map(self._gave, node.inputs.values()))

    def _gave(self, source: Source) -> bool:
        """Whether there is a value; one is enough for a list, and an empty list waits for nothing."""
        if isinstance(source, list):
            return not source or any(map(self.has, source))  # type: ignore[arg-type]  # in a node none is an InputHandle
        return self.has(source)  # type: ignore[arg-type]  # as above, and a collected output is a list by now

    def skip(self, node: Node) -> None:
        """Note that a step does not run."""
        if not isinstance(node.definition, OpDefinition) or not self._unavailable.isdisjoint(node.after):
            self._mark_unavailable(node)  # an op that lacks a value skips only those that then lack one in turn
        self.emit(DagsterEventType.STEP_SKIPPED, node.name)

    def _mark_unavailable(self, node: Node) -> None:
        self._unavailable.add(node.name)
        if node.template is not None:
            self._unavailable.add(node.template)  # for a step that collects

    def fail(self, node: Node, failure: Exception) -> None:
        """Note that a step failed."""
        self._mark_unavailable(node)
        self.emit(DagsterEventType.STEP_FAILURE, node.name, failure)
        self.first_failure = self.first_failure or failure

    def finish(self, node: Node, outcome: Outcome, duration_ms: float) -> None:
        """Note the outcome of a step: its success, or the failure of a blocking check."""
        name = node.name
        self.values[name] = _values_of(outcome)
        for output in outcome.outputs:
            if output.metadata:
                self._metadata[OutputHandle(name, output.name)] = output.metadata
        if not outcome.is_stored:
            self._emit_outputs(name, outcome)
        for evaluation in outcome.evaluations:
            target = self._latest_materialization(evaluation.asset_key)
            found = replace(evaluation, target_materialization_data=target)
            self.emit(DagsterEventType.ASSET_CHECK_EVALUATION, name, found)
        if outcome.error is not None:
            self.fail(node, outcome.error)
        else:
            self.emit(DagsterEventType.STEP_SUCCESS, name, duration_ms)

    def _latest_materialization(self, key: AssetKey) -> AssetCheckEvaluationTargetMaterializationData | None:
        """The materialization of an asset that a check of it verifies; None if this run has none."""
        for at in range(len(self._facts) - _FACTS, -1, -_FACTS):
            event_type, _, data, timestamp = self._facts[at : at + _FACTS]
            if event_type is DagsterEventType.ASSET_MATERIALIZATION and _key_of(data) == key:
                number = at // _FACTS + 1
                return AssetCheckEvaluationTargetMaterializationData(number, self._run.run_id, timestamp)
        return None

    def _emit_outputs(self, name: str, outcome: Outcome) -> None:
        self.emit_events(name, outcome.extra_events)
        for output in outcome.outputs:
            self.emit(DagsterEventType.STEP_OUTPUT, name, output_data(output))
            for materialization in output.materializations:
                self.emit(DagsterEventType.ASSET_MATERIALIZATION, name, materialization)
            if output.has_value:
                self.emit(DagsterEventType.HANDLED_OUTPUT, name, output.name)


def _values_of(outcome: Outcome) -> dict[str, Any]:
    """`{output: value}`; the value of a dynamic output is `{mapping key: value}`."""
    if not outcome.dynamic_outputs:
        return {output.name: output.value for output in outcome.outputs}
    values: dict[str, Any] = {output: {} for output in outcome.dynamic_outputs}
    for output in outcome.outputs:
        if output.mapping_key is None:
            values[output.name] = output.value
        else:
            values[output.name][output.mapping_key] = output.value
    return values


def output_data(output: StepOutput) -> str | tuple[str, str | None, Mapping[str, MetadataValue], TypeCheck]:
    """The data of an output's event: its name if that is all, else name, mapping key, metadata and type check."""
    if output.metadata is None and output.mapping_key is None and output.type_check is PASSED:
        return output.name
    return output.name, output.mapping_key, output.metadata or {}, output.type_check


def _type_of(event: ExtraEvent) -> DagsterEventType:
    if isinstance(event, ExpectationResult):
        return DagsterEventType.STEP_EXPECTATION_RESULT
    is_observation = isinstance(event, AssetObservation)
    return DagsterEventType.ASSET_OBSERVATION if is_observation else DagsterEventType.ASSET_MATERIALIZATION


def _key_of(kept: object) -> object:
    """The key of the asset whose materialization a run has kept."""
    return kept.asset_key if isinstance(kept, AssetMaterialization) else kept
