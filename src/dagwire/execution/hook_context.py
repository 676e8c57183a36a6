"""`HookContext`: the step that a hook is called after."""

import logging
from collections.abc import Mapping
from typing import Any

from dagwire.definitions.ops.node import Node
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.init_resource_context import NO_RESOURCES, log
from dagwire.resources.instance import DagsterInstance


class HookContext(BodyContext):
    """The context of a hook: the step that it is called after. Lives as long as the call."""

    instance: DagsterInstance
    """The instance of the run: it keeps the keys of dynamic partitions."""

    def __init__(
        self,
        run: DagsterRun,
        node: Node | None,
        hook: Any,
        failure: BaseException | None,
        output_values: Mapping[str, Any],
    ) -> None:
        """Start without resources, config and instance: the caller fills them in. `node` is None outside a run."""
        self._run = run
        self.resources: Any = NO_RESOURCES
        """The resources that the hook asks for, one attribute a key."""
        self.op_config: Any = None
        """The config of the step."""
        self.op_exception = failure
        """The exception of a failed step, or None."""
        self.op_output_values = output_values
        """`{output: value}` of the step."""
        self.hook_def = hook
        self.op: Any = node.definition if node else None
        """The definition of the step."""
        self.step_key = node.name if node else None
        """The name of the step."""

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._run.run_id

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self._run.job_name

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of the resources that the hook asks for."""
        return set(self.hook_def.body.keys) if self.hook_def else set()

    @property
    def log(self) -> "logging.LoggerAdapter[logging.Logger]":
        """The logger `dagwire`, with the run's id and the step's name in each record as `run_id` and `step_key`."""
        return logging.LoggerAdapter(log, {"run_id": self.run_id, "step_key": self.step_key})

    def bind(self, definition: Any) -> None:
        """Take note of the hook that is called; a context built by hand cannot know it before."""
        self.hook_def = definition
