"""`JobDefinition`: steps that run together, under one name."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dependency_injector import containers

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.as_container import resource_by_key
from dagwire.containers.keys import Container, Requirement
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.jobs.asset_graph import KnownAssets, asset_nodes, missing_inputs, nodes_by_asset
from dagwire.definitions.jobs.job_steps import JobSteps
from dagwire.definitions.jobs.partitioned_config import PartitionedConfig, partition_request, partitions_of_job
from dagwire.definitions.jobs.run_by_name import run_job
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.jobs.upstream_partitions import mapping_faults
from dagwire.definitions.ops.composition import Composed
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.dynamic_mapping import has_dynamic_steps, with_mapping
from dagwire.definitions.ops.graph_assets_definition import GraphAssetCheck
from dagwire.definitions.ops.graph_node import GraphNode
from dagwire.definitions.ops.node import Node, in_running_order, op_node, with_job_policies
from dagwire.definitions.ops.observable_source_asset import ObservationOp
from dagwire.definitions.ops.op_selection import chosen_steps
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.executor_definition import AnyExecutor, checked_executor
from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags, valid_owners
from dagwire.definitions.steps.bound_resources import Bindings, bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.definitions.steps.output_handles import OutputHandle
from dagwire.errors import DagwireError, InvalidDefinitionError, InvalidInvocationError, UnknownNameError
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.logger_definition import LoggerDefinition, checked_loggers

if TYPE_CHECKING:
    from dagwire.definitions.jobs.graph import GraphDefinition
    from dagwire.execution.result import ExecuteInProcessResult


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class JobDefinition:
    """Steps that run together, and the source of their resources."""

    name: str
    steps: JobSteps
    """In the order they run."""
    container: Container = field(default_factory=containers.DynamicContainer)
    bindings: Bindings = field(default_factory=dict[str, Any])
    """The job's own resources, stronger than the container's."""
    config: Any = None
    """Run config that every run starts from; or a `ConfigMapping`, which makes it from the run's own config."""
    mappings_by_graph: Mapping[str, ConfigMapping] = field(default_factory=dict[str, ConfigMapping])
    """`{nested graph: the mapping of its config to its ops}`; the mapping of the job's own graph is under ""."""
    input_values: Mapping[str, object] = field(default_factory=dict[str, object])
    """`{input: value}` of the job's own inputs; a run's come first."""
    partitions_def: PartitionsDefinition | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    explicit_run_tags: Mapping[str, str] | None = None
    """The tags of every run, if they are not the job's."""
    graph: "GraphDefinition | None" = None
    """The graph of its ops; None for a job of assets."""
    executor_def: AnyExecutor | None = None
    """Spreads on Dagster the steps over processes; recorded here."""
    outputs_by_graph: Mapping[str, Mapping[str, OutputHandle]] = field(
        default_factory=dict[str, Mapping[str, OutputHandle]]
    )
    """`{nested graph: {its output: the op's output}}`; the job's own outputs are under ""."""
    known: KnownAssets | None = None
    """The assets that the job's were chosen from; None for a job of ops."""
    is_subset: bool = False
    """Whether some steps of the job were left out for one run."""
    left_out: frozenset[str] = frozenset()
    """The steps that a selection of ops left out; config for them is ignored."""
    asset_selection: frozenset[AssetKey] | None = None
    """The keys of the assets that were selected for one run; None if none were."""
    is_dynamic: bool = False
    """Whether the number of steps is known only as the job runs."""
    metadata: Mapping[str, MetadataValue] = field(default_factory=dict[str, MetadataValue])
    owners: Sequence[str] = ()
    logger_defs: Mapping[str, LoggerDefinition] = field(default_factory=dict[str, LoggerDefinition])
    """`{name: logger}` that the config of a run may turn on; `console` if it is empty."""
    hook_defs: frozenset[HookDefinition] = frozenset()
    """The hooks of every step."""
    op_retry_policy: RetryPolicy | None = None
    """The retry policy of the steps that have none of their own."""

    def without_io_managers(self) -> "JobDefinition":
        """This job with no IO manager named: its values stay in memory."""
        return replace(self, steps=JobSteps(node.without_io_managers() for node in self.steps))

    @property
    def partitioned_config(self) -> PartitionedConfig | None:
        """Its config, if that differs from partition to partition."""
        return self.config if isinstance(self.config, PartitionedConfig) else None

    @property
    def run_tags(self) -> Mapping[str, str]:
        """The tags of every run: its own, or else the job's."""
        return self.tags if self.explicit_run_tags is None else self.explicit_run_tags

    @property
    def run_config(self) -> Any:
        """The run config that every run starts from; None if there is none, or if it depends on the run."""
        return None if isinstance(self.config, ConfigMapping | PartitionedConfig) else self.config

    @property
    def config_mapping(self) -> ConfigMapping | None:
        """The mapping of a run's config to its ops, if there is one."""
        return self.config if isinstance(self.config, ConfigMapping) else None

    @property
    def resource_defs(self) -> Bindings:
        """The job's own resources, as providers."""
        return self.bindings

    @property
    def required_resource_keys(self) -> set[str]:
        """The keys of the resources that its steps ask for."""
        return {requirement.key for requirement in self.requirements}

    @property
    def nodes(self) -> list[GraphNode]:
        """The ops, graphs and assets called in it, in their places; a graph has nodes of its own."""
        steps = {step.name.partition(".")[0]: step for step in reversed(self.steps)}
        own: Mapping[str, Any] = self.graph.composed.nodes if self.graph is not None else {}
        return [GraphNode(name, own.get(name) or _shown(step)) for name, step in reversed(steps.items())]

    @property
    def top_level_node_defs(self) -> list[Any]:
        """The definitions of its nodes, each once."""
        return list({node.definition.name: node.definition for node in self.nodes}.values())

    @property
    def all_node_defs(self) -> list[Any]:
        """The definitions of its nodes, and of those in its graphs, each once."""
        return list(_definitions_by_name(self.top_level_node_defs).values())

    def has_node_named(self, name: str) -> bool:
        """Whether there is such a node."""
        return any(node.name == name for node in self.nodes)

    def get_node_named(self, name: str) -> GraphNode:
        """The node of that name.

        Raises:
            UnknownNameError: There is none.
        """
        by_name = {node.name: node for node in self.nodes}
        if name not in by_name:
            raise UnknownNameError(f"node of job '{self.name}'", name, by_name)
        return by_name[name]

    def node_def_named(self, name: str) -> Any:
        """The definition of that name, of a node or in a graph.

        Raises:
            UnknownNameError: There is none.
        """
        by_name = _definitions_by_name(self.top_level_node_defs)
        if name not in by_name:
            raise UnknownNameError(f"definition of job '{self.name}'", name, by_name)
        return by_name[name]

    def with_top_level_resources(self, resource_defs: object) -> "JobDefinition":
        """This job with other resources of its own."""
        return replace(self, bindings=bindings_from(resource_defs))

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every key that a step asks for, and which step."""
        return self.steps.requirements

    def faults(self) -> list[DagwireError]:
        """The faults of the steps themselves, apart from resources."""
        unfilled = self.steps.unfilled_inputs
        elsewhere = self.known.elsewhere if self.known is not None else ()
        missing = missing_inputs(unfilled, self.steps.by_asset, elsewhere) if unfilled else []
        return missing if self.partitions_def is None else missing + mapping_faults(self.steps, self.partitions_of)

    def partitions_of(self, key: AssetKey) -> PartitionsDefinition | None:
        """The partitions of an asset that the job makes or needs; None if it has none."""
        asset = self.known.stored(key) if self.known is not None else None
        return asset.partitions_def if asset is not None else None

    def with_hooks(self, hook_defs: Iterable[HookDefinition]) -> "JobDefinition":
        """This job with hooks of every step."""
        hooks = frozenset(hook_defs)
        nodes = with_job_policies(self.steps, hooks, None)
        return replace(self, steps=JobSteps(nodes), hook_defs=self.hook_defs | hooks)

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        run_config: object = None,
    ) -> RunRequest:
        """A request to run this job for one partition; config and tags of the partition are in it.

        Raises:
            UnknownPartitionError: The job's partitions are known, and it is none of them.
        """
        return partition_request(self, partition_key, run_key, tags, run_config, is_resolved=True)

    def __repr__(self) -> str:
        """Name it; its config and its resources may hold secrets."""
        return f"JobDefinition({self.name})"

    def __call__(self, *_: object, **__: object) -> None:
        """Refuse: a job is executed.

        Raises:
            InvalidInvocationError: Always.
        """
        raise InvalidInvocationError(f"job '{self.name}'", "is not called; use `execute_in_process()`.")

    def execute_in_process(  # Dagster's signature
        self,
        run_config: object = None,
        instance: DagsterInstance | None = None,
        partition_key: str | None = None,
        raise_on_error: bool = True,
        op_selection: Sequence[str] | None = None,
        asset_selection: object = None,
        run_id: str | None = None,
        input_values: Mapping[str, object] | None = None,
        tags: Mapping[str, object] | None = None,
        resources: object = None,
        *,
        executor: Executor | None = None,
    ) -> "ExecuteInProcessResult":
        """Run all steps here and now.

        Args:
            run_config: A `RunConfig` or a dict, merged over the job's own; for a job with a `ConfigMapping`, the config
                that the mapping declares.
            instance: The memory of earlier runs: the keys of dynamic partitions. A new one by default.
            partition_key: The partition to make, of a job that has partitions.
            raise_on_error: Whether a failing step's own exception is raised; otherwise the result reports it.
            op_selection: The steps to run, by name, with `+` and `*` as in selections of assets; all by default.
            asset_selection: The assets to make, of a job of assets.
            run_id: The run's id; made up by default.
            input_values: `{input: value}` of the job's own inputs.
            tags: The run's tags, merged over the job's own.
            resources: `{key: resource}` or a container, stronger than everything else that provides them.
            executor: Threads to run independent steps in, side by side; without it steps run one after another.

        Raises:
            InvalidDefinitionError: Something needed is missing or declared wrongly. Nothing was opened.
            InvalidConfigError: Config does not fit. Nothing was opened.
            ResourceSetupError: A resource could not be opened. Those before it were closed.
        """
        options = RunOptions(
            run_config,
            partition_key,
            json_tags(tags),
            resource_by_key(resources),
            raise_on_error,
            run_id,
            executor=executor,
            instance=instance,
            input_values=input_values or {},
        )
        return run_job(self.subset(op_selection, asset_selection), options)

    def subset(self, op_selection: Sequence[str] | None = None, asset_selection: object = None) -> "JobDefinition":
        """This job with some of its steps alone; itself if nothing is selected.

        Raises:
            InvalidDefinitionError: A selection names no step or asset, or leaves out what a mapped step needs.
        """
        if op_selection is None and asset_selection is None:
            return self
        nodes = chosen_steps(f"job '{self.name}'", self.steps, op_selection)
        if asset_selection is None:
            left_out = {node.name for node in self.steps} - {node.name for node in nodes}
            return replace(self, steps=JobSteps(nodes), is_subset=True, left_out=frozenset(left_out))
        assets = dict.fromkeys(node.definition.whole for node in nodes_by_asset(nodes).values())
        nodes = _selected_nodes(list(assets), nodes, asset_selection)
        return replace(self, steps=JobSteps(nodes), is_subset=True, asset_selection=frozenset(nodes_by_asset(nodes)))


def _shown(step: Node) -> Any:
    """The definition of a node in a job of assets: an op, or the definition of an asset that several ops make."""
    asset = step.asset
    return step.definition if asset is None else asset.node_def


def _definitions_by_name(definitions: Iterable[Any]) -> dict[str, Any]:
    """`{name: definition}` of definitions, and of those in graphs among them."""
    found: dict[str, Any] = {}
    for definition in definitions:
        found[definition.name] = definition
        found |= _definitions_by_name(getattr(definition, "node_defs", ()))
    return found


def job_of(
    name: str,
    composed: Composed,
    *,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    metadata: Mapping[str, object] | None = None,
    owners: Iterable[str] | None = None,
    logger_defs: Mapping[str, LoggerDefinition] | None = None,
    executor_def: object = None,
    **job: Any,
) -> JobDefinition:
    """The job of a composed body.

    Raises:
        InvalidDefinitionError: An input is not connected, and no run could give it a value.
    """
    owner = f"job '{name}'"
    check_config(owner, job["config"])
    job["partitions_def"] = partitions_of_job(owner, job["config"], job["partitions_def"])
    all_hooks = checked_hooks(owner, hooks)
    nodes = with_mapping(owner, in_running_order(op_node(owner, place) for place in composed.placed.values()))
    outputs = {"": composed.outputs, **composed.outputs_by_graph}
    return JobDefinition(
        name=name,
        steps=JobSteps(with_job_policies(nodes, all_hooks, op_retry_policy)),
        outputs_by_graph=outputs,
        mappings_by_graph=composed.mappings_by_graph,
        hook_defs=all_hooks,
        op_retry_policy=op_retry_policy,
        metadata=normalized_metadata(metadata, owner),
        owners=valid_owners(owner, owners),
        logger_defs=checked_loggers(owner, logger_defs),
        executor_def=checked_executor(owner, executor_def),
        is_dynamic=has_dynamic_steps(nodes),
        **job,
    )


def check_config(owner: str, config: object) -> None:
    """Refuse config of a job that is of no kind that it may be.

    Raises:
        InvalidDefinitionError: It is none of them.
    """
    if not (config is None or is_mapping(config) or isinstance(config, RunConfig | ConfigMapping | PartitionedConfig)):
        kind = type(config).__name__
        msg = f"{owner} has config of type {kind}; it is a dict, a RunConfig, a ConfigMapping or a PartitionedConfig."
        raise InvalidDefinitionError(msg)


def checked_hooks(owner: str, hooks: Iterable[object] | None) -> frozenset[HookDefinition]:
    """The hooks of a job.

    Raises:
        InvalidDefinitionError: One is not a hook.
    """
    found: list[HookDefinition] = []
    for hook in hooks or ():
        if not isinstance(hook, HookDefinition):
            msg = f"{owner} takes hooks made by @success_hook or @failure_hook, not {type(hook).__name__}."
            raise InvalidDefinitionError(msg)
        found.append(hook)
    return frozenset(found)


def _selected_nodes(assets: Sequence[AssetsDefinition], nodes: Sequence[Node], selection: object) -> list[Node]:
    """The nodes of the selected assets, and of their checks."""
    definitions = [node.definition for node in nodes]
    checks = [d for d in definitions if isinstance(d, AssetChecksDefinition) and not isinstance(d, GraphAssetCheck)]
    loaded = [load.asset for node in nodes for load in node.loads.values() if load.asset is not None]
    observed = {d.asset.key: d for d in definitions if isinstance(d, ObservationOp)}
    stored = (*loaded, *(op.asset.stored for op in observed.values()))
    known = KnownAssets(assets, {asset.spec.key: asset for asset in stored}, observed)
    wanted = known.selected(checks, selection)
    looked_at = known.observed_among(wanted.keys)
    return in_running_order(asset_nodes(known.chosen(wanted), checks, wanted, known, looked_at))
