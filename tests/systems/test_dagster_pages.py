"""Dagster's webserver and daemon on the application: resources, runs, schedules, sensors, and no secret anywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.app.command import contents
from tests.systems.browser import page_text, take_screenshot
from tests.systems.conftest import CANARY
from tests.systems.dagster_commands import files_with
from tests.systems.dagster_pages import (
    DAEMONS,
    EVENTS,
    LAUNCHPAD,
    RESOURCES,
    RUN,
    START_SCHEDULE,
    START_SENSOR,
    TRY_SENSOR,
    Pages,
    serving,
)
from tests.waiting import wait_for

pytestmark = [pytest.mark.systems, pytest.mark.timeout(280)]

PROJECT = """
from dagwire import (
    Definitions, ResourceParam, RunRequest, SensorResult, SkipReason, in_process_executor, job, op, schedule, sensor,
)

from assets.automation import Clock
from containers.definitions import defs as application


@op
def look(clock: ResourceParam[Clock]) -> str:
    return f"{clock():%Y}"


@job(executor_def=in_process_executor)
def looking():
    look()


@schedule(job=looking, cron_schedule="* * * * *")
def each_minute(clock: ResourceParam[Clock]):
    return RunRequest(tags={"year": f"{clock():%Y}"})


@sensor(job=looking, minimum_interval_seconds=1)
def once(context, clock: ResourceParam[Clock]):
    if context.cursor:
        return SkipReason("seen")
    return SensorResult([RunRequest(tags={"year": f"{clock():%Y}"})], cursor="seen")


