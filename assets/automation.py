"""When it is made: the job that makes all of it, once a month, and whenever the API has a month that we have not."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dagwire import ResourceParam, RunRequest, SkipReason, define_asset_job, schedule, sensor

from assets.raw import MONTHLY
from resources.flights_api import FlightsApi
from resources.tables import FLIGHTS
from resources.warehouse import Warehouse

Clock = Callable[[], datetime]

flights_etl = define_asset_job(
    "flights_etl",
    description="From the API to the dashboard, for a month or a range of months.",
    partitions_def=MONTHLY,
)


@schedule(job=flights_etl, cron_schedule="0 6 1 * *", execution_timezone="UTC")
def every_month(clock: ResourceParam[Clock]) -> RunRequest | SkipReason:
    """On the first of a month: the month that has just ended."""
    month = (clock().replace(day=1) - timedelta(days=1)).strftime(MONTHLY.fmt)
    known = MONTHLY.get_partition_keys()
    if month not in known:
        return SkipReason(f"There are flights from {known[0]} to {known[-1]}, and none in {month}.")
    return RunRequest(run_key=month, partition_key=month)


@sensor(job=flights_etl, minimum_interval_seconds=3600)
def new_months(api: FlightsApi, warehouse: ResourceParam[Warehouse]) -> list[RunRequest] | SkipReason:
    """Request the months that the API has and the warehouse lacks."""
    loaded = {load.month for load in warehouse.loads() if load.table == FLIGHTS.name}
    missing = [month for month in api.months() if month not in loaded and month in MONTHLY.get_partition_keys()]
    if not missing:
        return SkipReason("The warehouse has every month that the API has.")
    return [RunRequest(run_key=month, partition_key=month) for month in missing]
