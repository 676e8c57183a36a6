"""`AdoptedInstance`: Dagster's instance, for functions that dagwire calls."""

from collections.abc import Iterable, Sequence
from typing import Any

from dagwire.integrations.dagster.namesakes import namesake, own_value
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.instance import DagsterInstance


class AdoptedInstance(DagsterInstance):
    """Dagster's instance in the place of one of dagwire's, which passes on every question.

    Lives as long as a tick or a step.
    """

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

    def get_latest_materialization_events(self, asset_keys: Iterable[object]) -> dict[Any, Any]:
        """The latest materialization of each of these assets."""
        return {key: self.get_latest_materialization_event(key) for key in asset_keys}

    def latest_two_materializations(self, asset_key: object) -> tuple[EventLogEntry | None, EventLogEntry | None]:
        """Return the latest materialization of an asset, and the one before it; None for each that there is not."""
        found = self.instance.fetch_materializations(namesake(asset_key), limit=2).records
        entries = [EventLogEntry(own_value(record.asset_materialization), record.run_id) for record in found]
        latest, previous, *_ = [*entries, None, None]
        return latest, previous

    @property
    def is_ephemeral(self) -> bool:
        """Whether it forgets everything with the process."""
        return bool(self.instance.is_ephemeral)

    def get_asset_keys(self) -> list[Any]:
        """Return the keys of the assets that were made."""
        return [own_value(key) for key in self.instance.get_asset_keys()]

    def has_asset_key(self, asset_key: object) -> bool:
        """Return whether an asset was made."""
        return bool(self.instance.has_asset_key(namesake(asset_key)))

    def report_runless_asset_event(self, asset_event: object) -> None:
        """Record that an asset was made elsewhere."""
        self.instance.report_runless_asset_event(namesake(asset_event))

    def wipe_assets(self, asset_keys: Iterable[object]) -> None:
        """Forget that these assets were made."""
        self.instance.wipe_assets([namesake(key) for key in asset_keys])
