"""`validate_run_config`: check the config of a run without running it."""

from collections.abc import Mapping
from typing import Any

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.config_dict import as_op_config
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.execution.run import check_run


def validate_run_config(
    job_def: JobDefinition, run_config: Mapping[str, Any] | RunConfig | None = None
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
        >>> validate_run_config(measuring, {"ops": {"measure": {"config": {"size": 3}}}})
        {'ops': {'measure': {'config': {'size': 3, 'unit': 'm'}}}, 'resources': {}}
    """
    plan = check_run(job_def, RunOptions(run_config=run_config))
    return {
        "ops": {name: {"config": as_op_config(config)} for name, config in plan.config_by_node.items()},
        "resources": {key: {"config": config} for key, config in plan.resource_config_by_key.items()},
    }
