"""`--dry-run`: the plan of a run, in words and as data. Nothing is opened."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dagwire.cli.launch import Launch
from dagwire.cli.run_config_options import keys_used
from dagwire.containers.keys import find_provider
from dagwire.containers.provider_graph import is_owned_by_run
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.execution.run import check_run
from dagwire.history.redaction import Redactor
from dagwire.resources.instance import DagsterInstance


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a plan."""

    step: str
    after: list[str]
    resources: list[str]
    state: str
    """Whether it is to be done, or the run whose values are used."""


def plan_of(launch: Launch, instance: DagsterInstance) -> dict[str, Any]:
    """The plan of a run, checked as the run checks it.

    Raises:
        DagwireError: The run could not start.
    """
    job = launch.job
    plan = check_run(job, launch.options(instance))
    redactor = Redactor(job.container)
    redactor.add_config(plan.config_by_node, plan.resource_config_by_key)
    config: dict[str, Any] = redactor.plain(plan.run_config)
    return {
        "job": job.name,
        "partitions": list(plan.partitions.keys),
        "steps": [
            PlannedStep(
                node.definition.shown_name,
                list(node.after),
                sorted({requirement.key for requirement in node.requirements}),
                f"done by {launch.done[node.name][0]}" if node.name in launch.done else "to do",
            )
            for node in plan.nodes
        ],
        "resources": _opened(job),
        "config": {name: section for name, section in config.items() if section},
        "tags": dict(plan.tags),
    }


def _opened(job: JobDefinition) -> list[str]:
    """The keys of what the run opens and closes."""
    providers = {key: find_provider(job.container, key) for key in sorted(keys_used(job))}
    return [key for key, provider in providers.items() if provider is not None and is_owned_by_run(provider)]


def plan_lines(plan: dict[str, Any]) -> Iterator[str]:
    """The facts of a plan beside its steps, for people."""
    partitions: list[str] = plan["partitions"]
    if partitions:
        shown = partitions[0] if len(partitions) == 1 else f"{len(partitions)}, {partitions[0]} to {partitions[-1]}"
        yield f"partitions: {shown}"
    yield f"resources to open: {', '.join(plan['resources']) or 'none'}"
    yield f"config: {plan['config'] or 'none'}"
