"""The first stage: what the API sends, kept as it came, a month at a time."""

from collections.abc import Sequence
from typing import Any

from dagwire import AssetExecutionContext, BackfillPolicy, Config, MaterializeResult, MonthlyPartitionsDefinition, asset

from resources.flights_api import FlightsApi
from resources.flights_store import FlightsStore
from resources.tables import AIRLINES, AIRPORTS, FLIGHTS, PLANES, WEATHER, Table

REFERENCE = (AIRLINES, AIRPORTS, PLANES)
MONTHLY = MonthlyPartitionsDefinition(start_date="2013-01", end_date="2014-01", fmt="%Y-%m")
IN_ONE_RUN = BackfillPolicy.single_run()  # twelve months are one run, not twelve


class Fetching(Config):
    """The config of a fetch."""

    refresh: bool = False
    """Whether to fetch again what is stored already."""


@asset(partitions_def=MONTHLY, backfill_policy=IN_ONE_RUN, group_name="raw")
def raw_flights(
    context: AssetExecutionContext, config: Fetching, api: FlightsApi, store: FlightsStore
) -> MaterializeResult[None]:
    """The flights of a month, as the API sends them."""
    return fetch(context, [(FLIGHTS, month) for month in context.partition_keys], config, api, store)


@asset(partitions_def=MONTHLY, backfill_policy=IN_ONE_RUN, group_name="raw")
def raw_weather(
    context: AssetExecutionContext, config: Fetching, api: FlightsApi, store: FlightsStore
) -> MaterializeResult[None]:
    """The weather of a month, hour by hour, as the API sends it."""
    return fetch(context, [(WEATHER, month) for month in context.partition_keys], config, api, store)


@asset(group_name="raw")
def raw_reference(
    context: AssetExecutionContext, config: Fetching, api: FlightsApi, store: FlightsStore
) -> MaterializeResult[None]:
    """Airlines, airports and planes, as the API sends them."""
    return fetch(context, [(table, None) for table in REFERENCE], config, api, store)


def fetch(
    context: AssetExecutionContext,
    wanted: Sequence[tuple[Table[Any], str | None]],
    config: Fetching,
    api: FlightsApi,
    store: FlightsStore,
) -> MaterializeResult[None]:
    """Store what is wanted and not there yet. A batch is complete or absent, so whatever stops us, the rest is kept."""
    rows = fetched = 0
    for table, month in wanted:
        batch = table.batch(month)
        manifest = None if config.refresh else store.manifest(batch)
        if manifest is None:
            manifest = store.replace(batch, api.fetch(table, month))
            fetched += manifest.rows
            context.log.info("%s: %s rows fetched", batch, f"{manifest.rows:,}")
        else:
            context.log.info("%s: %s rows are here already", batch, f"{manifest.rows:,}")
        rows += manifest.rows
    return MaterializeResult(metadata={"rows": rows, "rows_fetched": fetched})
