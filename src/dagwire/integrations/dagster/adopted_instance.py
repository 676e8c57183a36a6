"""`AdoptedInstance`: Dagster's instance, for functions that dagwire calls."""

from collections.abc import Sequence
from typing import Any

from dagwire.integrations.dagster.namesakes import namesake
from dagwire.resources.instance import DagsterInstance


class AdoptedInstance(DagsterInstance):
    """Dagster's instance in the place of one of dagwire's, which passes on every question. Lives as long as a tick."""

    def __init__(self, context: Any) -> None:
        """`context` has Dagster's, which is looked up when something is asked: not every context has one."""
        super().__init__()
        self._context = context

    @property
    def instance(self) -> Any:
        """Dagster's."""
        return self._context.instance

    def __getattr__(self, name: str) -> object:
        """Answer by Dagster's instance what dagwire's does not know."""
        return getattr(self.instance, name)

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        """Add keys to a set of dynamic partitions."""
        self.instance.add_dynamic_partitions(partitions_def_name, partition_keys)

    def get_dynamic_partitions(self, partitions_def_name: str) -> list[str]:
        """The keys of a set of dynamic partitions, in the order they were added."""
        return list(self.instance.get_dynamic_partitions(partitions_def_name))

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        """Whether a set of dynamic partitions has a key."""
        found: bool = self.instance.has_dynamic_partition(partitions_def_name, partition_key)
        return found

    def delete_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> None:
        """Remove a key from a set of dynamic partitions."""
        self.instance.delete_dynamic_partition(partitions_def_name, partition_key)

    def get_latest_materialization_event(self, asset_key: object) -> Any:
        """The latest materialization of an asset; None if it was never made."""
        return self.instance.get_latest_materialization_event(namesake(asset_key))
