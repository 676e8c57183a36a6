"""The container: everything the application is made of, on one page.

Nothing here is read, opened or connected by importing it. A run opens the resources it reaches and closes them.
"""

from datetime import UTC, datetime
from functools import partial

from dependency_injector import containers, providers

from dagwire import ResourceProvider, SettingsProvider

from config.settings import Settings
from resources.dashboard import Dashboard
from resources.flights_api import FlightsApi
from resources.flights_server import FlightsServer
from resources.flights_store import FlightsStore
from resources.warehouse import Warehouse


class Application(containers.DeclarativeContainer):
    """The keys by which assets, checks, schedules and sensors ask for what they need."""

    settings = SettingsProvider(Settings)

    # The local server starts only where the selector picks it.
    server: ResourceProvider[FlightsServer] = ResourceProvider(settings.of(lambda s: s.server))
    api_url = providers.Selector(
        settings.of(lambda s: s.api_location),
        local=server.provided.url,
        remote=settings.of(lambda s: s.api.base_url),
    )
    api: ResourceProvider[FlightsApi] = ResourceProvider(settings.of(lambda s: s.api), base_url=api_url)

    store: ResourceProvider[FlightsStore] = ResourceProvider(settings.of(lambda s: s.store))
    warehouse: ResourceProvider[Warehouse] = ResourceProvider(settings.of(lambda s: s.warehouse))
    dashboard: ResourceProvider[Dashboard] = ResourceProvider(settings.of(lambda s: s.dashboard))
    clock = providers.Object(partial(datetime.now, UTC))
