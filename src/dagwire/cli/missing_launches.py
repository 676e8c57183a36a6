"""`materialize --missing`: the runs that make what the history lacks."""

from collections.abc import Collection, Sequence

from dagwire.cli.launch import MATERIALIZE, Launch
from dagwire.cli.session import Session
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_graph import known_assets
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.history.missing import missing_runs
from dagwire.resources.instance import DagsterInstance


def missing_launches(defs: Definitions, selection: AssetSelection, session: Session) -> list[Launch]:
    """The runs that make the assets and partitions of `selection` that no recorded run has made, in order.

    Raises:
        InvalidInvocationError: There is no history.
    """
    runs = session.needed_state("`dagwire materialize --missing`").runs

    def made(key: AssetKey) -> Collection[str | None]:
        return runs.made_partitions(key.to_string())

    known = known_assets(defs.assets)
    found = missing_runs(
        known.made,
        selection.resolve(known.made),
        made,
        lambda partitions: partition_keys(partitions, session.instance),
    )
    return [
        Launch(
            defs.resolve(UnresolvedAssetJobDefinition(MATERIALIZE, AssetSelection.assets(*sorted(run.keys)))),
            run.partition,
        )
        for run in found
    ]


def partition_keys(partitions: PartitionsDefinition, instance: DagsterInstance) -> Sequence[str]:
    """The keys of partitions, dynamic ones among them."""
    with partition_loading_context(dynamic_partitions_store=instance):
        return partitions.get_partition_keys()
