"""`RunMemory`: the runs and materializations that an instance has seen, and the questions about them."""

import threading
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from dagwire.resources.dagster_run import DagsterRun
from dagwire.resources.event_log_entry import EventLogEntry
from dagwire.resources.record_filters import (
    AssetRecordsFilter,
    EventLogRecord,
    EventRecordsFilter,
    EventRecordsResult,
    RunsFilter,
)

KEPT = 10_000
"""The number of runs, and of materializations, that are kept: the oldest go first."""


class RunMemory:
    """The runs and materializations of an instance, in memory; lives as long as the instance."""

    def __init__(self, entries: Iterable[EventLogEntry]) -> None:
        """Start with the materializations of another instance."""
        self._runs: dict[str, DagsterRun] = {}
        self._entries: deque[EventLogEntry] = deque(entries, maxlen=KEPT)
        self._changing = threading.Lock()

    # -- runs ----------------------------------------------------------------------------------------------------------

    def keep_run(self, run: DagsterRun) -> None:
        """Keep a run as it is now."""
        with self._changing:
            self._runs[run.run_id] = run
            if len(self._runs) > KEPT:
                del self._runs[next(iter(self._runs))]

    def get_runs(
        self,
        filters: RunsFilter | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        *,
        ascending: bool = False,
    ) -> list[DagsterRun]:
        """Return the runs that this instance has seen, the latest first.

        Args:
            filters: The runs that are wanted; all by default.
            cursor: The id of the run after which to begin.
            limit: The largest number of runs.
            ascending: Whether the oldest comes first.
        """
        with self._changing:
            runs = list(self._runs.values()) if ascending else list(self._runs.values())[::-1]
        ids = [run.run_id for run in runs]
        begin = ids.index(cursor) + 1 if cursor in ids else 0
        return [run for run in runs[begin:] if filters is None or filters.matches(run)][:limit]

    def get_run_by_id(self, run_id: str) -> DagsterRun | None:
        """Return the run of that id; None if this instance has seen none."""
        return self._runs.get(run_id)

    def has_run(self, run_id: str) -> bool:
        """Return whether this instance has seen a run."""
        return run_id in self._runs

    def get_runs_count(self, filters: RunsFilter | None = None) -> int:
        """Return the number of runs that this instance has seen."""
        return len(self.get_runs(filters))

    # -- materializations ----------------------------------------------------------------------------------------------

    def fetch_materializations(
        self,
        records_filter: Any,
        limit: int,
        cursor: str | None = None,
        *,
        ascending: bool = False,
    ) -> EventRecordsResult:
        """Return one page of the materializations of an asset, the latest first.

        Args:
            records_filter: The key of the asset, or an `AssetRecordsFilter`.
            limit: The largest number of records of the page.
            cursor: The cursor of the page before.
            ascending: Whether the oldest comes first.
        """
        is_filter = isinstance(records_filter, AssetRecordsFilter)
        wanted = records_filter if is_filter else AssetRecordsFilter(records_filter)
        found = [one for one in self._records(wanted, ascending=ascending) if _is_after(one, cursor, ascending)]
        page = found[:limit]
        return EventRecordsResult(page, str(page[-1].storage_id) if page else cursor or "", len(found) > limit)

    def get_event_records(
        self, event_records_filter: EventRecordsFilter, limit: int | None = None, *, ascending: bool = False
    ) -> list[EventLogRecord]:
        """Return materializations, the latest first.

        Args:
            event_records_filter: The materializations that are wanted.
            limit: The largest number of records.
            ascending: Whether the oldest comes first.
        """
        return self._records(event_records_filter.as_asset_filter(), ascending=ascending)[:limit]

    def get_materialized_partitions(self, asset_key: object) -> set[str]:
        """Return the partitions of an asset that were made."""
        found = (record.partition_key for record in self._records(AssetRecordsFilter(asset_key), ascending=True))
        return {key for key in found if key is not None}

    def _records(self, wanted: AssetRecordsFilter, *, ascending: bool) -> list[EventLogRecord]:
        entries = self.kept_materializations()
        records = [EventLogRecord(entry.storage_id, entry) for entry in entries if wanted.matches(entry)]
        return records if ascending else records[::-1]

    def kept_materializations(self) -> Sequence[EventLogEntry]:
        """Return the materializations that this instance has seen, the oldest first."""
        with self._changing:
            return list(self._entries)


def _is_after(record: EventLogRecord, cursor: str | None, ascending: bool) -> bool:  # Dagster's option, passed on
    if cursor is None:
        return True
    return record.storage_id > int(cursor) if ascending else record.storage_id < int(cursor)
