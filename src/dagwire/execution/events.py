"""`DagsterEvent`: one event of a run, as results, listeners and the command line read it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from dagwire.definitions.specs.asset_events import AssetMaterialization, AssetObservation, as_materialization
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckEvaluation
from dagwire.definitions.specs.retries import Failure, RetryRequested
from dagwire.errors import DagwireError, InvalidInvocationError, StepExecutionError
from dagwire.execution.event_data import (
    AssetObservationData,
    EngineEventData,
    ErrorInfo,
    HandledOutputData,
    HookErroredData,
    JobCanceledData,
    JobFailureData,
    LoadedInputData,
    StepExpectationResultData,
    StepFailureData,
    StepInputData,
    StepMaterializationData,
    StepOutputData,
    StepOutputHandle,
    StepRetryData,
    StepSuccessData,
)
from dagwire.execution.event_types import DagsterEventType, EventKind
from dagwire.resources.dagster_run import DagsterRun

D = TypeVar("D")


_FAILURE_FIRST = (DagsterEventType.STEP_UP_FOR_RETRY, DagsterEventType.RUN_FAILURE)
"""Types whose data is a tuple of the failure and more."""


_SAID_OF_RUN = {
    DagsterEventType.RUN_START: 'Started execution of run for "{}".',
    DagsterEventType.RUN_SUCCESS: 'Finished execution of run for "{}".',
    DagsterEventType.RUN_FAILURE: 'Execution of run for "{}" failed.',
    DagsterEventType.RUN_CANCELED: 'Execution of run for "{}" canceled.',
}


@dataclass(slots=True, eq=False, repr=False)
class DagsterEvent(EventKind):
    """An event of a run; not to be changed.

    `data` is what the run wrote down. Most outputs have a name and no more, most materializations a key: then `data` is
    that name or key, and `event_specific_data` wraps it as Dagster does.
    """

    event_type: DagsterEventType
    step_key: str | None
    data: Any
    timestamp: float
    """Seconds since 1970, UTC."""
    run: DagsterRun

    @property
    def event_type_value(self) -> str:
        """The type as text."""
        return self.event_type.value

    @property
    def job_name(self) -> str:
        """The job of the run."""
        return self.run.job_name

    @property
    def node_name(self) -> str:
        """The name of the step's op or asset: without the graphs around it, and without a mapping key.

        Raises:
            InvalidInvocationError: The event belongs to the run, not to a step.
        """
        if self.step_key is None:
            raise InvalidInvocationError(f"Event {self.event_type.name}", "belongs to the run, not to a step.")
        return self.step_key.partition("[")[0].rpartition(".")[2]

    @property
    def logging_tags(self) -> dict[str, str]:
        """The run, job, step and op of a step's event, for log records; empty for an event of the run."""
        if self.step_key is None:
            return {}
        return {
            "run_id": self.run.run_id,
            "job_name": self.run.job_name,
            "step_key": self.step_key,
            "op_name": self.node_name,
        }

    @property
    def message(self) -> str:
        """The event in a few words; never a value. A run that ends has Dagster's words, which alerts quote."""
        if self.event_type in _SAID_OF_RUN:
            return _SAID_OF_RUN[self.event_type].format(self.job_name) + self._failed_steps
        subject = f"{self.step_key}: " if self.step_key else ""
        failed = f" ({type(self.error).__name__})" if self.error is not None else ""
        return f"{subject}{self.event_type.name.lower().replace('_', ' ')}{failed}"

    @property
    def _failed_steps(self) -> str:
        """The steps that failed, as the message of a run's failure lists them."""
        failed = self.data[2] if self.event_type is DagsterEventType.RUN_FAILURE else ()
        return f" Steps failed: {list(failed)}." if failed else ""

    def __repr__(self) -> str:
        """Name its type and step."""
        return f"DagsterEvent({self.event_type.name}, step_key={self.step_key!r})"

    # -- data ----------------------------------------------------------------------------------------------------------

    @property
    def error(self) -> BaseException | None:
        """The exception of a failure."""
        data = self.data[0] if self.event_type in _FAILURE_FIRST else self.data
        return data if isinstance(data, BaseException) else None

    @property
    def asset_key(self) -> AssetKey | None:
        """The asset that is materialized or observed here; None for any other event."""
        if isinstance(self.data, AssetMaterialization | AssetObservation):
            return self.data.asset_key
        return self.data if isinstance(self.data, AssetKey) else None

    @property
    def partition(self) -> str | None:
        """The partition that was made or checked, if there is one."""
        return getattr(self.data, "partition", None)

    @property
    def event_specific_data(self) -> Any:
        """The data of the event in the class for its type; None for a type that has none."""
        wrap = _DATA.get(self.event_type)
        return None if wrap is None else wrap(self)

    def _data_of(self, kind: type[D], member: str) -> D:
        data = self.event_specific_data
        if not isinstance(data, kind):
            raise InvalidInvocationError(f"Event {self.event_type.name}", f"has no `{member}`; its data is {data!r}.")
        return data

    @property
    def step_output_data(self) -> StepOutputData:
        """The output of a STEP_OUTPUT."""
        return self._data_of(StepOutputData, "step_output_data")

    @property
    def step_input_data(self) -> StepInputData:
        """The input of a STEP_INPUT."""
        return self._data_of(StepInputData, "step_input_data")

    @property
    def step_success_data(self) -> StepSuccessData:
        """The duration of a step, in its STEP_SUCCESS."""
        return self._data_of(StepSuccessData, "step_success_data")

    @property
    def step_failure_data(self) -> StepFailureData:
        """The reason of a STEP_FAILURE."""
        return self._data_of(StepFailureData, "step_failure_data")

    @property
    def step_retry_data(self) -> StepRetryData:
        """The failure and the delay of a STEP_UP_FOR_RETRY."""
        return self._data_of(StepRetryData, "step_retry_data")

    @property
    def step_materialization_data(self) -> StepMaterializationData:
        """The materialization of an ASSET_MATERIALIZATION."""
        return self._data_of(StepMaterializationData, "step_materialization_data")

    @property
    def materialization(self) -> AssetMaterialization:
        """The materialization of an ASSET_MATERIALIZATION, without its wrapping."""
        return self.step_materialization_data.materialization

    @property
    def asset_observation_data(self) -> AssetObservationData:
        """The observation of an ASSET_OBSERVATION."""
        return self._data_of(AssetObservationData, "asset_observation_data")

    @property
    def asset_check_evaluation_data(self) -> AssetCheckEvaluation:
        """The evaluation of an ASSET_CHECK_EVALUATION."""
        return self._data_of(AssetCheckEvaluation, "asset_check_evaluation_data")

    @property
    def step_expectation_result_data(self) -> StepExpectationResultData:
        """The expectation of a STEP_EXPECTATION_RESULT."""
        return self._data_of(StepExpectationResultData, "step_expectation_result_data")

    @property
    def hook_errored_data(self) -> HookErroredData:
        """The failure of a hook, in its HOOK_ERRORED."""
        return self._data_of(HookErroredData, "hook_errored_data")

    @property
    def engine_event_data(self) -> EngineEventData:
        """The data of a RESOURCE_INIT_*."""
        return self._data_of(EngineEventData, "engine_event_data")

    @property
    def job_failure_data(self) -> JobFailureData:
        """The reason of a RUN_FAILURE."""
        return self._data_of(JobFailureData, "job_failure_data")

    @property
    def job_canceled_data(self) -> JobCanceledData:
        """The interrupt of a RUN_CANCELED."""
        return self._data_of(JobCanceledData, "job_canceled_data")


