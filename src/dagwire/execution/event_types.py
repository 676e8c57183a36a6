"""`DagsterEventType`: the kinds of events, and the questions that an event answers about its kind."""

from enum import Enum


class DagsterEventType(str, Enum):  # noqa: UP042  # a StrEnum prints its value, Dagster's prints its name
    """The kind of an event. Some of Dagster's kinds never happen in a run of one process."""

    RUN_START = "PIPELINE_START"
    RUN_SUCCESS = "PIPELINE_SUCCESS"
    RUN_FAILURE = "PIPELINE_FAILURE"
    RUN_CANCELED = "PIPELINE_CANCELED"
    RUN_ENQUEUED = "PIPELINE_ENQUEUED"
    RUN_DEQUEUED = "PIPELINE_DEQUEUED"
    RUN_STARTING = "PIPELINE_STARTING"
    RUN_CANCELING = "PIPELINE_CANCELING"
    PIPELINE_START = RUN_START
    PIPELINE_SUCCESS = RUN_SUCCESS
    PIPELINE_FAILURE = RUN_FAILURE
    PIPELINE_CANCELED = RUN_CANCELED
    PIPELINE_ENQUEUED = RUN_ENQUEUED
    PIPELINE_DEQUEUED = RUN_DEQUEUED
    PIPELINE_STARTING = RUN_STARTING
    PIPELINE_CANCELING = RUN_CANCELING
    ENGINE_EVENT = "ENGINE_EVENT"
    LOGS_CAPTURED = "LOGS_CAPTURED"
    RESOURCE_INIT_STARTED = "RESOURCE_INIT_STARTED"
    RESOURCE_INIT_SUCCESS = "RESOURCE_INIT_SUCCESS"
    RESOURCE_INIT_FAILURE = "RESOURCE_INIT_FAILURE"
    STEP_WORKER_STARTING = "STEP_WORKER_STARTING"
    STEP_WORKER_STARTED = "STEP_WORKER_STARTED"
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
    ASSET_MATERIALIZATION_PLANNED = "ASSET_MATERIALIZATION_PLANNED"
    ASSET_FAILED_TO_MATERIALIZE = "ASSET_FAILED_TO_MATERIALIZE"
    ASSET_OBSERVATION = "ASSET_OBSERVATION"
    ASSET_CHECK_EVALUATION = "ASSET_CHECK_EVALUATION"
    ASSET_CHECK_EVALUATION_PLANNED = "ASSET_CHECK_EVALUATION_PLANNED"
    STEP_EXPECTATION_RESULT = "STEP_EXPECTATION_RESULT"
    HOOK_COMPLETED = "HOOK_COMPLETED"
    HOOK_ERRORED = "HOOK_ERRORED"
    HOOK_SKIPPED = "HOOK_SKIPPED"


_FAILURES = (DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE, DagsterEventType.RESOURCE_INIT_FAILURE)
_OF_HOOKS = (DagsterEventType.HOOK_COMPLETED, DagsterEventType.HOOK_ERRORED, DagsterEventType.HOOK_SKIPPED)


class EventKind:
    """The `is_` properties of an event."""

    __slots__ = ()

    event_type: DagsterEventType
    step_key: str | None

    @property
    def is_step_event(self) -> bool:
        """Whether the event belongs to a step, not to the run."""
        return self.step_key is not None

    @property
    def is_job_event(self) -> bool:
        """Whether the run starts or ends here."""
        return self.event_type.value.startswith("PIPELINE_")

    @property
    def is_engine_event(self) -> bool:
        """Whether it is an ENGINE_EVENT; a run in one process writes none."""
        return self.event_type is DagsterEventType.ENGINE_EVENT

    @property
    def is_job_success(self) -> bool:
        """Whether the run succeeds here."""
        return self.event_type is DagsterEventType.RUN_SUCCESS

    @property
    def is_job_failure(self) -> bool:
        """Whether the run fails here."""
        return self.event_type is DagsterEventType.RUN_FAILURE

    @property
    def is_run_failure(self) -> bool:
        """Whether the run fails here."""
        return self.is_job_failure

    @property
    def is_failure(self) -> bool:
        """Whether the run, a step or the opening of resources fails here."""
        return self.event_type in _FAILURES

    @property
    def is_resource_init_failure(self) -> bool:
        """Whether a resource fails to open here."""
        return self.event_type is DagsterEventType.RESOURCE_INIT_FAILURE

    @property
    def is_step_start(self) -> bool:
        """Whether a step starts here."""
        return self.event_type is DagsterEventType.STEP_START

    @property
    def is_step_success(self) -> bool:
        """Whether a step succeeds here."""
        return self.event_type is DagsterEventType.STEP_SUCCESS

    @property
    def is_step_failure(self) -> bool:
        """Whether a step fails here."""
        return self.event_type is DagsterEventType.STEP_FAILURE

    @property
    def is_step_skipped(self) -> bool:
        """Whether a step is skipped here."""
        return self.event_type is DagsterEventType.STEP_SKIPPED

    @property
    def is_step_up_for_retry(self) -> bool:
        """Whether a step fails here and will be tried again."""
        return self.event_type is DagsterEventType.STEP_UP_FOR_RETRY

    @property
    def is_step_restarted(self) -> bool:
        """Whether a step is tried again here."""
        return self.event_type is DagsterEventType.STEP_RESTARTED

    @property
    def is_successful_output(self) -> bool:
        """Whether a step gives an output here."""
        return self.event_type is DagsterEventType.STEP_OUTPUT

    @property
    def is_handled_output(self) -> bool:
        """Whether a value is stored here."""
        return self.event_type is DagsterEventType.HANDLED_OUTPUT

    @property
    def is_loaded_input(self) -> bool:
        """Whether a value is loaded here."""
        return self.event_type is DagsterEventType.LOADED_INPUT

    @property
    def is_step_materialization(self) -> bool:
        """Whether an asset is materialized here."""
        return self.event_type is DagsterEventType.ASSET_MATERIALIZATION

    @property
    def is_asset_materialization_planned(self) -> bool:
        """Whether a materialization is planned here; a run in one process writes no plans."""
        return self.event_type is DagsterEventType.ASSET_MATERIALIZATION_PLANNED

    @property
    def is_asset_observation(self) -> bool:
        """Whether an asset is observed here."""
        return self.event_type is DagsterEventType.ASSET_OBSERVATION

    @property
    def is_expectation_result(self) -> bool:
        """Whether an expectation is recorded here."""
        return self.event_type is DagsterEventType.STEP_EXPECTATION_RESULT

    @property
    def is_hook_event(self) -> bool:
        """Whether a hook is called or skipped here."""
        return self.event_type in _OF_HOOKS
