"""Dagster's webserver and daemon on the application's definitions, and the questions that the pages ask."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.systems.dagster_commands import variables
from tests.systems.environments import environment as commands
from tests.systems.processes import started
from tests.waiting import wait_for

RESOURCES = """
query($s: RepositorySelector!) { allTopLevelResourceDetailsOrError(repositorySelector: $s) { __typename
  ... on ResourceDetailsList { results { name description resourceType
    configFields { name description isSecret configTypeKey defaultValueAsJson } configuredValues { key type value }
    nestedResources { name type } parentResources { name }
    assetKeysUsing { path } schedulesUsing sensorsUsing jobsOpsUsing { jobName } } }
  ... on PythonError { message } } }
"""
LAUNCH = """
mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on RunConfigValidationInvalid { errors { message } }
  ... on PythonError { message } } }
"""
RUN = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status runConfigYaml tags { key value } } } }"
EVENTS = """
query($id: ID!) { logsForRun(runId: $id) { ... on EventConnection { events { __typename
  ... on MessageEvent { message stepKey } } } } }
"""
LAUNCHPAD = """
query($p: PipelineSelector!) { runConfigSchemaOrError(selector: $p, mode: "default") {
  ... on RunConfigSchema { rootDefaultYaml } } }
"""
START_SCHEDULE = "mutation($s: ScheduleSelector!) { startSchedule(scheduleSelector: $s) { __typename } }"
START_SENSOR = "mutation($s: SensorSelector!) { startSensor(sensorSelector: $s) { __typename } }"
TRY_SENSOR = """
mutation($s: SensorSelector!) { sensorDryRun(selectorData: $s, cursor: null) { __typename
  ... on DryRunInstigationTick { evaluationResult { skipReason error { message } runRequests { runKey } } }
  ... on PythonError { message } } }
"""
TICKS = """
query($s: InstigationSelector!) { instigationStateOrError(instigationSelector: $s) { ... on InstigationState {
  ticks(limit: 5) { status runIds error { message } } } } }
"""
DAEMONS = "{ instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } } }"


class Pages:
    """A running webserver; keeps every answer, so that a test can look for a secret in all of them."""

    def __init__(self, url: str, location: str) -> None:
        self.url = url
        self.location = location
        self.answers: list[str] = []

    @property
    def repository(self) -> dict[str, str]:
        """The selector of the definitions."""
        return {"repositoryName": "__repository__", "repositoryLocationName": self.location}

    def ask(self, query: str, **given: Any) -> Any:
        """Return the answer to a GraphQL query."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": query, "variables": given}, timeout=60)
        self.answers.append(answer.text)
        found = answer.json()
        assert "errors" not in found, found
        return found["data"]

    def launch(self, **parameters: Any) -> str:
        """Launch a run and return its id; `parameters` name a job or assets, and config."""
        config = parameters.pop("config", {})
        selector = {**self.repository, **parameters}
        given = {"selector": selector, "runConfigData": json.dumps(config), "mode": "default"}
        answer = self.ask(LAUNCH, p=given)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        run_id: str = answer["run"]["runId"]
        return run_id

    def status(self, run_id: str) -> str:
        """The status of a run."""
        status: str = self.ask(RUN, id=run_id)["runOrError"]["status"]
        return status

    def wait_for_end(self, run_id: str) -> str:
        """Wait until a run has ended; return its status."""
        wait_for(lambda: self.status(run_id) in {"SUCCESS", "FAILURE", "CANCELED"}, 150, pause_s=0.5)
        return self.status(run_id)

    def ticks(self, name: str) -> list[Any]:
        """The ticks of a schedule or sensor, the latest first."""
        found: list[Any] = self.ask(TICKS, s={**self.repository, "name": name})["instigationStateOrError"]["ticks"]
        return found


@contextmanager
def serving(folder: Path, project: Path, **settings: object) -> Iterator[Pages]:
    """`dagwire dagster dev` in a project, until the block ends; its instance and its log are in `folder`."""
    port = free_port()
    command: list[str | Path] = [commands("dagster") / "dagwire", "dagster", "dev", "-h", "127.0.0.1", "-p", str(port)]
    pages = Pages(f"http://127.0.0.1:{port}", "dagwire.integrations.dagster.project")
    log = folder / "dagster-dev.log"
    with started(command, variables(folder, **settings), project, log) as process:
        wait_for(lambda: process.poll() is not None or is_up(pages), 120, pause_s=0.2)
        assert process.poll() is None, log.read_text()
        yield pages


def free_port() -> int:
    """Return a loopback port that nobody has now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def is_up(pages: Pages) -> bool:
    """Whether the webserver answers."""
    try:
        found = pages.ask("{ repositoriesOrError { __typename } }")
    except httpx.TransportError:
        return False
    return bool(found["repositoriesOrError"]["__typename"] == "RepositoryConnection")
