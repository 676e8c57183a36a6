"""`EventLogEntry`: the event of an asset that was made, as an instance keeps it."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """The event of an asset that was made: its key, run, step and time."""

    asset_materialization: Any
    """The `AssetMaterialization`: key, metadata, partition, tags."""
    run_id: str = ""
    job_name: str | None = None
    step_key: str | None = None
    timestamp: float = field(default_factory=time.time)
    """Seconds since 1970, UTC."""
    storage_id: int = 0
    """The number of the event in its instance, counted from 1."""

    event_type_value = "ASSET_MATERIALIZATION"

    @property
    def asset_key(self) -> Any:
        """The asset's key."""
        return self.asset_materialization.asset_key

    @property
    def partition(self) -> str | None:
        """The partition that was made, or None."""
        return None if self.asset_materialization.partition is None else str(self.asset_materialization.partition)

    @property
    def partition_key(self) -> str | None:
        """`partition`, under its name in a record."""
        return self.partition

    @property
    def dagster_event(self) -> "EventLogEntry":
        """The entry itself; Dagster keeps key and type one level deeper."""
        return self

    def get_dagster_event(self) -> "EventLogEntry":
        """`dagster_event`."""
        return self

    @property
    def step_materialization_data(self) -> "EventLogEntry":
        """The entry itself, which has `materialization`."""
        return self

    @property
    def materialization(self) -> Any:
        """`asset_materialization`, under its name in events."""
        return self.asset_materialization
