"""`define_asset_job`: a job of selected assets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dagwire.containers.keys import Container
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.selection import AssetSelection, selected
from dagwire.definitions.jobs.asset_graph import KnownAssets, asset_nodes, chosen_assets
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.partitioned_config import partition_request, partitions_of_job
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.ops.dynamic_mapping import has_dynamic_steps
from dagwire.definitions.ops.graph_assets_definition import GraphAssetDefinition
from dagwire.definitions.ops.node import in_running_order, with_job_policies
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.retries import RetryPolicy
from dagwire.definitions.specs.valid_names import check_name
from dagwire.definitions.steps.hook import HookDefinition
from dagwire.errors import InvalidDefinitionError

IMPLICIT_JOB = "__ASSET_JOB"
"""The job of all assets, under Dagster's name for it."""


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

    def run_request_for_partition(
        self,
        partition_key: str,
        run_key: str | None = None,
        tags: Mapping[str, str] | None = None,
        run_config: Any = None,
    ) -> RunRequest:
        """A request to run this job for one partition; config and tags of the partition are in it.

        Raises:
            UnknownPartitionError: The job's partitions are known, and it is none of them.
        """
        return partition_request(self, partition_key, run_key, tags, run_config, is_resolved=False)

    def resolve(
        self, known: KnownAssets, checks: Sequence[AssetChecksDefinition], container: Container
    ) -> JobDefinition:
        """The job, among the `known` assets.

        Raises:
            UnknownNameError: The selection names an asset that does not exist.
        """
        assets = known.made
        wanted = None if self.selection is None else selected(assets, checks, self.selection, known.sources)
        chosen = chosen_assets(assets, wanted)
        nodes = in_running_order(asset_nodes(chosen, checks, wanted, known))
        graphs = [definition for definition in chosen if isinstance(definition, GraphAssetDefinition)]
        return JobDefinition(
            name=self.name,
            nodes=with_job_policies(nodes, self.hooks, self.op_retry_policy),
            container=container,
            known=known,
            config=self.config,
            partitions_def=self._shared_partitions(chosen),
            description=self.description,
            tags=self.tags,
            is_dynamic=bool(graphs) and has_dynamic_steps(nodes),
            outputs_by_graph={name: outputs for d in graphs for name, outputs in d.outputs_by_graph.items()},
            mappings_by_graph={name: mapping for d in graphs for name, mapping in d.mappings_by_graph.items()},
        )

    def _shared_partitions(self, assets: Sequence[AssetsDefinition]) -> PartitionsDefinition | None:
        """The partitions of its assets, or the job's own; the job of all assets has none if theirs differ.

        Raises:
            InvalidDefinitionError: The assets have different partitions.
        """
        found = different_partitions(assets)
        if len(found) > 1 and self.name == IMPLICIT_JOB:
            return None
        if len(found) > 1:
            msg = f"job '{self.name}' selects assets of different partitions: {'; '.join(map(str, found))}."
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
    selection: Any = None,
    config: Any = None,
    description: str | None = None,
    tags: Mapping[str, str] | None = None,
    partitions_def: PartitionsDefinition | None = None,
    hooks: Iterable[HookDefinition] | None = None,
    op_retry_policy: RetryPolicy | None = None,
) -> UnresolvedAssetJobDefinition:
    """A job that makes the selected assets, and runs their checks.

    Args:
        name: The job's name.
        selection: Which assets; all by default. An `AssetSelection`, assets, keys, or text such as "+trips".
        config: Run config that every run starts from.
        description: For people.
        tags: Tags of every run.
        partitions_def: The parts it is run in; its assets' by default.
        hooks: Hooks of every step.
        op_retry_policy: How often a step that has no policy of its own is tried again.

    Raises:
        InvalidDefinitionError: The name cannot be used.
    """
    check_name("job", name)
    return UnresolvedAssetJobDefinition(
        name,
        selection,
        config,
        description,
        dict(tags or {}),
        partitions_of_job(f"job '{name}'", config, partitions_def),
        frozenset(hooks or ()),
        op_retry_policy,
    )


def target_job(target: Any, owner_name: str | None) -> JobDefinition | UnresolvedAssetJobDefinition | None:
    """The job of a schedule's or sensor's `target`: the target itself, or a job of the assets that it selects."""
    if target is None or isinstance(target, JobDefinition | UnresolvedAssetJobDefinition):
        return target
    selection = AssetSelection.assets(target) if isinstance(target, AssetsDefinition) else target
    return UnresolvedAssetJobDefinition(f"__anonymous_asset_job_{owner_name or 'target'}", selection)
