"""`define_asset_job`: a job of selected assets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from dagwire.containers.keys import Container
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.selection import AssetSelection, Selected
from dagwire.definitions.jobs.asset_graph import KnownAssets, asset_nodes
from dagwire.definitions.jobs.job import JobDefinition, check_config, checked_hooks
from dagwire.definitions.jobs.job_steps import JobSteps
from dagwire.definitions.jobs.partitioned_config import partition_request, partitions_of_job
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.ops.dynamic_mapping import has_dynamic_steps
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.ops.node import in_running_order, with_job_policies
from dagwire.definitions.ops.observable_source_asset import ObservationOp
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.automation_condition import AutomationCondition
from dagwire.definitions.specs.executor_definition import AnyExecutor, checked_executor
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_attributes import json_tags, valid_owners
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.bound_resources import bindings_from
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError

IMPLICIT_JOB = "__ASSET_JOB"
"""The job of all assets, under Dagster's name for it."""


class GraphOfAssets(Protocol):
    """Assets and checks that a job is resolved among."""

    @property
    def known(self) -> KnownAssets:
        """The assets."""
        ...

    @property
    def checks(self) -> Sequence[AssetChecksDefinition]:
        """The checks that are definitions of their own."""
        ...

    @property
    def container(self) -> Container:
        """The container of their resources."""
        ...


@dataclass(frozen=True)
class UnresolvedAssetJobDefinition:
    """A job of selected assets; `Definitions` resolves the selection."""

    name: str
    selection: Any = None
    config: Any = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    partitions_def: PartitionsDefinition | None = None
    hooks: frozenset[HookDefinition] = frozenset()
    op_retry_policy: RetryPolicy | None = None
    run_tags: Mapping[str, str] | None = None
    """The tags of every run, if they are not the job's."""
    metadata: Mapping[str, object] = field(default_factory=dict[str, object])
    owners: Sequence[str] = ()
    executor_def: AnyExecutor | None = None
    """Spreads on Dagster the steps over processes; recorded here."""
    automation_condition: AutomationCondition | None = None
    """Starts on Dagster a run of the job by itself; recorded here."""

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
        return partition_request(self, partition_key, run_key, tags, run_config, is_resolved=False)

    def resolve(
        self,
        asset_graph: GraphOfAssets,
        default_executor_def: AnyExecutor | None = None,
        resource_defs: object = None,
    ) -> JobDefinition:
        """The job, among the assets of a graph, as a test resolves it.

        Args:
            asset_graph: The graph that `Definitions.resolve_asset_graph` returns.
            default_executor_def: The executor of a job that names none; recorded here.
            resource_defs: Resources of the job's own, beside those of the graph's definitions.

        Raises:
            UnknownNameError: The selection names an asset that does not exist.
        """
        job = self.resolve_among(asset_graph.known, asset_graph.checks, asset_graph.container)
        own = bindings_from(resource_defs)
        return replace(job, executor_def=job.executor_def or default_executor_def, bindings=own)

    def resolve_among(
        self, known: KnownAssets, checks: Sequence[AssetChecksDefinition], container: Container
    ) -> JobDefinition:
        """The job, among the `known` assets.

        Raises:
            UnknownNameError: The selection names an asset that does not exist.
        """
        is_whole = self.selection is None or self.selection == AssetSelection.all()
        wanted = None if is_whole else known.selected(checks, self.selection)
        chosen = known.chosen(wanted)
        nodes = in_running_order(asset_nodes(chosen, checks, wanted, known, self._observed(known, wanted)))
        graphs = [definition for definition in chosen if isinstance(definition, GraphAssetDefinition)]
        return JobDefinition(
            name=self.name,
            steps=JobSteps(with_job_policies(nodes, self.hooks, self.op_retry_policy)),
            container=container,
            known=known,
            config=self.config,
            partitions_def=self._shared_partitions(chosen),
            description=self.description,
            tags=self.tags,
            explicit_run_tags=self.run_tags,
            metadata=normalized_metadata(self.metadata, f"job '{self.name}'"),
            owners=self.owners,
            executor_def=self.executor_def,
            hook_defs=self.hooks,
            op_retry_policy=self.op_retry_policy,
            is_dynamic=bool(graphs) and has_dynamic_steps(nodes),
            outputs_by_graph={name: outputs for d in graphs for name, outputs in d.outputs_by_graph.items()},
            mappings_by_graph={name: mapping for d in graphs for name, mapping in d.mappings_by_graph.items()},
        )

    def _observed(self, known: KnownAssets, wanted: Selected | None) -> dict[AssetKey, ObservationOp]:
        """The assets made elsewhere that a run looks at: the selected ones; all in the job of all assets."""
        if wanted is None:
            return dict(known.observed) if self.name == IMPLICIT_JOB else {}
        return known.observed_among(wanted.keys)

    def _shared_partitions(self, assets: Sequence[AssetsDefinition]) -> PartitionsDefinition | None:
        """The partitions of its assets, or the job's own; the job of all assets has none if theirs differ.

        Raises:
            InvalidDefinitionError: The assets have different partitions.
        """
        found = different_partitions(assets)
        if len(found) > 1 and self.name == IMPLICIT_JOB:
            return None
        if len(found) > 1:
            kinds = "; ".join(str(one).rstrip(".") for one in found)
            owner = "The run" if self.name.startswith("__") else f"job '{self.name}'"
            msg = f"{owner} selects assets of different partitions: {kinds}. Select assets that share theirs."
            raise InvalidDefinitionError(msg)
        return self.partitions_def or next(iter(found), None)


