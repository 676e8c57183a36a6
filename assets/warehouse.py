"""The second stage: the stored months, loaded into tables that can be asked questions."""

from collections.abc import Iterator, Sequence
from typing import Any

from dagwire import AssetExecutionContext, MaterializeResult, ResourceParam, asset

from assets.raw import IN_ONE_RUN, MONTHLY, REFERENCE, raw_flights, raw_reference, raw_weather
from resources.errors import StoreError
from resources.flights_store import FlightsStore, Manifest
from resources.tables import FLIGHTS, WEATHER, BadPageError, Table
from resources.warehouse import Records, Warehouse


@asset(deps=[raw_flights], partitions_def=MONTHLY, backfill_policy=IN_ONE_RUN, group_name="warehouse")
def flights(
    context: AssetExecutionContext, store: FlightsStore, warehouse: ResourceParam[Warehouse]
) -> MaterializeResult[None]:
    """The table of flights, one row each."""
    return load(context, [(FLIGHTS, month) for month in context.partition_keys], store, warehouse)


@asset(deps=[raw_weather], partitions_def=MONTHLY, backfill_policy=IN_ONE_RUN, group_name="warehouse")
def weather(
    context: AssetExecutionContext, store: FlightsStore, warehouse: ResourceParam[Warehouse]
) -> MaterializeResult[None]:
    """The table of weather, one row an hour and airport."""
    return load(context, [(WEATHER, month) for month in context.partition_keys], store, warehouse)


@asset(deps=[raw_reference], group_name="warehouse")
def reference(
    context: AssetExecutionContext, store: FlightsStore, warehouse: ResourceParam[Warehouse]
) -> MaterializeResult[None]:
    """The tables of airlines, airports and planes."""
    return load(context, [(table, None) for table in REFERENCE], store, warehouse)


def load(
    context: AssetExecutionContext,
    wanted: Sequence[tuple[Table[Any], str | None]],
    store: FlightsStore,
    warehouse: Warehouse,
) -> MaterializeResult[None]:
    """Load what is stored, unless the ledger shows that the warehouse has exactly this content already."""
    digests = {(load.table, load.month): load.digest for load in warehouse.loads()}
    rows = loaded = 0
    for table, month in wanted:
        batch = table.batch(month)
        manifest = store.manifest(batch)
        if manifest is None:
            raise StoreError(where=batch, problem="this was not fetched yet", advice="Make its raw asset first")
        if digests.get((table.name, month)) == manifest.digest:
            context.log.info("%s: %s rows are here already", batch, f"{manifest.rows:,}")
        else:
            loaded += warehouse.replace(table, month, records(table, store, manifest), manifest.digest)
            context.log.info("%s: %s rows loaded", batch, f"{manifest.rows:,}")
        rows += manifest.rows
    return MaterializeResult(metadata={"rows": rows, "rows_loaded": loaded})


def records(table: Table[Any], store: FlightsStore, manifest: Manifest) -> Iterator[Records]:
    """The records of each stored page."""
    for page, content in zip(manifest.pages, store.read(manifest), strict=True):
        try:
            yield table.read(content)["rows"]
        except BadPageError as error:
            raise StoreError(page.path, str(error), "Fetch its month again, with refresh") from error
