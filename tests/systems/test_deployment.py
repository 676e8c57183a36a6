"""The processes of `compose.yaml`, started by its commands: a webserver that knows nothing but the code server."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests.app.command import ROOT
from tests.systems.conftest import CANARY
from tests.systems.dagster_commands import dagster, files_with, variables
from tests.systems.dagster_pages import RESOURCES, Pages, free_port, is_up
from tests.systems.environments import environment
from tests.systems.processes import started
from tests.waiting import wait_for

pytestmark = [pytest.mark.systems, pytest.mark.timeout(200)]
SETTINGS = ("APP_", "DAGWIRE_ENV")


@pytest.fixture
def pages(tmp_path: Path, api_url: str) -> Iterator[Pages]:
    """The webserver of the deployment, on free ports."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    ports = {"4000": str(free_port()), "3000": str(free_port())}
    workspace = (ROOT / "deploy" / "workspace.yaml").read_text().replace("4000", ports["4000"])
    (tmp_path / "workspace.yaml").write_text(workspace)
    changed = {**ports, "0.0.0.0": "127.0.0.1", "deploy/workspace.yaml": str(tmp_path / "workspace.yaml")}  # noqa: S104  # replaced

    given = variables(tmp_path, APP_API__BASE_URL=api_url, APP_API__KEY=CANARY, DAGWIRE_ENV="production")
    without = {name: value for name, value in given.items() if not name.startswith(SETTINGS)}
    found = Pages(f"http://127.0.0.1:{ports['3000']}", "flights")
    with ExitStack() as running:
        for name in ("code", "webserver"):  # in turn, as the health check has it
            program, *arguments = services[name]["command"]
            command = [environment("dagster") / program, *(changed.get(one, one) for one in arguments)]
            shown = given if name == "code" else {**without, "CODE_HOST": "127.0.0.1"}
            running.enter_context(started(command, shown, ROOT, tmp_path / f"{name}.log"))
            if name == "code":
                check = [changed.get(one, one) for one in services[name]["healthcheck"]["test"][2:]]
                wait_for(lambda: dagster(given, ROOT, *check).returncode == 0, 120)  # noqa: B023  # called at once
        wait_for(lambda: is_up(found), 120, pause_s=0.2)
        yield found


def test_the_webserver_shows_the_definitions_of_the_code_server(pages: Pages, tmp_path: Path) -> None:
    """The webserver has no settings, and shows the resources with the values of the code server, secrets masked."""
    answer = pages.ask(RESOURCES, s=pages.repository)["allTopLevelResourceDetailsOrError"]
    resources = {one["name"]: one for one in answer["results"]}
    values = {one["key"]: one["value"] for one in resources["api"]["configuredValues"]}
    assert values["attempts"] == "8"
    assert not [answer for answer in pages.answers if CANARY in answer]
    assert files_with(CANARY, tmp_path) == []
