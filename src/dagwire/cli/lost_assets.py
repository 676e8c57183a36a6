"""`LostAssets`: the assets that a row of runs could not make, so that nothing is made of them."""

from dagwire.cli.launch import Launch
from dagwire.definitions.partitions.partitions import PartitionsDefinition
from dagwire.definitions.specs.asset_key import AssetKey


class LostAssets:
    """Remembers the assets of runs that failed; lives as long as a command."""

    def __init__(self) -> None:
        """Nothing is lost."""
        self._lost: list[tuple[AssetKey, PartitionsDefinition | None, str | None]] = []

    def add(self, launch: Launch) -> None:
        """Note that a run did not make its assets."""
        keys = launch.job.steps.by_asset
        self._lost += [(key, launch.job.partitions_def, launch.partition) for key in keys]

    def needed_by(self, launch: Launch) -> AssetKey | None:
        """A lost asset that a run would take; None if there is none.

        Another partition of the same partitions is not taken.
        """
        own = launch.job.steps.by_asset
        taken = {dep for key, node in own.items() if node.asset is not None for dep in node.asset.asset_deps[key]}
        for key, partitions, partition in self._lost:
            is_other = partitions == launch.job.partitions_def and partition != launch.partition
            if key in taken and not is_other:
                return key
        return None
