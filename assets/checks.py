"""Rules that the tables must keep before anybody looks at them."""
# ruff: noqa: S608  # this SQL is put together from our own names, never from input

from typing import Any

from dagwire import AssetCheckResult, AssetCheckSeverity, ResourceParam, asset_check

from assets.raw import REFERENCE
from assets.warehouse import flights, reference, weather
from resources.flights_store import FlightsStore
from resources.tables import FLIGHTS, WEATHER, Table
from resources.warehouse import Warehouse

# -- every row that was fetched is there, once: nothing is published otherwise -----------------------------------------


@asset_check(asset=flights, blocking=True)
def flights_are_complete(store: FlightsStore, warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """Check that each month has as many flights as were fetched."""
    return complete([FLIGHTS], store, warehouse)


@asset_check(asset=weather, blocking=True)
def weather_is_complete(store: FlightsStore, warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """Check that each month has as many hours of weather as were fetched."""
    return complete([WEATHER], store, warehouse)


@asset_check(asset=reference, blocking=True)
def reference_is_complete(store: FlightsStore, warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """There are as many airlines, airports and planes as were fetched."""
    return complete(list(REFERENCE), store, warehouse)


@asset_check(asset=flights, blocking=True)
def flights_are_unique(warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """No airline has two flights of one number in one hour."""
    return unique(FLIGHTS, warehouse)


@asset_check(asset=weather, blocking=True)
def weather_is_unique(warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """No airport has two records of one hour."""
    return unique(WEATHER, warehouse)


# -- worth knowing, and no reason to stop ------------------------------------------------------------------------------


@asset_check(asset=flights, additional_deps=[reference])
def flights_have_known_airlines(warehouse: ResourceParam[Warehouse]) -> AssetCheckResult:
    """Every flight's airline is in the table of airlines."""
    orphans = warehouse.query("""
        SELECT f.carrier, count(*) AS n
        FROM flights f LEFT JOIN airlines a ON a.carrier = f.carrier
        WHERE a.carrier IS NULL GROUP BY f.carrier ORDER BY f.carrier
    """)
    return AssetCheckResult(
        passed=not orphans,
        severity=AssetCheckSeverity.WARN,
        description=f"airlines without a name: {', '.join(row['carrier'] for row in orphans) or 'none'}",
        metadata={"flights_without_airline": sum(row["n"] for row in orphans)},
    )


def complete(tables: list[Table[Any]], store: FlightsStore, warehouse: Warehouse) -> AssetCheckResult:
    """Compare the rows of each batch in the ledger with its manifest in the store."""
    loaded = [(table, load.month) for table in tables for load in warehouse.loads() if load.table == table.name]
    counted = {table.batch(month): n for table in tables for month, n in rows_by_month(table, warehouse).items()}
    promised: dict[str, int] = {}
    for table, month in loaded:
        manifest = store.manifest(table.batch(month))
        promised[table.batch(month)] = manifest.rows if manifest else 0
    wrong = sorted(batch for batch in counted.keys() | promised if counted.get(batch, 0) != promised.get(batch, 0))
    return AssetCheckResult(
        passed=not wrong,
        description=f"rows differ from what was fetched in: {', '.join(wrong) or 'none'}",
        metadata={"rows": sum(counted.values()), "rows_fetched": sum(promised.values())},
    )


def rows_by_month(table: Table[Any], warehouse: Warehouse) -> dict[str | None, int]:
    """`{month: rows}`; of a table without months `{None: rows}`."""
    if "month" not in table.columns:
        return {None: warehouse.query(f"SELECT count(*) AS n FROM {table.name}")[0]["n"]}
    rows = warehouse.query(f"SELECT year, month, count(*) AS n FROM {table.name} GROUP BY year, month")
    return {f"{row['year']}-{row['month']:02}": row["n"] for row in rows}


def unique(table: Table[Any], warehouse: Warehouse) -> AssetCheckResult:
    """Count the keys that more than one row has."""
    key = ", ".join(table.key)
    twice = warehouse.query(
        f"SELECT count(*) AS n FROM (SELECT 1 FROM {table.name} GROUP BY {key} HAVING count(*) > 1)"
    )
    return AssetCheckResult(passed=twice[0]["n"] == 0, metadata={"keys_twice": twice[0]["n"], "key": key})
