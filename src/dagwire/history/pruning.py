"""Old runs are deleted by age and number; what says that an asset is made is kept."""

import sqlite3
import time
from dataclasses import dataclass

from dagwire.history.database import transaction

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Retention:
    """How much of the history is kept."""

    days: float = 90
    runs: float = 10_000


def prune(connection: sqlite3.Connection, retention: Retention) -> None:
    """Delete the runs that have ended and are too old or too many, with their steps, checks and status changes.

    The latest materialization of each asset and partition is kept, and so is each asset's latest observation.
    """
    oldest = time.time() - retention.days * _DAY_S
    found = (
        "SELECT id FROM runs WHERE ended IS NOT NULL AND (ended < ? OR number <= (SELECT max(number) FROM runs) - ?)"
    )
    values = (oldest, retention.runs)
    if connection.execute(f"{found} LIMIT 1", values).fetchone() is None:
        return
    with transaction(connection):
        connection.execute("CREATE TEMP TABLE old_runs AS " + found, values)
        for table, column in (("steps", "run"), ("checks", "run"), ("status_changes", "run"), ("runs", "id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM old_runs)")  # noqa: S608  # ours
        connection.execute(
            "DELETE FROM asset_events WHERE run IN (SELECT id FROM old_runs) AND number NOT IN "
            "(SELECT max(number) FROM asset_events GROUP BY kind, asset, partition)"
        )
        connection.execute("DROP TABLE old_runs")
