"""The definitions, bound to the container: what the command line, the tests and any other outlet work on."""

from dagwire import Definitions, load_asset_checks_from_modules, load_assets_from_modules, multiprocess_executor

from assets import checks, dashboard, raw, warehouse
from assets.automation import every_month, flights_etl, new_months
from containers.application import Application

defs = Definitions(
    assets=load_assets_from_modules([raw, warehouse, dashboard]),
    asset_checks=load_asset_checks_from_modules([checks]),
    jobs=[flights_etl],
    schedules=[every_month],
    sensors=[new_months],
    resources=Application(),
    # On Dagster, each step is a process, and DuckDB has one writer. A launch may change that for another warehouse.
    executor=multiprocess_executor.configured(
        {
            "max_concurrent": 1,
            # Each is the copy of a process that has imported these, and need not import them again.
            "start_method": {"forkserver": {"preload_modules": ["dagwire.integrations.dagster", __name__]}},
        }
    ),
)
