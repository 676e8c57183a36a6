"""`MetadataInContext`: metadata and events that a body adds by its context."""

from collections.abc import Mapping
from typing import Any

from dagwire.definitions.specs.asset_events import ExtraEvent, is_extra_event
from dagwire.definitions.specs.results import is_dynamic_output, is_output
from dagwire.errors import InvalidInvocationError, InvariantViolationError, UnknownNameError
from dagwire.execution.output_metadata import OutputMetadata


class MetadataInContext:
    """The part of a context that takes metadata and events; what was added outlives the call, for tests to read."""

    _definition: Any

    def _forget(self) -> None:
        """Start without metadata and events."""
        self.added_metadata: OutputMetadata = OutputMetadata()
        """The metadata that `add_output_metadata` was called with."""
        self.extra_events: list[ExtraEvent] = []
        """The events that `log_event` was called with."""
        self._observed: set[tuple[str, str | None]] = set()

    @property
    def is_untouched(self) -> bool:
        """Whether neither metadata nor an event was added, and no output observed."""
        return not (self.extra_events or self._observed or self.added_metadata.is_some)

    def add_output_metadata(
        self, metadata: Mapping[str, object], output_name: str | None = None, mapping_key: str | None = None
    ) -> None:
        """Add metadata to an output; it is merged over the metadata that the body returns.

        Args:
            metadata: `{name: value}`.
            output_name: The output, if there are several.
            mapping_key: The key of the value, if the output is dynamic.

        Raises:
            UnknownNameError: There is no such output.
            InvalidInvocationError: There are several outputs or values, and none is named.
            InvariantViolationError: The body has yielded the output already.
        """
        named = self._output_of_metadata(output_name, mapping_key)
        if (named, mapping_key) in self._observed:
            msg = f"{self._definition.label} yielded its output '{named}' before it added metadata. Add it first."
            raise InvariantViolationError(msg)
        self.added_metadata.add(metadata, named, mapping_key)

    def _output_of_metadata(self, output_name: str | None, mapping_key: str | None) -> str:
        outputs = list(self._definition.output_names)
        if output_name is None and len(outputs) > 1:
            problem = f"needs `output_name`, because there are several outputs: {', '.join(outputs)}."
            raise InvalidInvocationError("add_output_metadata", problem)
        if output_name is not None and output_name not in outputs:
            raise UnknownNameError(f"output of {self._definition.label}", output_name, outputs)
        named = output_name or next(iter(outputs), "")
        if mapping_key is None and named in self._definition.dynamic_output_names:
            problem = f"needs `mapping_key`, because the output '{named}' is dynamic."
            raise InvalidInvocationError("add_output_metadata", problem)
        return named

    def get_output_metadata(self, output_name: str, mapping_key: str | None = None) -> Mapping[str, object] | None:
        """Return the metadata added to an output, or to one value of a dynamic output; None if there is none."""
        return self.added_metadata.of(output_name, mapping_key) or None

    @property
    def output_metadata(self) -> Mapping[str, object]:
        """The metadata that was added to the only output."""
        return self.added_metadata.of("result")

    def observe(self, item: object) -> None:
        """Take note of an output that the body yields: no metadata can be added to it any more."""
        if is_output(item):
            self._observed.add((item.output_name, None))
        elif is_dynamic_output(item):
            self._observed.add((item.output_name, item.mapping_key))

    def log_event(self, event: ExtraEvent) -> None:
        """Record an AssetMaterialization, AssetObservation or ExpectationResult.

        Raises:
            InvalidInvocationError: The event is of another kind.
        """
        if not is_extra_event(event):
            problem = f"got {type(event).__name__}; it takes materializations, observations and expectation results."
            raise InvalidInvocationError("log_event", problem)
        self.extra_events.append(event)

    def get_events(self) -> list[ExtraEvent]:
        """Return the events of `log_event`."""
        return list(self.extra_events)

    def has_events(self) -> bool:
        """Whether `log_event` was called."""
        return bool(self.extra_events)