def _failure_info(failure: BaseException, step_key: str | None) -> ErrorInfo:
    """The failure of a step as Dagster wraps it: an exception of the body is the cause of the step's own."""
    if isinstance(failure, DagwireError | Failure | RetryRequested):
        return ErrorInfo(failure)
    wrapped = StepExecutionError(str(step_key), failure)
    wrapped.__cause__ = failure
    return ErrorInfo(wrapped)


def _output_data(event: DagsterEvent) -> StepOutputData:
    if isinstance(event.data, str):
        return StepOutputData(StepOutputHandle(str(event.step_key), event.data))
    output_name, mapping_key, metadata, type_check = event.data
    return StepOutputData(StepOutputHandle(str(event.step_key), output_name, mapping_key), metadata, type_check)


def _engine_data(event: DagsterEvent) -> EngineEventData:
    return EngineEventData(None if event.error is None else ErrorInfo(event.error))


def _job_failure_data(event: DagsterEvent) -> JobFailureData:
    failure, first, _ = event.data
    return JobFailureData(ErrorInfo(failure), first)


_T = DagsterEventType
_DATA: Mapping[DagsterEventType, Callable[[DagsterEvent], object]] = {
    _T.STEP_OUTPUT: _output_data,
    _T.STEP_INPUT: lambda event: StepInputData(event.data) if isinstance(event.data, str) else event.data,
    _T.HANDLED_OUTPUT: lambda event: HandledOutputData(event.data) if isinstance(event.data, str) else event.data,
    _T.LOADED_INPUT: lambda event: LoadedInputData(event.data) if isinstance(event.data, str) else event.data,
    _T.STEP_SUCCESS: lambda event: StepSuccessData(event.data),
    _T.STEP_FAILURE: lambda event: StepFailureData(_failure_info(event.data, event.step_key)),
    _T.STEP_UP_FOR_RETRY: lambda event: StepRetryData(_failure_info(event.data[0], event.step_key), event.data[1]),
    _T.ASSET_MATERIALIZATION: lambda event: StepMaterializationData(as_materialization(event.data)),
    _T.ASSET_OBSERVATION: lambda event: AssetObservationData(event.data),
    _T.ASSET_CHECK_EVALUATION: lambda event: event.data,
    _T.STEP_EXPECTATION_RESULT: lambda event: StepExpectationResultData(event.data),
    _T.HOOK_ERRORED: lambda event: HookErroredData(ErrorInfo(event.data)),
    _T.RESOURCE_INIT_STARTED: _engine_data,
    _T.RESOURCE_INIT_SUCCESS: _engine_data,
    _T.RESOURCE_INIT_FAILURE: _engine_data,
    _T.RUN_FAILURE: _job_failure_data,
    _T.RUN_CANCELED: lambda event: JobCanceledData(ErrorInfo(event.data)),
}
"""`{type: the class of its data}`, made from what the run wrote down."""
