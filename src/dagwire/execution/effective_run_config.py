"""The effective run config: the run's merged over the job's, graphs' config mapped to their ops, and open inputs."""

import typing
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dagwire.config.files.run_config import RunConfig, as_run_config
from dagwire.config.schema.config_schema import validated_config
from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.ops.config_mapping import ConfigMapping
from dagwire.definitions.ops.node import Node, OpenInput
from dagwire.definitions.value_types.type_check import EPHEMERAL, TypeCheckContext
from dagwire.definitions.value_types.type_loader import DagsterTypeLoader
from dagwire.errors import DagwireError, InvalidConfigError, MissingVariableError, UnknownNameError
from dagwire.execution.partition_selection import PartitionSelection
from dagwire.suggestions import did_you_mean

_NO_CONFIG = RunConfig()


def resolved_run_config(job: JobDefinition, given: object, partitions: PartitionSelection) -> RunConfig:
    """The config of each step and resource, from the run's config and the job's.

    Raises:
        InvalidConfigError: It is not run config, or does not fit a config mapping.
        ConfigMappingError: A config mapping fails.
    """
    if given is None and job.config is None and not job.mappings_by_graph:
        return _NO_CONFIG
    if isinstance(job.config, ConfigMapping):
        run_config = as_run_config(job.config.resolve(_plain_dict(job, given), f"job '{job.name}'"))
    else:
        run_config = as_run_config(given).merged_over(as_run_config(_base_config(job, partitions)))
    for graph in sorted(
        job.mappings_by_graph, key=lambda name: name.split(".") if name else []
    ):  # the outer ones first
        run_config = _mapped(run_config, graph, job)
    return run_config


def _base_config(job: JobDefinition, partitions: PartitionSelection) -> object:
    """The job's own config; if it depends on the partition, the config of the run's one partition."""
    if job.partitioned_config is None:
        return job.config
    is_one = partitions.keys and not partitions.is_range
    return job.partitioned_config.get_run_config_for_partition_key(partitions.key) if is_one else None


def written_config(job: JobDefinition, options: RunOptions, run_config: RunConfig) -> Mapping[str, Any]:
    """The run's config as contexts show it; of a job with a config mapping, as it is before mapping."""
    base = None if isinstance(job.config, ConfigMapping) else job.partitioned_config or job.config
    given = options.run_config
    if base is None:
        return given.to_config_dict() if isinstance(given, RunConfig) else given or {}
    return {section: config for section, config in run_config.to_config_dict().items() if config}


def _plain_dict(job: JobDefinition, given: object) -> Any:
    if isinstance(given, RunConfig):
        problem = "its config is mapped: give a dict of the config that the mapping declares, not a RunConfig"
        raise InvalidConfigError(f"job '{job.name}'", [problem])
    return given


def _mapped(run_config: RunConfig, graph: str, job: JobDefinition) -> RunConfig:
    """`run_config` with the config of one graph mapped to its ops."""
    prefix = f"{graph}." if graph else ""
    if not any(node.name.startswith(prefix) for node in job.steps):
        return run_config
    owner = f"graph '{graph}'" if graph else f"job '{job.name}'"
    inside = [name for name in run_config.ops if name != graph and name.startswith(prefix)]
    if inside:
        problems = [f"ops.{name}: is set by the config mapping; give the graph's own config" for name in inside]
        raise InvalidConfigError(owner, problems)
    returned = job.mappings_by_graph[graph].resolve(run_config.ops.get(graph), owner)
    is_whole = isinstance(returned, RunConfig) or set(returned) == {"ops"}
    inner = as_run_config(returned if is_whole else {"ops": returned})
    ops = {name: config for name, config in run_config.ops.items() if name != graph}
    return RunConfig(
        ops | {f"{prefix}{name}": config for name, config in inner.ops.items()},
        {**run_config.resources, **inner.resources},
        run_config.loggers,
        run_config.execution,
        inputs={**{f"{prefix}{path}": value for path, value in inner.inputs.items()}, **run_config.inputs},
        outputs={**{f"{prefix}{path}": value for path, value in inner.outputs.items()}, **run_config.outputs},
    )


