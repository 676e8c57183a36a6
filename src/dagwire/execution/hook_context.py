"""`HookContext`: the step that a hook is called after."""

from collections.abc import Mapping
from typing import Any

from dagwire.config.values.config_dict import as_op_config
from dagwire.definitions.ops.node import Node
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.errors import InvalidPropertyError
from dagwire.execution.node_handle import OpNode
from dagwire.execution.step_values import StepValues
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.init_resource_context import NO_RESOURCES
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import DagsterLogManager, Loggers, log


class HookContext(BodyContext):
    """The context of a hook: the step that it is called after. Lives as long as the call."""

    loggers: Loggers = (log,)
    """The loggers of the run."""
    instance: DagsterInstance
    """The instance of the run: it keeps the keys of dynamic partitions."""

    def __init__(
        self,
        run: DagsterRun,
        node: Node | None,
        hook: object,
        failure: BaseException | None,
        values: StepValues | None = None,
    ) -> None:
        """Start without resources, config and instance: the caller fills them in. `node` is None outside a run."""
        self._run = run
        self._node = node
        self._hook = hook
        self._values = values
        self._op_config: object = None
        self.resources: Any = NO_RESOURCES
        """The resources that the hook asks for, one attribute a key."""
        self.op_exception = failure
        """The exception of a failed step, or None."""

    def _only_in_a_run(self, name: str) -> InvalidPropertyError:
        return InvalidPropertyError(name, "it belongs to a run, and the context was built by hand")

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._run.run_id

    @property
    def job_name(self) -> str:
        """The job's name."""
        return self._run.job_name

    @property
    def hook_def(self) -> Any:
        """The hook.

        Raises:
            InvalidPropertyError: The context was built by hand, and no hook has been called with it.
        """
        if self._hook is None:
            raise InvalidPropertyError("hook_def", "the context was built by hand, and no hook was called with it")
        return self._hook

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of the resources that the hook asks for."""
        return self.hook_def.required_resource_keys  # type: ignore[no-any-return]  # a hook's

    @property
    def op(self) -> OpNode:
        """The step, with its name and definition.

        Raises:
            InvalidPropertyError: The context was built by hand without it.
        """
        if self._node is None:
            raise self._only_in_a_run("op")
        return OpNode.of(self._node)

    @property
    def step_key(self) -> str:
        """The key of the step: its name with those of the graphs around it.

        Raises:
            InvalidPropertyError: The context was built by hand.
        """
        if self._node is None:
            raise self._only_in_a_run("step_key")
        return self._node.name

    @property
    def op_config(self) -> Any:
        """The config of the step, as a dict.

        Raises:
            InvalidPropertyError: The context was built by hand.
        """
        if self._node is None:
            raise self._only_in_a_run("op_config")
        return as_op_config(self._op_config)

    @op_config.setter
    def op_config(self, config: object) -> None:
        self._op_config = config

    @property
    def op_output_values(self) -> Mapping[str, Any]:
        """`{output: value}` of the step, those that a failed step had yielded included; a dynamic output has a dict.

        Raises:
            InvalidPropertyError: The context was built by hand.
        """
        if self._values is None:
            raise self._only_in_a_run("op_output_values")
        return self._values.values

    @property
    def op_output_metadata(self) -> Mapping[str, Any]:
        """`{output: metadata}` of the step; a dynamic output has a dict of them.

        Raises:
            InvalidPropertyError: The context was built by hand.
        """
        if self._values is None:
            raise self._only_in_a_run("op_output_metadata")
        return self._values.metadata

    @property
    def log(self) -> DagsterLogManager:
        """The log of the run; each record has the run's id and the step's name, as `run_id` and `step_key`."""
        run, step = self._run, self._node.name if self._node is not None else None
        return DagsterLogManager({"job_name": run.job_name, "run_id": run.run_id, "step_key": step}, self.loggers)

    def bind(self, definition: object) -> None:
        """Take note of the hook that is called; a context built by hand cannot know it before."""
        self._hook = definition