defs = Definitions.merge(
    application, Definitions(jobs=[looking], schedules=[each_minute], sensors=[once])
)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the project, of Dagster's instance, of store and warehouse."""
    folder = tmp_path_factory.mktemp("pages")
    (folder / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "served:defs"\n')
    (folder / "served.py").write_text(PROJECT)
    return folder


@pytest.fixture(scope="module")
def pages(folder: Path, api_url: str) -> Iterator[Pages]:
    """The webserver, with the daemon; the API's key is a secret that must show nowhere."""
    settings = {"APP_API__BASE_URL": api_url, "APP_API__KEY": CANARY, "APP_API__PAGE_SIZE": "4000"}
    with serving(folder, folder, **settings) as found:
        yield found
        assert not [answer for answer in found.answers if CANARY in answer]
    assert files_with(CANARY, folder) == []


@pytest.fixture(scope="module")
def resources(pages: Pages) -> dict[str, Any]:
    """`{name: Dagster's answer}` for all resources."""
    answer = pages.ask(RESOURCES, s=pages.repository)["allTopLevelResourceDetailsOrError"]
    assert answer["__typename"] == "ResourceDetailsList", answer
    return {one["name"]: one for one in answer["results"]}


def test_every_resource_is_listed(resources: dict[str, Any]) -> None:
    """Each key of the container is a resource of Dagster's, by its own class and description."""
    assert {"api", "clock", "dashboard", "server", "settings", "store", "warehouse"} <= resources.keys()
    assert resources["api"]["resourceType"] == "resources.flights_api.FlightsApi"
    assert resources["api"]["description"].startswith("A client of the API, with time limits, retries")


def test_configuration_is_shown_with_types_and_sources(resources: dict[str, Any], api_url: str) -> None:
    """Fields have types and descriptions, and values name the variable, file or default that gave them."""
    values = {one["key"]: (one["type"], one["value"]) for one in resources["api"]["configuredValues"]}
    assert values["page_size"] == ("ENV_VAR", "APP_API__PAGE_SIZE")
    assert values["attempts"] == ("VALUE", "4")
    fields = {one["name"]: one for one in resources["api"]["configFields"]}
    assert fields["patience_s"]["configTypeKey"] == "float"
    assert fields["patience_s"]["description"].startswith("For all attempts of one request")
    assert "base.toml" in fields["patience_s"]["description"]


def test_a_secret_is_masked(resources: dict[str, Any]) -> None:
    """The key of the API is shown as the variable that holds it, and marked as secret."""
    [key] = [one for one in resources["api"]["configuredValues"] if one["key"] == "key"]
    assert key["value"] in {"APP_API__KEY", '"********"'}
    [field] = [one for one in resources["api"]["configFields"] if one["name"] == "key"]
    assert field["isSecret"]


def test_uses_are_listed(resources: dict[str, Any]) -> None:
    """A resource lists the assets, jobs, schedules and sensors that ask for it, and the resources it is made of."""
    api, clock = resources["api"], resources["clock"]
    assert {one["path"][0] for one in api["assetKeysUsing"]} == {"raw_flights", "raw_reference", "raw_weather"}
    assert api["sensorsUsing"] == ["new_months"]
    assert {one["name"] for one in api["nestedResources"]} == {"api_url", "settings"}
    assert {"each_minute", "every_month"} <= set(clock["schedulesUsing"])
    assert [one["jobName"] for one in clock["jobsOpsUsing"]] == ["looking"]


def test_the_daemon_is_healthy(pages: Pages) -> None:
    """Every daemon that the instance requires reports that it is well."""

    def are_healthy() -> bool:
        found = pages.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
        return all(one["healthy"] for one in found if one["required"])

    wait_for(are_healthy, 60, pause_s=0.5)


def test_the_launchpad_shows_no_secret(pages: Pages) -> None:
    """The default config of a job, which the launchpad offers, has every field and no secret."""
    answer = pages.ask(LAUNCHPAD, p={**pages.repository, "pipelineName": "flights_etl"})
    config = answer["runConfigSchemaOrError"]["rootDefaultYaml"]
    assert "patience_s: 60" in config
    assert CANARY not in config


def test_a_run_is_launched(pages: Pages, folder: Path) -> None:
    """A run launched from the pages succeeds, with the config of a resource that it was given."""
    assets = [{"path": ["raw_reference"]}, {"path": ["reference"]}]
    config = {"resources": {"api": {"config": {"page_size": 50}}}}
    run_id = pages.launch(pipelineName="__ASSET_JOB", assetSelection=assets, config=config)
    assert pages.wait_for_end(run_id) == "SUCCESS", pages.ask(EVENTS, id=run_id)
    assert "page_size: 50" in pages.ask(RUN, id=run_id)["runOrError"]["runConfigYaml"]
    assert len(contents(folder, ["airports"])["airports"]) == 73
    messages = [one.get("message", "") for one in pages.ask(EVENTS, id=run_id)["logsForRun"]["events"]]
    assert any("airports/all: 73 rows loaded" in message for message in messages)


def test_a_sensor_ticks(pages: Pages) -> None:
    """The daemon evaluates a sensor with open resources, and the run that it requests succeeds."""
    pages.ask(START_SENSOR, s={**pages.repository, "sensorName": "once"})
    wait_for(lambda: any(one["runIds"] for one in pages.ticks("once")), 90, pause_s=0.5)
    [tick] = [one for one in pages.ticks("once") if one["runIds"]]
    assert pages.wait_for_end(tick["runIds"][0]) == "SUCCESS"


def test_a_schedule_ticks(pages: Pages) -> None:
    """The daemon evaluates a schedule at its time, and the run that it requests succeeds with the request's tags."""
    pages.ask(START_SCHEDULE, s={**pages.repository, "scheduleName": "each_minute"})
    wait_for(lambda: any(one["runIds"] for one in pages.ticks("each_minute")), 120, pause_s=0.5)
    run_id = next(one for one in pages.ticks("each_minute") if one["runIds"])["runIds"][0]
    assert pages.wait_for_end(run_id) == "SUCCESS"
    tags = {one["key"]: one["value"] for one in pages.ask(RUN, id=run_id)["runOrError"]["tags"]}
    assert len(tags["year"]) == 4


def test_the_applications_sensor_is_evaluated(pages: Pages) -> None:
    """The application's own sensor asks its API and its warehouse, and requests the months that are missing."""
    answer = pages.ask(TRY_SENSOR, s={**pages.repository, "sensorName": "new_months"})["sensorDryRun"]
    result = answer["evaluationResult"]
    assert result["error"] is None, result
    assert {"2013-01", "2013-12"} <= {one["runKey"] for one in result["runRequests"]}


def test_the_page_of_a_resource(pages: Pages, tmp_path: Path) -> None:
    """A browser shows the fields, their types, values and sources; of the secret its variable alone."""
    page = f"{pages.url}/locations/__repository__@{pages.location}/resources/api"
    text = page_text(page)
    pages.answers.append(text)
    for shown in ("FlightsApi", "patience_s", "float", "base.toml", "APP_API__KEY", "api_url", "Now 4000."):
        assert shown in text, shown
    take_screenshot(page, tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


def test_the_page_of_the_uses_of_a_resource(pages: Pages) -> None:
    """A browser shows the assets and sensors that ask for a resource."""
    text = page_text(f"{pages.url}/locations/__repository__@{pages.location}/resources/api/uses")
    pages.answers.append(text)
    for shown in ("raw_flights", "raw_reference", "raw_weather", "new_months"):
        assert shown in text, shown
