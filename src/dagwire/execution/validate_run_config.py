"""`validate_run_config`: check the config of a run without running it."""

from collections.abc import Mapping
from typing import Any

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.config_dict import as_op_config
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.execution.plan import Plan
from dagwire.execution.run import check_run


def validate_run_config(
    job_def: JobDefinition, run_config: Mapping[str, object] | RunConfig | None = None
) -> dict[str, Any]:
    """The config that a run of `job_def` would have: `run_config` merged over the job's own, with defaults.

    Nothing is opened or run. Variables that an `EnvVar` names must be set.

    Raises:
        InvalidConfigError: The config does not fit; every fault is named.
        DagwireError: The job itself is not complete.

    Example:
        >>> from dagwire import Config, job, op, validate_run_config
        >>> class Size(Config):
        ...     size: int
        ...     unit: str = "m"
        >>> @op
        ... def measure(config: Size): ...
        >>> @job
        ... def measuring():
        ...     measure()
        >>> validate_run_config(measuring, {"ops": {"measure": {"config": {"size": 3}}}})["ops"]
        {'measure': {'config': {'size': 3, 'unit': 'm'}, 'inputs': {}, 'outputs': None}}
    """
    plan = check_run(job_def, RunOptions(run_config=run_config))
    keys = dict.fromkeys(one.key for node in plan.nodes for one in node.definition.requirements)
    return {
        "ops": {node.name: _entry(plan, node.name) for node in plan.nodes},
        "resources": {
            key: {"config": plan.resource_config_by_key.get(key)} for key in {**keys, **plan.resource_config_by_key}
        },
        "loggers": plan.run_config.get("loggers", {}),
        "execution": plan.run_config.get("execution", {}),
    }


def _entry(plan: Plan, name: str) -> dict[str, object]:
    """The config of one step, of its open inputs, and of its outputs."""
    return {
        "config": as_op_config(plan.config_by_node.get(name)),
        "inputs": _below(plan.input_config, name),
        "outputs": _below(plan.output_config, name) or None,
    }


def _below(config_by_path: Mapping[str, object], name: str) -> dict[str, object]:
    found = ((path.rpartition("."), config) for path, config in config_by_path.items())
    return {part: config for (step, _, part), config in found if step == name}
