"""`StepValues`: the values and metadata of a step's outputs, as hooks see them."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Self

from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.results import is_dynamic_output, is_output
from dagwire.execution.outcomes import StepOutput
from dagwire.execution.output_metadata import OutputMetadata


class StepValues(NamedTuple):
    """The values and metadata of a step's outputs; of a dynamic output a dict by mapping key."""

    values: Mapping[str, Any]
    metadata: Mapping[str, Any]

    @classmethod
    def of(cls, outputs: Iterable[StepOutput]) -> Self:
        """Put together the outputs of a step."""
        values: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        for output in outputs:
            _put(values, output, output.value)
            if output.metadata:
                _put(metadata, output, output.metadata)
        return cls(values, metadata)


def _put(into: dict[str, Any], output: StepOutput, fact: object) -> None:
    if output.mapping_key is None:
        into[output.name] = fact
    else:
        into.setdefault(output.name, {})[output.mapping_key] = fact


def outputs_before_failure(items: Iterable[object], added: OutputMetadata | None) -> list[StepOutput]:
    """The outputs that a body had yielded before it failed."""
    return [_yielded_output(item, added) for item in items if is_output(item) or is_dynamic_output(item)]


def _yielded_output(item: Any, added: OutputMetadata | None) -> StepOutput:
    key: str | None = item.mapping_key if is_dynamic_output(item) else None
    more = added.of(item.output_name, key) if added is not None else None
    metadata: Mapping[str, MetadataValue] = normalized_metadata({**(item.metadata or {}), **(more or {})}, "an output")
    return StepOutput(item.output_name, item.value, metadata=metadata, mapping_key=key)
