"""A project of Dagster's: a shop's orders, read from a folder and summed up each day.

`dagster dev -m examples.dagster_project.project` runs it as it is.
"""

import json
from pathlib import Path
from typing import Any

import dagster as dg


class Orders(dg.ConfigurableResource[Any]):
    """The orders of a shop, in JSON files."""

    folder: str
    currency: str = "EUR"

    def of_day(self, day: str) -> list[dict[str, Any]]:
        """The orders of one day."""
        orders: list[dict[str, Any]] = json.loads((Path(self.folder) / f"{day}.json").read_text(encoding="utf-8"))
        return orders


class Mailbox(dg.ConfigurableResource[Any]):
    """Where reports are sent, here a file."""

    orders: dg.ResourceDependency[Orders]
    path: str

    def send(self, text: str) -> None:
        """Send a report."""
        Path(self.path).write_text(f"{text} {self.orders.currency}\n", encoding="utf-8")


@dg.asset
def sales(orders: Orders) -> int:
    """The sales of a day, in cents."""
    return sum(order["cents"] for order in orders.of_day("2024-05-06"))


@dg.asset
def report(sales: int, mailbox: Mailbox) -> str:
    """The day's report, which is sent."""
    text = f"{sales / 100:.2f}"
    mailbox.send(text)
    return text


day_end = dg.define_asset_job("day_end")


@dg.sensor(job=day_end)
def when_there_are_orders(orders: Orders) -> dg.RunRequest | dg.SkipReason:
    """Request the report once there are orders."""
    return dg.RunRequest(run_key="2024-05-06") if orders.of_day("2024-05-06") else dg.SkipReason("no orders yet")


ASSETS = [sales, report]
JOBS = [day_end]
SENSORS = [when_there_are_orders]


def definitions() -> dg.Definitions:
    """The definitions, with the resources as the project had them."""
    orders = Orders(folder=dg.EnvVar("SHOP_FOLDER"))
    resources = {"orders": orders, "mailbox": Mailbox(orders=orders, path=dg.EnvVar("SHOP_MAILBOX"))}
    return dg.Definitions(assets=ASSETS, jobs=JOBS, sensors=SENSORS, resources=resources)
