"""The definitions, bound to the container: what the command line, the tests and any other outlet work on."""

from dagwire import Definitions, load_asset_checks_from_modules, load_assets_from_modules

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
)
