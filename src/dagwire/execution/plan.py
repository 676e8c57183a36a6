"""`Plan`: the steps and config of one run, from its job and options alone. Pure, but for reading the environment."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from dagwire.config.files.run_config import RunConfig
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.job_steps import JobSteps
from dagwire.definitions.jobs.partitioned_config import partition_tags
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.steps.bound_resources import Bindings
from dagwire.errors import ConfigMappingError, DagwireError, InvalidConfigError, MissingVariableError
from dagwire.execution.effective_run_config import open_input_values, resolved_run_config, written_config
from dagwire.execution.partition_selection import NO_PARTITIONS, PartitionSelection, selected_partitions
from dagwire.execution.run_loggers import ConfiguredLogger, configured_loggers
from dagwire.suggestions import did_you_mean


class Plan(NamedTuple):
    """The steps and config of one run."""

    job: JobDefinition
    nodes: JobSteps
    """In the order they run."""
    config_by_node: Mapping[str, object]
    """`{name: validated config}`, for the nodes that declare or are given any."""
    inputs_by_node: Mapping[str, Mapping[str, object]]
    """`{name: {parameter: value}}` of the inputs that no step gives."""
    resource_config_by_key: Mapping[str, object]
    output_config: Mapping[str, object]
    """`{step.output: config}` for the IO managers of single outputs, not validated yet."""
    input_config: Mapping[str, object]
    """`{step.input: config}` of inputs; values of open inputs among it."""
    run_config: Mapping[str, Any]
    """The run config as contexts show it: the run's merged over the job's, or the config before mapping."""
    partitions: PartitionSelection
    tags: Mapping[str, str]
    loggers: tuple[ConfiguredLogger, ...]
    """The loggers that the run's config names."""
    faults: tuple[DagwireError, ...]
    """The faults of all this; a plan with faults is not run."""


def make_plan(job: JobDefinition, options: RunOptions) -> Plan:
    """Combine `options` with `job`; nothing is raised, faults are in the plan.

    The run's config is merged over the job's, field by field.
    """
    if _is_given_nothing(job, options):
        partitions = PartitionSelection(instance=options.instance, partitions_of=job.partitions_of)
        return Plan(job, job.steps, {}, {}, {}, {}, {}, {}, partitions, {}, (), tuple(job.faults()))
    faults: list[DagwireError] = list(job.faults())
    tags = {**job.run_tags, **options.tags}
    partitions = NO_PARTITIONS
    config = _ResolvedConfig(RunConfig(), {}, {})
    try:
        partitions = selected_partitions(
            job.partitions_def, options.partition_key, tags, options.instance, job.partitions_of
        )
        if partitions.keys:
            tags |= _tags_of_partition(job, partitions)
    except DagwireError as fault:
        faults.append(fault)
    try:
        config = _resolved_config(job, options, partitions, faults)
    except (InvalidConfigError, MissingVariableError, ConfigMappingError) as fault:
        faults.append(fault)  # what steps then lack, that config may have given them: not reported
    loggers, logger_faults = configured_loggers(job, config.run_config.loggers)
    faults += logger_faults
    return Plan(
        job,
        job.steps,
        config.config_by_node,
        config.inputs_by_node,
        config.run_config.resources,
        config.run_config.outputs,
        config.run_config.inputs,
        written_config(job, options, config.run_config),
        partitions,
        tags,
        loggers,
        tuple(faults),
    )


def _is_given_nothing(job: JobDefinition, options: RunOptions) -> bool:
    """Whether there is no config, no partition, no tag and no value to combine; so it is for most runs of a test."""
    is_asked = options.run_config is not None or options.partition_key or options.tags or options.input_values
    has_facts = job.config is not None or job.mappings_by_graph or job.input_values or job.run_tags
    return not (is_asked or has_facts or job.partitions_def or job.steps.take_config)


def _tags_of_partition(job: JobDefinition, partitions: PartitionSelection) -> Mapping[str, str]:
    """The tags of a run that makes one partition."""
    if job.partitions_def is None or partitions.is_range:
        return {}
    if job.partitioned_config is not None:
        return job.partitioned_config.get_tags_for_partition_key(partitions.key, job.name)
    return partition_tags(job.partitions_def, partitions.key, job.name)


class _ResolvedConfig(NamedTuple):
    """The run config, resolved for each step."""

    run_config: RunConfig
    config_by_node: Mapping[str, object]
    inputs_by_node: Mapping[str, Mapping[str, object]]


def _resolved_config(
    job: JobDefinition, options: RunOptions, partitions: PartitionSelection, faults: list[DagwireError]
) -> _ResolvedConfig:
    run_config = resolved_run_config(job, options.run_config, partitions)
    if job.partitioned_config is not None and partitions.definition is None:
        # An unknown partition has no config; reporting all that is missing then would make many faults of one.
        return _ResolvedConfig(run_config, {}, {})
    config_by_node, config_faults = _config_by_node(job, run_config)
    inputs_by_node, input_faults = open_input_values(job, run_config, options)
    faults += [*config_faults, *input_faults]
    return _ResolvedConfig(run_config, config_by_node, inputs_by_node)


def stronger_bindings(bindings: Bindings, overridden: Mapping[str, object]) -> Bindings:
    """The resources bound to a definition itself, without the ones that the run or its context replaces."""
    return {key: provider for key, provider in bindings.items() if key not in overridden}


def _config_by_node(job: JobDefinition, run_config: RunConfig) -> tuple[dict[str, Any], list[DagwireError]]:
    config_by_node: dict[str, Any] = {}
    faults: list[DagwireError] = []
    steps = job.steps.by_name if run_config.ops else {node.name: node for node in job.steps.configurable}
    for name, node in steps.items():
        body = node.definition.body
        given = run_config.ops.get(name)
        if body.config_schema is None and given is None:
            continue
        try:
            config_by_node[name] = body.config_from(given)
        except (InvalidConfigError, MissingVariableError) as fault:
            faults.append(fault)
    unknown = [name for name in run_config.ops if name not in steps and name not in job.left_out]
    if unknown:
        faults.append(InvalidConfigError(f"job '{job.name}'", _unknown_ops(unknown, steps)))
    return config_by_node, faults


_MOST_UNKNOWN = 20
"""The number of unknown steps that a message lists: the nearest known one is looked for each of them."""


def _unknown_ops(unknown: Sequence[str], names: Collection[str]) -> Iterator[str]:
    for name in unknown[:_MOST_UNKNOWN]:
        yield f"ops.{name}: the job has no such step" + did_you_mean(name, names, ". ")
    if len(unknown) > _MOST_UNKNOWN:
        yield f"{len(unknown) - _MOST_UNKNOWN:,} more steps of `ops` are unknown"
