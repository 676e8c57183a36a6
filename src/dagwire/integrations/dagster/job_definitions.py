"""Jobs as Dagster's."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from pydantic_core import to_jsonable_python

from dagwire.config.files.run_config import RunConfig
from dagwire.config.values.env_var import EnvVar
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.partitioned_config import PartitionedConfig
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.specs.executor_definition import (
    ExecutorDefinition,
    in_process_executor,
    multi_or_in_process_executor,
    multiprocess_executor,
)
from dagwire.integrations.dagster.automation_conditions import dagster_condition
from dagwire.integrations.dagster.carried_container import CarriedContainer
from dagwire.integrations.dagster.carried_steps import CarriedSteps, dagster_mapping_of_config, refuse_retry_policy
from dagwire.integrations.dagster.config_types import dagster_schema
from dagwire.integrations.dagster.namesakes import namesake
from dagwire.integrations.dagster.partitions import dagster_partitions
from dagwire.integrations.dagster.resource_names import dagster_name
from dagwire.resources.logger_definition import LoggerDefinition


def dagster_job(
    job: JobDefinition | UnresolvedAssetJobDefinition,
    resolved: JobDefinition,
    steps: CarriedSteps,
    container: CarriedContainer,
) -> object:
    """Return a job as Dagster's.

    Args:
        job: As it is declared.
        resolved: Among its definitions.
        steps: The ops, graphs and hooks.
        container: The resources.

    Raises:
        NotCarriedError: A part of it has no equal in Dagster.
    """
    owner = f"job '{job.name}'"
    shared: dict[str, Any] = {
        "name": job.name,
        "description": job.description,
        "config": dagster_config(job.config, owner),
        "tags": dict(job.tags) or None,
        "metadata": namesake(dict(resolved.metadata)) or None,
        "executor_def": dagster_executor(job.executor_def),
        "op_retry_policy": namesake(job.op_retry_policy),
        "owners": list(job.owners) or None,
        "run_tags": None if resolved.explicit_run_tags is None else dict(resolved.explicit_run_tags),
    }
    if isinstance(job, UnresolvedAssetJobDefinition):
        condition = job.automation_condition
        return dg.define_asset_job(
            **shared,
            selection=selection_of(resolved),
            hooks={steps.hook(hook, None) for hook in job.hooks} or None,
            automation_condition=None if condition is None else dagster_condition(condition, owner),
        )
    assert job.graph is not None  # noqa: S101  # a job that is declared is of a graph, or of assets
    refuse_retry_policy(job.graph)
    partitions = None if job.partitioned_config is not None else job.partitions_def
    return steps.graph(job.name, job.graph.inputs, job.graph.composed).to_job(
        **shared,
        hooks={steps.hook(hook, None) for hook in (*job.hook_defs, *job.graph.added_hooks)} or None,
        resource_defs=container.of_job(job.bindings),
        partitions_def=None if partitions is None else dagster_partitions(partitions, owner),
        input_values=dict(job.input_values),
        op_selection=_op_selection(job, resolved),
        logger_defs=dagster_loggers(job.logger_defs),
    )


def _op_selection(job: JobDefinition, resolved: JobDefinition) -> list[str] | None:
    """The ops of a job that has not all of its graph; None for one that has."""
    chosen = [node.name for node in resolved.steps]
    whole = job.graph is None or set(chosen) >= set(job.graph.composed.placed)
    return None if whole else chosen


def selection_of(job: JobDefinition) -> dg.AssetSelection:
    """The assets and checks of a job, one by one: so every selection can be carried."""
    assets = {namesake(key) for node in job.steps if node.asset is not None for key in _keys(node)}
    checks = {dg.AssetCheckKey(namesake(key.asset_key), key.name) for node in job.steps for key in _check_keys(node)}
    whole = dg.AssetSelection.assets(*assets).without_checks() if assets else None
    verified = dg.AssetSelection.checks(*checks) if checks else None
    parts = [part for part in (whole, verified) if part is not None]
    return parts[0] if len(parts) == 1 else parts[0] | parts[1]


def _keys(node: Any) -> list[Any]:
    if node.part_of is not None:
        return []
    specs = node.definition.specs_by_output.items()
    return [spec.key for output, spec in specs if node.outputs is None or output in node.outputs]


def _check_keys(node: Any) -> list[Any]:
    specs = getattr(node.definition, "check_specs", ())
    is_check = isinstance(node.definition, AssetChecksDefinition)
    names = node.outputs
    return [spec.key for spec in specs if names is None or spec.step_name in names or not is_check]


def dagster_config(config: object, owner: str) -> Any:
    """The config of a job as Dagster's: of resources by Dagster's names."""
    if config is None:
        return None
    if isinstance(config, ConfigMapping):
        return dagster_mapping_of_config(config, owner)
    if isinstance(config, PartitionedConfig):
        tags = config.tags_for_partition_key_fn
        return dg.PartitionedConfig(
            partitions_def=dagster_partitions(config.partitions_def, owner),
            run_config_for_partition_key_fn=lambda key: launched(config.run_config_for_partition_key_fn(key)),
            tags_for_partition_key_fn=tags,
        )
    return launched(config)


def launched(config: Any) -> dict[str, Any]:
    """A run's config as a dict, with resources by Dagster's names."""
    given: dict[str, Any] = _written(config.to_config_dict() if isinstance(config, RunConfig) else dict(config or {}))
    if not given.get("resources"):
        return given
    return {**given, "resources": {dagster_name(key): value for key, value in given["resources"].items()}}


def _written(config: object) -> Any:
    """Config as Dagster stores it: dates as text, a variable by its name."""
    if isinstance(config, EnvVar):
        return {"env": config.env_var_name}
    if is_mapping(config):
        return {name: _written(value) for name, value in config.items()}
    if is_sequence(config):
        return [_written(item) for item in config]
    return to_jsonable_python(config, fallback=str)


def dagster_executor(executor: object) -> Any:
    """Return an executor as Dagster's; one of Dagster's own libraries is that already."""
    if not isinstance(executor, ExecutorDefinition):
        return executor
    kinds = {
        in_process_executor.fields: dg.in_process_executor,
        multiprocess_executor.fields: dg.multiprocess_executor,
        multi_or_in_process_executor.fields: dg.multi_or_in_process_executor,
    }
    named = kinds[executor.fields]
    return named if executor.config is None else named.configured(dict(executor.config))


def dagster_loggers(loggers: Mapping[str, LoggerDefinition]) -> dict[str, dg.LoggerDefinition] | None:
    """Return loggers as Dagster's."""
    return {name: _dagster_logger(one) for name, one in loggers.items()} or None


def _dagster_logger(declared: LoggerDefinition) -> dg.LoggerDefinition:
    def logger_fn(context: dg.InitLoggerContext) -> Any:
        config = declared.config_from(context.logger_config, "logger")
        return declared.make(config, context.job_def, context.run_id or "")

    return dg.LoggerDefinition(logger_fn, dagster_schema(declared.config_schema), declared.description)