# -- open inputs -------------------------------------------------------------------------------------------------------


def open_input_values(
    job: JobDefinition, run_config: RunConfig, options: RunOptions
) -> tuple[dict[str, dict[str, Any]], list[DagwireError]]:
    """`{step: {parameter: value}}` of the inputs without an upstream step, and their faults."""
    values = {**job.input_values, **options.input_values}
    opened, by_manager = job.steps.open_inputs, job.steps.managed_inputs if run_config.inputs else ()
    configured = {path: value for path, value in run_config.inputs.items() if path not in by_manager}
    if not (opened or values or configured):
        return {}, []
    reading = _Inputs(job, values, configured)
    found: dict[str, dict[str, Any]] = {}
    for node, given in opened:
        reading.read(node, given, found.setdefault(node.name, {}))
    return found, reading.faults({given.path for _, given in opened})


class _Inputs:
    """The values of open inputs as they are read, and the faults found on the way; lives as long as that takes."""

    def __init__(self, job: JobDefinition, values: Mapping[str, object], configured: Mapping[str, object]) -> None:
        self._job = job
        self._values = values
        self._configured = configured
        self._problems: list[str] = []
        self._faults: list[DagwireError] = []

    def read(self, node: Node, given: OpenInput, found: dict[str, Any]) -> None:
        """Put the value of one input into `found`, if there is one."""
        path = given.path
        if path in self._values:
            found[given.parameter] = self._values[path]
        elif path in self._configured:
            try:
                found[given.parameter] = _configured(node, given, self._configured[path])
            except (InvalidConfigError, MissingVariableError) as fault:
                self._faults.append(fault)
        elif not given.has_default:
            self._problems.append(
                f"input '{path}' is not connected and has no default. Give it in the run config, as {_written(path)}"
            )

    def faults(self, known: Iterable[str]) -> list[DagwireError]:
        """The faults found, unknown inputs included; `known` are the inputs that exist."""
        known = sorted(known)
        left_out = self._job.left_out
        unknown = [path for path in self._configured if path not in known and path.rpartition(".")[0] not in left_out]
        self._problems += [f"inputs.{path}: nothing takes it{_hint(path, known)}" for path in unknown]
        twice = [path for path in self._configured if path in self._values]
        self._problems += [f"inputs.{path}: is given by `input_values` already" for path in twice]
        if self._problems:
            self._faults.append(InvalidConfigError(f"job '{self._job.name}'", dict.fromkeys(self._problems)))
        own = [path for path in known if "." not in path]
        strange = [name for name in self._values if name not in own]
        return [*self._faults, *(UnknownNameError(f"input of job '{self._job.name}'", name, own) for name in strange)]


class ConfigForLoader(NamedTuple):
    """The config of an input whose value the loader of its type makes as the step begins."""

    loader: DagsterTypeLoader
    config: Any

    def load(self, context: TypeCheckContext) -> Any:
        """Return the value."""
        return self.loader.construct_from_config_value(context, self.config)


def _configured(node: Node, given: OpenInput, value: object) -> Any:
    """The value from config, which may be nested under "value"."""
    declared = given.dagster_type
    owner = f"input '{given.path}' of {node.definition.label}"
    if declared.loader is not None:
        return ConfigForLoader(declared.loader, validated_config(declared.loader.schema_type, value, owner))
    takes_dict = typing.get_origin(declared.typing_type) is dict or declared.typing_type is dict
    plain = value if takes_dict else _under_value(value)
    if plain is None and declared.type_check(EPHEMERAL, None).success:
        return None
    return validated_config(declared.typing_type, plain, owner)


def _under_value(value: object) -> Any:
    if is_mapping(value) and set(value) == {"value"}:
        return value["value"]
    return [_under_value(item) for item in value] if is_sequence(value) else value


def _written(path: str) -> str:
    """The place of the value in a run config's dict form."""
    *steps, name = path.split(".")
    opening = "".join(f'{{"ops": {{"{step}": ' for step in steps)
    return f'{opening}{{"inputs": {{"{name}": ...}}}}{"}}" * len(steps)}'


def _hint(name: str, known: Iterable[str]) -> str:
    return did_you_mean(name, known, ". ")
