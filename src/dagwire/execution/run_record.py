"""`Record`: what has happened in a run so far."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from dagwire.definitions.ops.node import Node
from dagwire.definitions.ops.op import OpDefinition
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.results import AssetObservation, ExpectationResult, ExtraEvent
from dagwire.definitions.steps.output_handles import OutputHandle, Source
from dagwire.definitions.value_types.type_check import PASSED
from dagwire.execution.event_log import EventLog
from dagwire.execution.events import Event, EventType, StepOutputData
from dagwire.execution.outcomes import Outcome, StepOutput


class Record:
    """Events, values and losses of one run, which it lives as long as; steps may write to it from several threads."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        """`on_event` is told each event as it happens, one at a time."""
        self.events = EventLog()
        self.values: dict[str, dict[str, Any]] = {}
        self.first_failure: Exception | None = None
        self._metadata: dict[OutputHandle, Mapping[str, MetadataValue]] = {}
        """What was said of values, of those of which anything was."""
        self._unavailable: set[str] = set()
        """The steps that failed or were skipped: what comes after them is skipped."""
        self._on_event = on_event
        self._telling = threading.Lock()

    def emit(self, event_type: EventType, step_key: str | None = None, data: Any = None) -> None:
        """Write an event, and tell of it."""
        if self._on_event is None:
            self.events.add(event_type, step_key, data)
            return
        with self._telling:
            self.events.add(event_type, step_key, data)
            self._on_event(self.events[-1])

    def value(self, handle: OutputHandle) -> Any:
        """What a step gave; of a dynamic output `{mapping key: value}`, or the one value that the handle points at."""
        value = self.values[handle.node][handle.output]
        return value if handle.mapping_key is None else value[handle.mapping_key]

    def has(self, handle: OutputHandle) -> bool:
        """Whether a step gave it."""
        return handle.output in self.values.get(handle.node, ())

    def metadata_of(self, handle: OutputHandle) -> Mapping[str, MetadataValue] | None:
        """What a step said of a value."""
        return self._metadata.get(OutputHandle(handle.node, handle.output))

    def keys_of(self, handle: OutputHandle) -> Collection[str] | None:
        """The mapping keys of a dynamic output; None where the step gave nothing, not even no value."""
        return self.value(handle) if self.has(handle) else None

    def cannot_run(self, node: Node) -> bool:
        """Whether a step cannot run, because one before it failed, was skipped or gave nothing."""
        if self._unavailable and not self._unavailable.isdisjoint(node.after):
            return True
        if node.waits_for and not all(map(self._gave, node.waits_for)):
            return True
        return bool(node.inputs) and not all(map(self._gave, node.inputs.values()))

    def _gave(self, source: Source) -> bool:
        """Whether there is a value; of a list, one for any of it, unless there is nothing to wait for."""
        if isinstance(source, list):
            return not source or any(map(self.has, source))  # type: ignore[arg-type]  # in a node none is an InputHandle
        return self.has(source)  # type: ignore[arg-type]  # as above, and what is collected is a list by now

    def skip(self, node: Node) -> None:
        """Note that a step does not run."""
        if not isinstance(node.definition, OpDefinition) or not self._unavailable.isdisjoint(node.after):
            self._mark_unavailable(node)  # an op that lacks a value takes along only those that then lack one in turn
        self.emit(EventType.STEP_SKIPPED, node.name)

    def _mark_unavailable(self, node: Node) -> None:
        self._unavailable.add(node.name)
        if node.template is not None:
            self._unavailable.add(node.template)  # for whoever collects

    def fail(self, node: Node, failure: Exception) -> Exception:
        """Note that a step failed."""
        self._mark_unavailable(node)
        self.first_failure = self.first_failure or failure
        self.emit(EventType.STEP_FAILURE, node.name, failure)
        return failure

    def emit_events(self, step_key: str, extra_events: Iterable[ExtraEvent]) -> None:
        """Note what was said beside what a step makes."""
        for event in extra_events:
            self.emit(_type_of(event), step_key, event)

    def finish(self, node: Node, outcome: Outcome) -> Exception | None:
        """Note what a step came to; return its failure, where a blocking check did not pass."""
        name = node.name
        self.values[name] = _values_of(outcome)
        for output in outcome.outputs:
            if output.metadata:
                self._metadata[OutputHandle(name, output.name)] = output.metadata
        if not outcome.is_stored:
            self.emit_events(name, outcome.extra_events)
            for output in outcome.outputs:
                self.emit(EventType.STEP_OUTPUT, name, output_data(output))
                for materialization in output.materializations:
                    self.emit(EventType.ASSET_MATERIALIZATION, name, materialization)
                if output.has_value:
                    self.emit(EventType.HANDLED_OUTPUT, name, output.name)
        for evaluation in outcome.evaluations:
            self.emit(EventType.ASSET_CHECK_EVALUATION, name, evaluation)
        if outcome.error is not None:
            return self.fail(node, outcome.error)
        self.emit(EventType.STEP_SUCCESS, name)
        return None


def _values_of(outcome: Outcome) -> dict[str, Any]:
    """`{output: value}`; of a dynamic output the value is `{mapping key: value}`."""
    if not outcome.dynamic_outputs:
        return {output.name: output.value for output in outcome.outputs}
    values: dict[str, Any] = {output: {} for output in outcome.dynamic_outputs}
    for output in outcome.outputs:
        if output.mapping_key is None:
            values[output.name] = output.value
        else:
            values[output.name][output.mapping_key] = output.value
    return values


def output_data(output: StepOutput) -> str | StepOutputData:
    """What an event says of an output; its name, where there is no more to say."""
    if output.metadata is None and output.mapping_key is None and output.type_check is PASSED:
        return output.name
    return StepOutputData(output.name, output.mapping_key, output.metadata or {}, output.type_check)


def _type_of(event: ExtraEvent) -> EventType:
    if isinstance(event, ExpectationResult):
        return EventType.STEP_EXPECTATION_RESULT
    return EventType.ASSET_OBSERVATION if isinstance(event, AssetObservation) else EventType.ASSET_MATERIALIZATION
