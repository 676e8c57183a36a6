"""The typed stream of what happens in a run; results, the command line and a page read the same events."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self

from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.results import (
    AssetCheckEvaluation,
    AssetMaterialization,
    ExpectationResult,
    as_materialization,
)
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck
from dagwire.execution.failure_data import ErrorInfo, FailureData


class EventType(StrEnum):
    """What happened; the values are Dagster's."""

    RUN_START = "PIPELINE_START"
    RUN_SUCCESS = "PIPELINE_SUCCESS"
    RUN_FAILURE = "PIPELINE_FAILURE"
    RUN_CANCELED = "PIPELINE_CANCELED"
    RESOURCE_INIT_STARTED = "RESOURCE_INIT_STARTED"
    RESOURCE_INIT_SUCCESS = "RESOURCE_INIT_SUCCESS"
    RESOURCE_INIT_FAILURE = "RESOURCE_INIT_FAILURE"
    STEP_START = "STEP_START"
    STEP_UP_FOR_RETRY = "STEP_UP_FOR_RETRY"
    STEP_RESTARTED = "STEP_RESTARTED"
    LOADED_INPUT = "LOADED_INPUT"
    STEP_INPUT = "STEP_INPUT"
    STEP_OUTPUT = "STEP_OUTPUT"
    HANDLED_OUTPUT = "HANDLED_OUTPUT"
    STEP_SUCCESS = "STEP_SUCCESS"
    STEP_FAILURE = "STEP_FAILURE"
    STEP_SKIPPED = "STEP_SKIPPED"
    ASSET_MATERIALIZATION = "ASSET_MATERIALIZATION"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"


class HandledOutput(NamedTuple):
    """A value that an IO manager has stored, or that was handed on in memory."""

    output_name: str
    manager_key: str | None = None
    """The IO manager; None in memory."""
    metadata: Mapping[str, MetadataValue] = {}
    """What the IO manager said of it."""


class LoadedInput(NamedTuple):
    """A value that an IO manager has loaded, or that was handed on in memory."""

    input_name: str
    manager_key: str | None = None
    """The input manager; None in memory."""
    upstream_output_name: str | None = None
    upstream_step_key: str | None = None
    """The step that gave the value; None where no step of the run did, and in memory."""
    metadata: Mapping[str, MetadataValue] = {}
    """The input's own metadata, and what the input manager said."""


class StepOutputData(NamedTuple):
    """Which output a step gave, and what it said of the value; without the value."""

    output_name: str
    mapping_key: str | None = None
    """Which value it is, of a dynamic output."""
    metadata: Mapping[str, MetadataValue] = {}
    type_check: TypeCheck = PASSED

    @property
    def type_check_data(self) -> "TypeCheckData":
        """The result of the check of its value."""
        return TypeCheckData.of(self.output_name, self.type_check)


class StepInputData(NamedTuple):
    """An input that a step took, without the value."""

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


class ExpectationData(NamedTuple):
    """What was expected, as Dagster wraps it."""

    expectation_result: ExpectationResult


