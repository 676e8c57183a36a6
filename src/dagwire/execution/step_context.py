"""`StepContext`: the part of a context that the bodies of assets, ops and checks have in common."""

import sys
from collections.abc import Mapping, Sequence
from pdb import Pdb  # a debugger for those who ask for one
from typing import Any, Self, TypeVar

from dagwire.config.values.config_dict import as_op_config
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.ops.node import Node
from dagwire.definitions.partitions.partition_key_range import PartitionKeyRange, TimeWindow
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.steps.body_context import BodyContext
from dagwire.errors import InvalidInvocationError, InvalidPropertyError
from dagwire.execution.metadata_in_context import MetadataInContext
from dagwire.execution.node_handle import NodeHandle, OpNode
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.execution.stored_values import StoredValues
from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.init_resource_context import NO_RESOURCES
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.log_manager import DagsterLogManager, Loggers, log

S = TypeVar("S", bound="StepContext")


class StepContext(MetadataInContext, BodyContext):
    """The part of a context that all bodies have; lives as long as its step."""

    instance: DagsterInstance
    """The instance of the run: it keeps the keys of dynamic partitions."""
    stored_values: StoredValues | None = None
    """The values that `load_asset_value` can load; None outside a run."""
    loggers: Loggers = (log,)
    """The loggers of the run."""
    given_log: Any = None
    """The log of whoever else executes the step, in place of one that writes to `loggers`; None for that one."""
    job: JobDefinition | None = None
    """The job that runs; None outside a run."""

    def __init__(
        self, run: DagsterRun, partitions: PartitionSelection, node: Node | None, retry_number: int = 0
    ) -> None:
        """Start without resources, config and instance: the caller fills them in. `node` is None outside a run."""
        self._run = run
        self._retry_number = retry_number
        self._is_subset = False
        self.resources: Any = NO_RESOURCES
        """The resources that the body asks for, one attribute a key."""
        self._op_config: object = None
        self._partitions = partitions
        self._node = node
        self._mapping_key = node.mapping_key if node else None
        self._definition: Any = node.definition if node else None
        self._forget()

    def _as(self, kind: type[S]) -> S:
        """Return this step as another kind of context; both share their state."""
        other = object.__new__(kind)
        other.__dict__ = self.__dict__
        return other

    def _only_in_a_run(self, name: str) -> None:
        """Refuse what only a run has; a context built by hand overrides this."""

    # -- the run -------------------------------------------------------------------------------------------------------

    @property
    def run(self) -> DagsterRun:
        """The run."""
        self._only_in_a_run("run")
        return self._run

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self._run.run_id

    @property
    def dagster_run(self) -> DagsterRun:
        """The run; Dagster's second name for `run`."""
        self._only_in_a_run("dagster_run")
        return self._run

    @property
    def run_config(self) -> Mapping[str, Any]:
        """The run's config, as a dict."""
        return self._run.run_config

    @property
    def job_name(self) -> str:
        """The job's name."""
        self._only_in_a_run("job_name")
        return self._run.job_name

    @property
    def job_def(self) -> JobDefinition:
        """The job that runs."""
        self._only_in_a_run("job_def")
        if self.job is None:
            raise InvalidPropertyError("job_def", "no job runs")
        return self.job

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The run's tags."""
        return self._run.tags

    def has_tag(self, key: str) -> bool:
        """Whether the run has the tag `key`."""
        return key in self._run.tags

    def get_tag(self, key: str) -> str | None:
        """The run's tag `key`, or None."""
        return self._run.tags.get(key)

    # -- the step ------------------------------------------------------------------------------------------------------

    @property
    def retry_number(self) -> int:
        """The number of earlier attempts of the step."""
        self._only_in_a_run("retry_number")
        return self._retry_number

    @property
    def is_subset(self) -> bool:
        """Whether the run makes only some outputs of the job or of the step."""
        return self._is_subset

    def mark_subset(self, *, is_subset: bool) -> None:
        """Set whether the run makes only some outputs of the job or of the step."""
        self._is_subset = is_subset

    @property
    def op_config(self) -> Any:
        """The config of this step, as a dict; the parameter `config` is the object."""
        return as_op_config(self._op_config)

    @op_config.setter
    def op_config(self, config: object) -> None:
        self._op_config = config

    @property
    def op_def(self) -> object:
        """The definition whose body runs."""
        return self._definition

    @property
    def op(self) -> OpNode:
        """The step as a part of its job; it has the step's name."""
        self._only_in_a_run("op")
        if self._node is None:
            raise InvalidPropertyError("op", "no job runs")
        return OpNode.of(self._node)

    @property
    def op_handle(self) -> NodeHandle:
        """The place of the step in its job, with the graphs around it."""
        return self.op.handle

    @property
    def node_handle(self) -> NodeHandle:
        """The place of the step in its job; Dagster's second name for `op_handle`."""
        return self.op.handle

    def get_step_execution_context(self) -> Self:
        """Return the context itself; Dagster keeps the facts of a step in a second object."""
        self._only_in_a_run("get_step_execution_context")
        return self

    @property
    def step_launcher(self) -> None:
        """Always None: each step runs in this process."""
        self._only_in_a_run("step_launcher")

    def describe_op(self) -> str:
        """Return the step's name in messages."""
        return str(self._definition.label)

    @property
    def log(self) -> DagsterLogManager:
        """The log of the run; each record has the run's id and the step's name, as `run_id` and `step_key`."""
        if self.given_log is not None:
            return self.given_log  # type: ignore[no-any-return]  # it has the methods of one
        run, step = self._run, self._node.name if self._node else None
        return DagsterLogManager({"job_name": run.job_name, "run_id": run.run_id, "step_key": step}, self.loggers)

    @property
    def pdb(self) -> Pdb:
        """A debugger: `context.pdb.set_trace()` stops here, also if a test captures the output."""
        return Pdb(stdin=sys.__stdin__, stdout=sys.__stdout__)

    # -- partitions ----------------------------------------------------------------------------------------------------

    @property
    def has_partition_key(self) -> bool:
        """Whether the run makes one partition."""
        return bool(self._partitions.keys) and not self._partitions.is_range

    @property
    def has_partition_key_range(self) -> bool:
        """Whether the run makes a range of partitions."""
        return self._partitions.is_range

    @property
    def partition_key(self) -> str:
        """The partition to make.

        Raises:
            InvalidInvocationError: The run has none, or a range of them.
        """
        return self._partitions.key

    @property
    def partition_keys(self) -> Sequence[str]:
        """The partitions to make: one, or all of the range.

        Raises:
            InvalidInvocationError: The run has none.
        """
        return self._partitions.checked_keys

    @property
    def partition_key_range(self) -> PartitionKeyRange:
        """From the first partition to the last.

        Raises:
            InvalidInvocationError: The run has none.
        """
        return self._partitions.key_range

    @property
    def partition_time_window(self) -> TimeWindow:
        """The time window of the partitions.

        Raises:
            InvalidInvocationError: The run has none, or they are not time windows.
        """
        return self._partitions.time_window

    def load_asset_value(
        self, asset_key: CoercibleToAssetKey, *, python_type: object = Any, partition_key: str | None = None
    ) -> object:
        """Load the stored value of an asset that no parameter takes, by its IO manager.

        Args:
            asset_key: An asset that was made before this step, in another run, or elsewhere.
            python_type: The type to load; shown to the IO manager as `context.dagster_type`.
            partition_key: The partition to load.

        Raises:
            UnknownNameError: The job knows no such asset.
            MissingResourceError: The asset's IO manager is not provided, so its values stay in memory.
            InvalidInvocationError: The context was built by hand.
        """
        if self.stored_values is None:
            raise InvalidInvocationError("load_asset_value", "loads in a run; a context built by hand belongs to none.")
        return self.stored_values.load(AssetKey.from_coercible(asset_key), python_type, partition_key)
