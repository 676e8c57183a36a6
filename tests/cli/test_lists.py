"""`dagwire assets`, `jobs`, `schedules`, `sensors` and `resources`."""

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_assets_are_listed_with_what_they_need(run: Run) -> None:
    """Name, what comes before, resources, checks and partitions."""
    done = run("assets", "--json")
    by_name = {row["asset"]: row for row in json.loads(done.stdout)}
    assert by_name["mailed"]["after"] == ["report"]
    assert by_name["mailed"]["resources"] == ["db"]
    assert by_name["report"]["checks"] == ["report_is_full", "report_is_pretty"]
    assert by_name["region"]["partitions"] == "'eu', 'us', 'asia'"


def test_a_selection_of_assets_is_listed(run: Run) -> None:
    """`--select` takes what `materialize` takes."""
    done = run("assets", "--json", "--select", "+mailed")
    assert [row["asset"] for row in json.loads(done.stdout)] == ["report", "mailed"]


def test_a_table_leaves_out_columns_that_are_empty(run: Run) -> None:
    """A person sees one line a row, under the names of the columns."""
    lines = run("assets", "--select", "empty").stdout.splitlines()
    assert [line.split() for line in lines] == [["asset", "group", "checks"], ["empty", "default", "empty_has_rows"]]


def test_jobs_are_listed(run: Run) -> None:
    """Steps, resources and what starts them; the shorthand for long lists is for people only."""
    rows = {row["job"]: row for row in json.loads(run("jobs", "--json").stdout)}
    assert rows["good"]["steps"] == ["report", "mailed", "report_report_is_full", "report_report_is_pretty"]
    assert rows["long"]["resources"] == ["db"]
    assert rows["good"]["started_by"] == ["schedule 'nightly'", "sensor 'inbox'"]
    assert "and 1 more" in run("jobs").stdout


def test_schedules_are_listed(run: Run) -> None:
    """Cron line, zone and job."""
    assert json.loads(run("schedules", "--json").stdout) == [
        {
            "schedule": "nightly",
            "cron": ["0 3 * * *"],
            "timezone": "Europe/Vienna",
            "job": "good",
            "resources": ["db"],
            "description": "The report, every night.",
        }
    ]
    assert "0 3 * * *" in run("schedules").stdout


def test_sensors_are_listed(run: Run) -> None:
    """Interval and job."""
    (inbox,) = json.loads(run("sensors", "--json").stdout)
    assert (inbox["sensor"], inbox["every_s"], inbox["job"]) == ("inbox", 60, "good")


def test_an_asset_that_is_made_elsewhere_is_listed_as_such(run: Run, project: Path) -> None:
    """An asset that is made elsewhere is listed, because it is a part of the graph too."""
    (project / "there.py").write_text(
        "from dagwire import AssetSpec, Definitions, asset\n"
        "@asset(deps=['bought'])\ndef own():\n    pass\n"
        "defs = Definitions(assets=[own, AssetSpec('bought')])\n"
    )
    rows = {row["asset"]: row["made_elsewhere"] for row in json.loads(run("assets", "-m", "there", "--json").stdout)}
    assert rows == {"own": False, "bought": True}
    assert '"bought"' in run("graph", "-m", "there").stdout


def test_nothing_to_list_is_said(run: Run, project: Path) -> None:
    """An empty list is not an error, and prints a line instead of an empty screen."""
    (project / "none.py").write_text("from dagwire import Definitions\ndefs = Definitions()\n")
    for command in ("assets", "jobs", "schedules", "sensors", "resources"):
        done = run(command, "-m", "none")
        assert (done.returncode, done.stdout) == (0, f"There are no {command}.\n")
        assert json.loads(run(command, "-m", "none", "--json").stdout) == []


def test_resources_are_listed_with_their_users(run: Run) -> None:
    """Type, life time, provider, what it is made of and who uses it; nothing is opened."""
    rows = {row["key"]: row for row in json.loads(run("resources", "--json").stdout)}
    assert rows["db"]["type"] == "Db"
    assert rows["db"]["lives_for"] == "a run"
    assert {"asset report", "asset mailed", "job long", "sensor inbox"} <= set(rows["db"]["used_by"])
    assert rows["spool"] == {
        "key": "spool",
        "type": "Spool",
        "lives_for": "a run",
        "provider": "Singleton",
        "uses": ["db"],
        "used_by": [],
    }


def test_one_resource_is_shown(run: Run, project: Path) -> None:
    """A line for each thing to know; long lists whole."""
    done = run("resources", "show", "db")
    assert done.returncode == 0, done.stderr
    assert "asset report, asset mailed" in done.stdout
    assert json.loads(run("resources", "show", "db", "--json").stdout)["key"] == "db"
    assert not (project / "opened").exists()


def test_a_misspelt_resource_names_the_nearest(run: Run) -> None:
    """Exit code 1, one message."""
    done = run("resources", "show", "dbb")
    assert done.returncode == 2
    assert "There is no resource 'dbb'. Did you mean 'db'?" in done.stderr