@dataclass(slots=True, eq=False)
class Event:
    """One thing that happened in a run; not to be changed."""

    event_type: EventType
    step_key: str | None = None
    data: Any = None
    """What is recorded, was raised, or an IO manager did; an asset's key; the name of an input, output or hook."""
    timestamp: float = field(default_factory=time.time)
    """Seconds since 1970, UTC."""

    @property
    def event_type_value(self) -> str:
        """The type as text."""
        return self.event_type.value

    @property
    def materialization(self) -> AssetMaterialization:
        """What was materialized, of an ASSET_MATERIALIZATION; most have a key and no more, which `data` then is."""
        return as_materialization(self.data)

    @property
    def evaluation(self) -> AssetCheckEvaluation:
        """What a check found, of an ASSET_CHECK_EVALUATION."""
        return self.data  # type: ignore[no-any-return]  # by the event's type

    @property
    def step_output_data(self) -> StepOutputData:
        """Which output was given, of a STEP_OUTPUT; most outputs have a name and no more, which `data` then is."""
        return self.data if isinstance(self.data, StepOutputData) else StepOutputData(self.data)

    @property
    def step_input_data(self) -> StepInputData:
        """The input of a STEP_INPUT; `data` is its name alone, unless the check of its type has more to report."""
        return self.data if isinstance(self.data, StepInputData) else StepInputData(self.data)

    @property
    def handled_output(self) -> HandledOutput:
        """What was stored or handed on, of a HANDLED_OUTPUT."""
        return self.data if isinstance(self.data, HandledOutput) else HandledOutput(self.data)

    @property
    def loaded_input(self) -> LoadedInput:
        """What was loaded or handed on, of a LOADED_INPUT."""
        return self.data if isinstance(self.data, LoadedInput) else LoadedInput(self.data)

    @property
    def event_specific_data(self) -> Any:
        """What the event is about; Dagster's second name for `data`."""
        if self.event_type is EventType.HANDLED_OUTPUT:
            return self.handled_output
        if self.event_type is EventType.STEP_OUTPUT:
            return self.step_output_data
        if self.event_type is EventType.STEP_INPUT:
            return self.step_input_data
        if self.event_type is EventType.ASSET_MATERIALIZATION:
            return self.step_materialization_data
        if self.event_type is EventType.STEP_EXPECTATION_RESULT:
            return self.step_expectation_result_data
        return self.loaded_input if self.event_type is EventType.LOADED_INPUT else self.data

    @property
    def step_materialization_data(self) -> "Event":
        """The event itself, of which `materialization` tells; Dagster keeps that one step further in."""
        return self

    @property
    def error(self) -> BaseException | None:
        """What was raised, of a failure."""
        return self.data if isinstance(self.data, BaseException) else None

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that the event is about, where it is about one."""
        return self.data if isinstance(self.data, AssetKey) else getattr(self.data, "asset_key", None)

    @property
    def partition(self) -> str | None:
        """The partition that was made or checked, where it is one."""
        return getattr(self.data, "partition", None)

    @property
    def asset_check_evaluation(self) -> AssetCheckEvaluation:
        """`evaluation`, under Dagster's second name for it."""
        return self.evaluation

    @property
    def step_failure_data(self) -> FailureData | None:
        """Why the step failed, of a STEP_FAILURE."""
        return FailureData(ErrorInfo(self.error)) if self.is_step_failure and self.error is not None else None

    @property
    def step_expectation_result_data(self) -> ExpectationData:
        """What was expected, of a STEP_EXPECTATION_RESULT."""
        return ExpectationData(self.data)

    @property
    def message(self) -> str:
        """What happened, in a few words; never a value."""
        subject = f"{self.step_key}: " if self.step_key else ""
        failed = f" ({type(self.error).__name__})" if self.error is not None else ""
        return f"{subject}{self.event_type.name.lower().replace('_', ' ')}{failed}"

    @property
    def is_job_success(self) -> bool:
        """Whether the run ends well here."""
        return self.event_type is EventType.RUN_SUCCESS

    @property
    def is_job_failure(self) -> bool:
        """Whether the run fails here."""
        return self.event_type is EventType.RUN_FAILURE

    @property
    def is_handled_output(self) -> bool:
        """Whether a value was stored or handed on here."""
        return self.event_type is EventType.HANDLED_OUTPUT

    @property
    def is_loaded_input(self) -> bool:
        """Whether a value was loaded or taken here."""
        return self.event_type is EventType.LOADED_INPUT

    @property
    def is_expectation_result(self) -> bool:
        """Whether something was said of what was expected."""
        return self.event_type is EventType.STEP_EXPECTATION_RESULT

    @property
    def is_step_event(self) -> bool:
        """Whether it is of one step, and not of the run."""
        return self.step_key is not None

    @property
    def is_step_skipped(self) -> bool:
        """Whether a step is skipped here."""
        return self.event_type is EventType.STEP_SKIPPED

    @property
    def is_step_up_for_retry(self) -> bool:
        """Whether a step failed here, to be tried again."""
        return self.event_type is EventType.STEP_UP_FOR_RETRY

    @property
    def is_step_restarted(self) -> bool:
        """Whether a step is tried again here."""
        return self.event_type is EventType.STEP_RESTARTED

    @property
    def is_successful_output(self) -> bool:
        """Whether a step gave an output here."""
        return self.event_type is EventType.STEP_OUTPUT

    @property
    def is_step_materialization(self) -> bool:
        """Whether an asset was materialized here."""
        return self.event_type is EventType.ASSET_MATERIALIZATION

    @property
    def is_asset_observation(self) -> bool:
        """Whether an asset was observed here."""
        return self.event_type is EventType.ASSET_OBSERVATION

    @property
    def is_hook_event(self) -> bool:
        """Whether a hook was called here."""
        return self.event_type in (EventType.HOOK_COMPLETED, EventType.HOOK_ERRORED)

    @property
    def is_failure(self) -> bool:
        """Whether the run or a step failed here."""
        return self.event_type in (EventType.STEP_FAILURE, EventType.RUN_FAILURE, EventType.RESOURCE_INIT_FAILURE)

    @property
    def is_step_start(self) -> bool:
        """Whether a step starts here."""
        return self.event_type is EventType.STEP_START

    @property
    def is_step_success(self) -> bool:
        """Whether a step is done here."""
        return self.event_type is EventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step fails here."""
        return self.event_type is EventType.STEP_FAILURE
