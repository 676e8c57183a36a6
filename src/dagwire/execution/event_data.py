"""The data of each kind of event, under Dagster's names."""

import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Self

from dagwire.definitions.specs.asset_events import AssetMaterialization, AssetObservation, ExpectationResult
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.retries import Failure
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck

if TYPE_CHECKING:
    from dagwire.execution.events import DagsterEvent


# -- values ------------------------------------------------------------------------------------------------------------


class StepOutputHandle(NamedTuple):
    """The address of an output."""

    step_key: str
    output_name: str = "result"
    mapping_key: str | None = None
    """The key of the value, for a dynamic output."""


class StepOutputData(NamedTuple):
    """An output of a step, without its value."""

    step_output_handle: StepOutputHandle
    metadata: Mapping[str, MetadataValue] = {}
    type_check: TypeCheck = PASSED

    @property
    def output_name(self) -> str:
        """The name of the output."""
        return self.step_output_handle.output_name

    @property
    def mapping_key(self) -> str | None:
        """The key of the value, for a dynamic output."""
        return self.step_output_handle.mapping_key

    @property
    def type_check_data(self) -> "TypeCheckData":
        """The result of the check of its value."""
        return TypeCheckData.of(self.output_name, self.type_check)


class StepInputData(NamedTuple):
    """An input that a step has received, without its value."""

    input_name: str
    type_check: TypeCheck = PASSED

    @property
    def type_check_data(self) -> "TypeCheckData":
        """The result of the check of its value."""
        return TypeCheckData.of(self.input_name, self.type_check)


class TypeCheckData(NamedTuple):
    """The result of the check of one value."""

    success: bool
    label: str
    """The name of the input or output."""
    description: str | None
    metadata: Mapping[str, MetadataValue]

    @classmethod
    def of(cls, label: str, check: TypeCheck) -> Self:
        """Name the input or output of a check."""
        return cls(check.success, label, check.description, check.metadata)


class HandledOutputData(NamedTuple):
    """A value that an IO manager has stored, or that stays in memory."""

    output_name: str
    manager_key: str | None = None
    """The IO manager; None in memory."""
    metadata: Mapping[str, MetadataValue] = {}
    """The metadata that the IO manager added."""


class LoadedInputData(NamedTuple):
    """A value that an IO manager has loaded, or that was taken from memory."""

    input_name: str
    manager_key: str | None = None
    """The input manager; None in memory."""
    upstream_output_name: str | None = None
    upstream_step_key: str | None = None
    """The upstream step; None if no step of the run made the value, and in memory."""
    metadata: Mapping[str, MetadataValue] = {}
    """The input's own metadata, and the input manager's."""


# -- records -----------------------------------------------------------------------------------------------------------


class StepMaterializationData(NamedTuple):
    """The materialization of an asset."""

    materialization: AssetMaterialization


class AssetObservationData(NamedTuple):
    """The observation of an asset."""

    asset_observation: AssetObservation


class StepExpectationResultData(NamedTuple):
    """The result of an expectation."""

    expectation_result: ExpectationResult


# -- ends --------------------------------------------------------------------------------------------------------------


class ErrorInfo(NamedTuple):
    """An exception as text."""

    exception: BaseException

    @property
    def message(self) -> str:
        """The last lines of its traceback: its class and its message."""
        return "".join(traceback.format_exception_only(self.exception))

    @property
    def cls_name(self) -> str:
        """The name of its class."""
        return type(self.exception).__name__

    @property
    def stack(self) -> list[str]:
        """The frames of its traceback, as text."""
        return traceback.format_tb(self.exception.__traceback__)

    @property
    def cause(self) -> "ErrorInfo | None":
        """The exception that it was raised from."""
        return ErrorInfo(self.exception.__cause__) if self.exception.__cause__ is not None else None

    def to_string(self) -> str:
        """The whole traceback."""
        return "".join(traceback.format_exception(self.exception))


class StepSuccessData(NamedTuple):
    """The success of a step."""

    duration_ms: float


class StepRetryData(NamedTuple):
    """A failure after which the step is tried again."""

    error: ErrorInfo
    seconds_to_wait: float | None = None


class StepFailureData(NamedTuple):
    """The reason of a step's failure."""

    error: ErrorInfo

    @property
    def user_failure_data(self) -> Failure | None:
        """The `Failure` that the body raised, with its description and metadata; None if it raised another error."""
        return self.error.exception if isinstance(self.error.exception, Failure) else None


class HookErroredData(NamedTuple):
    """The failure of a hook."""

    error: ErrorInfo


class EngineEventData(NamedTuple):
    """The opening of resources."""

    error: ErrorInfo | None = None
    """The failure, if one could not be opened."""


class JobFailureData(NamedTuple):
    """The reason of a run's failure."""

    error: ErrorInfo
    first_step_failure_event: "DagsterEvent | None" = None
    """The failure of the step that failed first; None if it was a resource that failed."""


class JobCanceledData(NamedTuple):
    """The interrupt that ended a run."""

    error: ErrorInfo
