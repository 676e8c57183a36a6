"""An application of Celery, for workers in processes of their own: each resource writes its life into a file."""

import os
from pathlib import Path
from typing import Annotated

from celery import Celery
from dependency_injector import containers
from dependency_injector.wiring import Provide

from dagwire import ResourceProvider, inject
from dagwire.integrations.celery import install

FOLDER = Path(os.environ["DAGWIRE_TEST_FOLDER"])


def note(text: str) -> None:
    with (FOLDER / "log").open("a", encoding="utf-8") as log:
        log.write(f"{os.getpid()} {text}\n")


def pool():
    note("open pool")
    yield os.getpid()
    note("close pool")


def session(pool):
    note("begin")
    yield pool
    note("commit")


class Application(containers.DeclarativeContainer):
    pool = ResourceProvider(pool).set_lifetime("process")
    session = ResourceProvider(session, pool)


app = Celery("tests", broker="filesystem://", backend="file://" + str(FOLDER))
app.conf.broker_transport_options = {
    "data_folder_in": str(FOLDER),
    "data_folder_out": str(FOLDER),
    "control_folder": str(FOLDER / "control"),
    "polling_interval": 0.02,
}
install(app, Application(), eager=True)


@app.task(name="opened_in")
@inject
def opened_in(session: Annotated[int, Provide[Application.session]]) -> list[int]:
    return [session, os.getpid()]
