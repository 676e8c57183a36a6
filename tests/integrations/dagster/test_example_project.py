"""`examples/dagster_project`: a project of Dagster's does the same on a container as on resources of its own."""

import json
from types import SimpleNamespace

import dagster
import pytest

from dagwire import override

from examples.dagster_project import project, with_a_container

# Dagster's nested resources call what Dagster itself has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:InitResourceContext.dagster_run")
WAYS = pytest.mark.parametrize("way", [project, with_a_container], ids=["before", "after"])


@pytest.fixture(autouse=True)
def shop(tmp_path, monkeypatch):
    (tmp_path / "2024-05-06.json").write_text(json.dumps([{"cents": 250}, {"cents": 120}]))
    monkeypatch.setenv("SHOP_FOLDER", str(tmp_path))
    monkeypatch.setenv("SHOP_MAILBOX", str(tmp_path / "mailbox.txt"))
    return tmp_path


@WAYS
def test_the_project_gives_the_same_report(way, shop):
    """Assets read and send through their resources, whichever way these are provided."""
    result = way.definitions().resolve_job_def("day_end").execute_in_process()
    assert result.output_for_node("report") == "3.70"
    assert (shop / "mailbox.txt").read_text() == "3.70 EUR\n"


@WAYS
def test_the_sensor_of_the_project_ticks(way):
    """A sensor gets its resource, whichever way it is provided."""
    definitions = way.definitions()
    with dagster.build_sensor_context(resources=definitions.resources, definitions=definitions) as context:
        result = definitions.resolve_sensor_def("when_there_are_orders").evaluate_tick(context)
    assert [request.run_key for request in result.run_requests] == ["2024-05-06"]


def test_the_container_adds_settings_and_overrides(shop, monkeypatch):
    """A setting that the project never read changes a field, and a test replaces a resource."""
    monkeypatch.setenv("SHOP_CURRENCY", "CHF")
    with_a_container.definitions().resolve_job_def("day_end").execute_in_process()
    assert (shop / "mailbox.txt").read_text() == "3.70 CHF\n"
    container = with_a_container.Shop()
    resources = with_a_container.resources_for_dagster(container)
    fake = SimpleNamespace(of_day=lambda _day: [{"cents": 1}])
    with override(container, orders=fake):
        result = dagster.materialize([project.sales], resources=resources)
    assert result.output_for_node("sales") == 1
