"""What the hosting needs: forms, workflows and updates are whole, and name no address that nobody knows yet."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOSTING = ROOT / ".github"
WORKFLOWS = sorted((HOSTING / "workflows").glob("*.yml"))
FORMS = [path for path in sorted((HOSTING / "ISSUE_TEMPLATE").glob("*.yml")) if path.name != "config.yml"]


def name(path):
    """The name of a file, for the test's id."""
    return path.name


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_workflow_calls_targets_that_exist(path):
    """Each `make` of a workflow names a target of the Makefile."""
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1].split()
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    commands = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    called = [command.split()[1] for command in commands if command.startswith("make ")]
    assert set(called) <= set(phony)


@pytest.mark.parametrize("path", WORKFLOWS, ids=name)
def test_a_job_has_a_name_and_ends(path):
    """Each job has a name for people, and a limit after which it is ended."""
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    assert all(job["name"] and job["timeout-minutes"] for job in jobs)


@pytest.mark.parametrize("path", FORMS, ids=name)
def test_an_issue_form_explains_each_question(path):
    """A form has a name, a description and a label, and each question has an id of its own and a label."""
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    ids = [part["id"] for part in questions]
    assert form["name"]
    assert form["description"]
    assert form["labels"]
    assert len(set(ids)) == len(ids)
    assert all(part["attributes"]["label"] for part in questions)


@pytest.mark.parametrize("path", sorted(path for path in HOSTING.rglob("*") if path.is_file()), ids=name)
def test_no_address_is_made_up(path):
    """No file names a repository or a site of the project: it has no address yet."""
    assert not re.search(r"github\.com/|https?://", path.read_text(encoding="utf-8"))


def test_updates_cover_what_the_workflows_use():
    """The actions of the workflows are kept up to date."""
    updates = yaml.safe_load((HOSTING / "dependabot.yml").read_text(encoding="utf-8"))["updates"]
    assert "github-actions" in {update["package-ecosystem"] for update in updates}
