"""`Record`: what has happened in a run so far."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from dagwire.definitions.composition import OutputHandle
from dagwire.definitions.node import Node
from dagwire.definitions.results import AssetObservation, ExpectationResult, Remark
from dagwire.execution.events import Event, EventType
from dagwire.execution.outcomes import Outcome


class Record:
    """Events, values and losses of one run, which it lives as long as; steps may write to it from several threads."""

    def __init__(self, on_event: Callable[[Event], None] | None) -> None:
        """`on_event` is told each event as it happens, one at a time."""
        self.events: list[Event] = []
        self.values: dict[str, dict[str, Any]] = {}
        self.first_failure: Exception | None = None
        self._lost: set[str] = set()
        """The steps that failed or were skipped: what comes after them is skipped."""
        self._on_event = on_event
        self._telling = threading.Lock()

    def emit(self, event_type: EventType, step_key: str | None = None, data: Any = None) -> None:
        """Write an event, and tell of it."""
        event = Event(event_type, step_key, data)
        if self._on_event is None:
            self.events.append(event)  # of a list, one append never meets another
            return
        with self._telling:
            self.events.append(event)
            self._on_event(event)

    def value(self, handle: OutputHandle) -> Any:
        """What a step gave."""
        return self.values[handle.node][handle.output]

    def has(self, handle: OutputHandle) -> bool:
        """Whether a step gave it."""
        return handle.output in self.values.get(handle.node, ())

    def is_lost(self, node: Node) -> bool:
        """Whether a step cannot run, because one before it failed, was skipped or gave nothing."""
        if self._lost and not self._lost.isdisjoint(node.after):
            return True
        if node.waits_for and not all(map(self.has, node.waits_for)):
            return True
        return bool(node.inputs) and any(
            not (any(map(self.has, source)) if isinstance(source, list) else self.has(source))  # type: ignore[arg-type]  # in a node none is an InputHandle
            for source in node.inputs.values()
        )

    def skip(self, node: Node) -> None:
        """Note that a step does not run."""
        self._lost.add(node.name)
        self.emit(EventType.STEP_SKIPPED, node.name)

    def fail(self, node: Node, failure: Exception) -> Exception:
        """Note that a step failed."""
        self._lost.add(node.name)
        self.first_failure = self.first_failure or failure
        self.emit(EventType.STEP_FAILURE, node.name, failure)
        return failure

    def say(self, step_key: str, remarks: Iterable[Remark]) -> None:
        """Note what was said beside what a step makes."""
        for remark in remarks:
            self.emit(_type_of(remark), step_key, remark)

    def finish(self, node: Node, outcome: Outcome) -> Exception | None:
        """Note what a step came to; return its failure, where a blocking check did not pass."""
        name = node.name
        self.values[name] = {made.output: made.value for made in outcome.made}
        if not outcome.is_stored:
            self.say(name, outcome.remarks)
            for made in outcome.made:
                self.emit(EventType.STEP_OUTPUT, name, made.output)
                for materialization in made.materializations:
                    self.emit(EventType.ASSET_MATERIALIZATION, name, materialization)
                if made.is_handed_on:
                    self.emit(EventType.HANDLED_OUTPUT, name, made.output)
        for evaluation in outcome.evaluations:
            self.emit(EventType.ASSET_CHECK_EVALUATION, name, evaluation)
        if outcome.error is not None:
            return self.fail(node, outcome.error)
        self.emit(EventType.STEP_SUCCESS, name)
        return None


def _type_of(remark: Remark) -> EventType:
    if isinstance(remark, ExpectationResult):
        return EventType.STEP_EXPECTATION_RESULT
    return EventType.ASSET_OBSERVATION if isinstance(remark, AssetObservation) else EventType.ASSET_MATERIALIZATION
