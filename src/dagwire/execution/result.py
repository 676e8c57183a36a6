"""`ExecuteInProcessResult`: the result of a run."""

import re
from collections.abc import Callable
from typing import Any

from dagwire.computed_once import computed_once
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.dynamic_mapping import step_name
from dagwire.definitions.ops.node import Node
from dagwire.definitions.specs.asset_events import AssetMaterialization, AssetObservation, ExpectationResult
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckEvaluation
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.errors import InvalidInvocationError, UnknownNameError
from dagwire.execution.event_data import StepFailureData
from dagwire.execution.event_types import DagsterEventType
from dagwire.execution.events import DagsterEvent
from dagwire.execution.run_record import Record
from dagwire.resources.dagster_run import DagsterRun


class ExecuteInProcessResult:
    """The result of a run: its success, the values of its steps, and its events in order."""

    def __init__(self, job: JobDefinition, run: DagsterRun, record: Record) -> None:
        """`record` is complete: the run has ended."""
        self.job_def = job
        self.dagster_run = run
        self._record = record

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.dagster_run.run_id

    @property
    def success(self) -> bool:
        """Whether every step and every close succeeded."""
        return self.dagster_run.is_success

    @computed_once
    def all_events(self) -> list[DagsterEvent]:
        """The events, in order."""
        return list(self._record.events())

    def __repr__(self) -> str:
        """Name the job and its status."""
        return f"ExecuteInProcessResult({self.dagster_run.job_name}, {self.dagster_run.status.name})"

    # -- values --------------------------------------------------------------------------------------------------------

    def output_for_node(self, node_str: str, output_name: str = "result") -> Any:
        """The value of an output; `{mapping key: value}` for a dynamic output and for a mapped step.

        Raises:
            UnknownNameError: There is no such step, or it gave no such output.
        """
        handle = self.job_def.outputs_by_graph.get(node_str, {}).get(output_name)
        if handle is not None:
            return self.output_for_node(handle.node, handle.output)
        node = self.job_def.steps.by_name.get(node_str)
        if node is None:
            raise UnknownNameError("step", node_str, self.job_def.steps.by_name)
        if node.mapped_over is not None:
            return self._mapped_output(node, node.mapped_over, output_name)
        outputs = self._record.values.get(node_str, {})
        if output_name not in outputs:
            raise UnknownNameError(f"output of step '{node_str}'", output_name, outputs)
        return outputs[output_name]

    def _mapped_output(self, node: Node, over: OutputHandle, output: str) -> dict[str, Any]:
        """`{mapping key: value}` of the mapped steps that gave one."""
        values = self._record.values
        keys = values.get(over.node, {}).get(over.output)
        if keys is None:
            raise UnknownNameError(f"output of step '{node.name}'", output, ())
        outputs_by_key = {key: values.get(step_name(node.name, key), {}) for key in keys}
        return {key: outputs[output] for key, outputs in outputs_by_key.items() if output in outputs}

    def output_value(self, output_name: str = "result") -> Any:
        """The value of an output of the job's graph.

        Raises:
            UnknownNameError: The graph has no such output, or its step gave none.
        """
        outputs = self.job_def.outputs_by_graph.get("", {})
        if output_name not in outputs:
            raise UnknownNameError(f"output of job '{self.job_def.name}'", output_name, outputs)
        return self.output_for_node(outputs[output_name].node, outputs[output_name].output)

    def asset_value(self, asset_key: object) -> Any:
        """The value that an asset's function returned.

        Raises:
            UnknownNameError: The run has no such asset, or it gave no value.
        """
        key = AssetKey.from_coercible(asset_key)
        assets = self.job_def.steps.by_asset
        if key not in assets:
            raise UnknownNameError("asset", key.to_user_string(), [known.to_user_string() for known in assets])
        node = assets[key]
        return self.output_for_node(node.name, node.definition.output_of(key))

    # -- records -------------------------------------------------------------------------------------------------------

    def asset_materializations_for_node(self, node_name: str) -> list[AssetMaterialization]:
        """The materializations of a step, one for each partition it made."""
        events = self._of_node(node_name, DagsterEventType.ASSET_MATERIALIZATION)
        return [event.materialization for event in events]

    def get_asset_materialization_events(self) -> list[DagsterEvent]:
        """The events of materializations."""
        return self._of_type(DagsterEventType.ASSET_MATERIALIZATION)

    def get_asset_materialization_planned_events(self) -> list[DagsterEvent]:
        """The events of planned materializations: none, because a run in one process writes no plans."""
        return self._of_type(DagsterEventType.ASSET_MATERIALIZATION_PLANNED)

    def get_asset_observation_events(self) -> list[DagsterEvent]:
        """The events of observations."""
        return self._of_type(DagsterEventType.ASSET_OBSERVATION)

    def asset_observations_for_node(self, node_name: str) -> list[AssetObservation]:
        """The observations of a step."""
        return [event.data for event in self._of_node(node_name, DagsterEventType.ASSET_OBSERVATION)]

    def get_asset_check_evaluations(self) -> list[AssetCheckEvaluation]:
        """The evaluations of all checks."""
        return [event.data for event in self._of_type(DagsterEventType.ASSET_CHECK_EVALUATION)]

    def expectation_results_for_node(self, node_str: str) -> list[ExpectationResult]:
        """The expectations that a step recorded."""
        return [event.data for event in self._of_node(node_str, DagsterEventType.STEP_EXPECTATION_RESULT)]

    # -- events --------------------------------------------------------------------------------------------------------

    def filter_events(self, event_filter: Callable[[DagsterEvent], bool]) -> list[DagsterEvent]:
        """The events for which `event_filter` is true."""
        return [event for event in self.all_events if event_filter(event)]

    def events_for_node(self, node_name: str) -> list[DagsterEvent]:
        """The events of a step, or of all steps of a graph; of a mapped step for all keys, or by `name[key]`."""
        return list(self._events_by_name.get(node_name, ()))

    @computed_once
    def _events_by_name(self) -> dict[str, list[DagsterEvent]]:
        """`{name of a step, of a mapped step without its key, or of a graph around it: events}`."""
        names_by_step: dict[str, list[str]] = {}
        found: dict[str, list[DagsterEvent]] = {}
        for event in self.all_events:
            step = event.step_key
            if step is None:
                continue
            names = names_by_step.get(step)
            if names is None:
                names = names_by_step[step] = _names_of(step)
            for name in names:
                found.setdefault(name, []).append(event)
        return found

    @property
    def all_node_events(self) -> list[DagsterEvent]:
        """The events of all steps."""
        return [event for event in self.all_events if event.step_key is not None]

    def get_step_success_events(self) -> list[DagsterEvent]:
        """The events of steps that succeeded."""
        return self._of_type(DagsterEventType.STEP_SUCCESS)

    def get_step_failure_events(self) -> list[DagsterEvent]:
        """The events of steps that failed."""
        return self._of_type(DagsterEventType.STEP_FAILURE)

    def get_step_skipped_events(self) -> list[DagsterEvent]:
        """The events of steps that did not run because one before them failed or gave nothing."""
        return self._of_type(DagsterEventType.STEP_SKIPPED)

    def get_failed_step_keys(self) -> set[str]:
        """The names of the steps that failed."""
        return {event.step_key for event in self.get_step_failure_events() if event.step_key}

    def get_run_success_event(self) -> DagsterEvent:
        """The event of the run's success.

        Raises:
            InvalidInvocationError: The run failed.
        """
        return self._one_of_type(DagsterEventType.RUN_SUCCESS)

    def get_run_failure_event(self) -> DagsterEvent:
        """The event of the run's failure.

        Raises:
            InvalidInvocationError: The run did not fail.
        """
        return self._one_of_type(DagsterEventType.RUN_FAILURE)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def retry_attempts_for_node(self, node_str: str) -> int:
        """The number of retries of a step."""
        return len(self._of_node(node_str, DagsterEventType.STEP_RESTARTED))

    def is_node_success(self, node_str: str) -> bool:
        """Whether a step succeeded."""
        return bool(self._of_node(node_str, DagsterEventType.STEP_SUCCESS))

    def is_node_failed(self, node_str: str) -> bool:
        """Whether a step failed."""
        return bool(self._of_node(node_str, DagsterEventType.STEP_FAILURE))

    def is_node_skipped(self, node_str: str) -> bool:
        """Whether a step was skipped."""
        return bool(self._of_node(node_str, DagsterEventType.STEP_SKIPPED))

    def is_node_untouched(self, node_str: str) -> bool:
        """Whether a step was neither run nor skipped: the run stopped before."""
        return not self.events_for_node(node_str)

    def failure_data_for_node(self, node_str: str) -> StepFailureData | None:
        """The reason of a step's failure; None if it did not fail."""
        failures = self._of_node(node_str, DagsterEventType.STEP_FAILURE)
        return failures[0].step_failure_data if failures else None

    def _of_type(self, event_type: DagsterEventType) -> list[DagsterEvent]:
        return [event for event in self.all_events if event.event_type is event_type]

    def _of_node(self, node_name: str, event_type: DagsterEventType) -> list[DagsterEvent]:
        return [event for event in self.events_for_node(node_name) if event.event_type is event_type]

    def _one_of_type(self, event_type: DagsterEventType) -> DagsterEvent:
        found = self._of_type(event_type)
        if not found:
            raise InvalidInvocationError("The run", f"has no event {event_type.name}.")
        return found[0]


def _names_of(step: str) -> list[str]:
    """The names under which the events of a step are found: its own, and every beginning before a dot or a bracket."""
    return [step[: match.start()] for match in _END_OF_NAME.finditer(step)]


_END_OF_NAME = re.compile(r"[.\[]|$")
