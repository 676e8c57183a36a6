"""`ExecuteInProcessResult`: what a run came to."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from dagwire.definitions.jobs.asset_graph import nodes_by_asset
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.dynamic_mapping import step_name
from dagwire.definitions.ops.node import Node
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.results import (
    AssetCheckEvaluation,
    AssetMaterialization,
    AssetObservation,
    ExpectationResult,
)
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.errors import InvalidInvocationError, UnknownNameError
from dagwire.execution.contexts import DagsterRun
from dagwire.execution.event_log import EventLog
from dagwire.execution.events import Event, EventType
from dagwire.execution.failure_data import ErrorInfo, FailureData


class ExecuteInProcessResult:
    """What a run came to: whether all went well, what each step gave, and what happened in which order."""

    def __init__(
        self,
        job: JobDefinition,
        run: DagsterRun,
        events: EventLog,
        values: Mapping[str, Mapping[str, Any]],
    ) -> None:
        """`values` is `{step: {output: value}}`."""
        self.job_def = job
        self.dagster_run = run
        self._events = events
        self._values = values

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.dagster_run.run_id

    @property
    def success(self) -> bool:
        """Whether every step and every close went well."""
        return self._events.has(EventType.RUN_SUCCESS)

    @cached_property
    def all_events(self) -> list[Event]:
        """Everything that happened, in order."""
        return list(self._events)

    # -- values --------------------------------------------------------------------------------------------------------

    def output_for_node(self, node_str: str, output_name: str = "result") -> Any:
        """What a step gave; of a dynamic output, and of a mapped step, `{mapping key: value}`.

        Raises:
            UnknownNameError: There is no such step, or it gave no such output.
        """
        handle = self.job_def.outputs_by_graph.get(node_str, {}).get(output_name)
        if handle is not None:
            return self.output_for_node(handle.node, handle.output)
        node = next((node for node in self.job_def.nodes if node.name == node_str), None)
        if node is None:
            raise UnknownNameError("step", node_str, [node.name for node in self.job_def.nodes])
        if node.mapped_over is not None:
            return self._mapped_output(node, node.mapped_over, output_name)
        outputs = self._values.get(node_str, {})
        if output_name not in outputs:
            raise UnknownNameError(f"output of step '{node_str}'", output_name, outputs)
        return outputs[output_name]

    def _mapped_output(self, node: Node, over: OutputHandle, output: str) -> dict[str, Any]:
        """`{mapping key: value}`, of the mapped steps that gave one."""
        keys = self._values.get(over.node, {}).get(over.output)
        if keys is None:
            raise UnknownNameError(f"output of step '{node.name}'", output, ())
        given = {key: self._values.get(step_name(node.name, key), {}) for key in keys}
        return {key: outputs[output] for key, outputs in given.items() if output in outputs}

    def output_value(self, output_name: str = "result") -> Any:
        """What the job's graph gave.

        Raises:
            UnknownNameError: The graph has no such output, or the step that it is of gave none.
        """
        outputs = self.job_def.outputs_by_graph.get("", {})
        if output_name not in outputs:
            raise UnknownNameError(f"output of job '{self.job_def.name}'", output_name, outputs)
        return self.output_for_node(outputs[output_name].node, outputs[output_name].output)

    def asset_value(self, asset_key: Any) -> Any:
        """What an asset's function returned.

        Raises:
            UnknownNameError: The run has no such asset, or it gave no value.
        """
        key = AssetKey.from_coercible(asset_key)
        assets = nodes_by_asset(self.job_def.nodes)
        if key not in assets:
            raise UnknownNameError("asset", key.to_user_string(), [known.to_user_string() for known in assets])
        node = assets[key]
        return self.output_for_node(node.name, node.definition.output_of(key))

    # -- what was recorded ---------------------------------------------------------------------------------------------

    def asset_materializations_for_node(self, node_name: str) -> list[AssetMaterialization]:
        """What a step recorded of its asset, one for each partition it made."""
        return [
            event.materialization
            for event in self.events_for_node(node_name)
            if event.event_type is EventType.ASSET_MATERIALIZATION
        ]

    def get_asset_materialization_events(self) -> list[Event]:
        """The events of materializations."""
        return self._of_type(EventType.ASSET_MATERIALIZATION)

    def get_asset_observation_events(self) -> list[Event]:
        """The events of observations."""
        return self._of_type(EventType.ASSET_OBSERVATION)

    def asset_observations_for_node(self, node_name: str) -> list[AssetObservation]:
        """What a step recorded of assets that it looked at."""
        events = self.events_for_node(node_name)
        return [event.data for event in events if event.event_type is EventType.ASSET_OBSERVATION]

    def get_asset_check_evaluations(self) -> list[AssetCheckEvaluation]:
        """What the checks found."""
        return [event.evaluation for event in self._of_type(EventType.ASSET_CHECK_EVALUATION)]

    def expectation_results_for_node(self, node_name: str) -> list[ExpectationResult]:
        """What a step said of things that it expected."""
        found = (e for e in self.events_for_node(node_name) if e.event_type is EventType.STEP_EXPECTATION_RESULT)
        return [event.data for event in found]

    # -- what happened -------------------------------------------------------------------------------------------------

    def filter_events(self, event_filter: Callable[[Event], bool]) -> list[Event]:
        """The events that `event_filter` is true for."""
        return [event for event in self.all_events if event_filter(event)]

    def events_for_node(self, node_name: str) -> list[Event]:
        """The events of a step, or of all steps of a graph; of a mapped one for all keys, or by `name[key]`."""
        inner = (f"{node_name}[", f"{node_name}.")
        return [
            event
            for event in self.all_events
            if event.step_key is not None and (event.step_key == node_name or event.step_key.startswith(inner))
        ]

    @property
    def all_node_events(self) -> list[Event]:
        """The events of all steps."""
        return [event for event in self.all_events if event.step_key is not None]

    def get_step_success_events(self) -> list[Event]:
        """One for each step that is done."""
        return self._of_type(EventType.STEP_SUCCESS)

    def get_step_failure_events(self) -> list[Event]:
        """One for each step that failed."""
        return self._of_type(EventType.STEP_FAILURE)

    def get_step_skipped_events(self) -> list[Event]:
        """One for each step that did not run because one before it failed or gave nothing."""
        return self._of_type(EventType.STEP_SKIPPED)

    def get_failed_step_keys(self) -> set[str]:
        """The names of the steps that failed."""
        return {event.step_key for event in self.get_step_failure_events() if event.step_key}

    def get_run_success_event(self) -> Event:
        """The event of the run's success.

        Raises:
            InvalidInvocationError: The run failed.
        """
        return self._one_of_type(EventType.RUN_SUCCESS)

    def get_run_failure_event(self) -> Event:
        """The event of the run's failure.

        Raises:
            InvalidInvocationError: The run did not fail.
        """
        return self._one_of_type(EventType.RUN_FAILURE)

    def retry_attempts_for_node(self, node_str: str) -> int:
        """How often a step was tried again."""
        return sum(event.event_type is EventType.STEP_RESTARTED for event in self.events_for_node(node_str))

    def is_node_success(self, node_name: str) -> bool:
        """Whether a step is done."""
        return self._has(node_name, EventType.STEP_SUCCESS)

    def is_node_failed(self, node_name: str) -> bool:
        """Whether a step failed."""
        return self._has(node_name, EventType.STEP_FAILURE)

    def is_node_skipped(self, node_name: str) -> bool:
        """Whether a step was skipped."""
        return self._has(node_name, EventType.STEP_SKIPPED)

    def is_node_untouched(self, node_name: str) -> bool:
        """Whether a step was neither run nor skipped: the run stopped before."""
        return not self.events_for_node(node_name)

    def failure_data_for_node(self, node_name: str) -> FailureData | None:
        """Why a step failed, or None where it did not."""
        for event in self.events_for_node(node_name):
            if event.is_step_failure and event.error is not None:
                return FailureData(ErrorInfo(event.error))
        return None

    def _of_type(self, event_type: EventType) -> list[Event]:
        return [event for event in self.all_events if event.event_type is event_type]

    def _one_of_type(self, event_type: EventType) -> Event:
        found = self._of_type(event_type)
        if not found:
            raise InvalidInvocationError("The run", f"has no event {event_type.name}.")
        return found[0]

    def _has(self, node_name: str, event_type: EventType) -> bool:
        return any(event.event_type is event_type for event in self.events_for_node(node_name))
