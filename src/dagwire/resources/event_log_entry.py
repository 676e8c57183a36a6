"""`EventLogEntry`: what an instance remembers of an asset that was made."""

import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """An asset that was made: which, by which run and step, and when."""

    asset_materialization: Any
    """The `AssetMaterialization`: key, metadata, partition, tags."""
    run_id: str = ""
    job_name: str | None = None
    step_key: str | None = None
    timestamp: float = field(default_factory=time.time)
    """Seconds since 1970, UTC."""
    storage_id: int = 0
    """Which of the instance's events it is, counted from 1."""

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
    def dagster_event(self) -> "EventLogEntry":
        """The entry itself; Dagster keeps key and type one step further in."""
        return self

    def get_dagster_event(self) -> "EventLogEntry":
        """`dagster_event`."""
        return self

    @property
    def step_materialization_data(self) -> "EventLogEntry":
        """The entry itself, of which `materialization` tells."""
        return self

    @property
    def materialization(self) -> Any:
        """`asset_materialization`, by its name in events."""
        return self.asset_materialization