def different_partitions(assets: Iterable[AssetsDefinition]) -> list[PartitionsDefinition]:
    """The partitions of the partitioned ones among `assets`, each once."""
    found: list[PartitionsDefinition] = []
    for definition in assets:
        if definition.partitions_def is not None and definition.partitions_def not in found:
            found.append(definition.partitions_def)
    return found


def define_asset_job(
    name: str,
    selection: object = None,
    config: object = None,
    description: str | None = None,
    tags: Mapping[str, object] | None = None,
    run_tags: Mapping[str, object] | None = None,
    metadata: Mapping[str, object] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    executor_def: object = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
    owners: Sequence[str] | None = None,
    automation_condition: AutomationCondition | None = None,
) -> UnresolvedAssetJobDefinition:
    """A job that makes the selected assets, and runs their checks.

    Args:
        name: The job's name.
        selection: The assets; all by default. An `AssetSelection`, assets, keys, or text such as "+trips".
        config: Run config that every run starts from.
        description: For people.
        tags: Tags of the job, and of every run unless there are `run_tags`.
        run_tags: Tags of every run.
        metadata: Facts about the job.
        partitions_def: The parts it is run in; its assets' by default.
        executor_def: Spreads on Dagster the steps over processes; recorded here.
        hooks: Hooks of every step.
        op_retry_policy: How often a step that has no policy of its own is tried again.
        owners: Email addresses, or `team:name`.
        automation_condition: Starts on Dagster a run of the job by itself; recorded here.

    Raises:
        InvalidDefinitionError: The name cannot be used, or something is not of its kind.
    """
    check_name("job", name)
    owner = f"job '{name}'"
    check_config(owner, config)
    return UnresolvedAssetJobDefinition(
        name,
        AssetSelection.all() if selection is None else AssetSelection.from_coercible(selection),
        config,
        description,
        json_tags(tags),
        partitions_of_job(owner, config, partitions_def),
        checked_hooks(owner, hooks),
        op_retry_policy,
        None if run_tags is None else json_tags(run_tags),
        dict(metadata or {}),
        valid_owners(owner, owners),
        checked_executor(owner, executor_def),
        automation_condition,
    )


def target_job(target: object, owner_name: str | None) -> JobDefinition | UnresolvedAssetJobDefinition | None:
    """The job of a schedule's or sensor's `target`: the target itself, or a job of the assets that it selects."""
    if target is None or isinstance(target, JobDefinition | UnresolvedAssetJobDefinition):
        return target
    selection = AssetSelection.assets(target) if isinstance(target, AssetsDefinition) else target
    return UnresolvedAssetJobDefinition(f"__anonymous_asset_job_{owner_name or 'target'}", selection)
