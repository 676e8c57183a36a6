"""The project of `project.py` on a container: its resources are configured by settings, and a test may override them.

`dagster dev -m examples.dagster_project.with_a_container` runs it.
"""

import dagster as dg
from dependency_injector import containers
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import SettingsProvider
from dagwire.integrations.dagster import from_dagster, resources_for_dagster

from examples.dagster_project.project import ASSETS, JOBS, SENSORS, Mailbox, Orders


class Settings(BaseSettings):
    """`SHOP_FOLDER`, `SHOP_MAILBOX` and `SHOP_CURRENCY`, from the environment, a file or a secrets folder."""

    model_config = SettingsConfigDict(env_prefix="SHOP_")

    folder: str
    mailbox: str
    currency: str = "EUR"


class Shop(containers.DeclarativeContainer):
    """The resources of the project, which are Dagster's own."""

    settings = SettingsProvider(Settings)
    orders = from_dagster(Orders, folder=settings.of(lambda s: s.folder), currency=settings.of(lambda s: s.currency))
    mailbox = from_dagster(Mailbox, orders=orders, path=settings.of(lambda s: s.mailbox))


def definitions() -> dg.Definitions:
    """The definitions, with the resources of the container."""
    return dg.Definitions(assets=ASSETS, jobs=JOBS, sensors=SENSORS, resources=resources_for_dagster(Shop()))
