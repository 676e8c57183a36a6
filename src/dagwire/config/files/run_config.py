"""`RunConfig`: the config of a run's ops, assets and resources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pydantic import BaseModel

from dagwire.config.values.config_dict import as_launch_dict
from dagwire.config.values.masking import masked_throughout
from dagwire.config.values.nested_config import set_values
from dagwire.config.values.nested_values import merged_config
from dagwire.config.values.size_limits import SizeLimitError, check_size
from dagwire.config.values.type_guards import is_mapping
from dagwire.errors import InvalidConfigError
from dagwire.suggestions import nearest


@dataclass(frozen=True, slots=True, repr=False)
class RunConfig:
    """The config of one run: `{name: config}` for ops and assets, `{key: config}` for resources.

    A config is a `Config`, a resource, or a dict. As in files it may stand under "config". The values of unconnected
    inputs stand beside it, under "inputs".
    """

    ops: Mapping[str, Any] = field(default_factory=dict[str, Any])
    resources: Mapping[str, Any] = field(default_factory=dict[str, Any])
    loggers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`{name: {"config": config}}` of the loggers that the run writes to."""
    execution: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Accepted as in Dagster: the caller that starts a run chooses its executor."""
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`{path: value}`: an input of the job by its name, an input of a step or graph by `step.input`."""
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """`{path: config}`: the config with which an IO manager stores one output, by `step.output`."""

    def __repr__(self) -> str:
        """Show the sections that are given; values whose class is not known are masked, since any may be a secret."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        shown = [f"{name}={masked_throughout(value)!r}" for name, value in given.items() if value]
        return f"RunConfig({', '.join(shown)})"

    def to_config_dict(self) -> dict[str, Any]:
        """This config in Dagster's dict form, as files have it: with defaults, and enums by their members' names."""
        written = as_run_config(self, write=as_launch_dict)
        tree: dict[str, Any] = {
            "ops": {},
            "resources": {key: {_CONFIG: entry} for key, entry in written.resources.items()},
            "loggers": dict(self.loggers),
            "execution": dict(self.execution),
        }
        for step, config in written.ops.items():
            _entry(tree, step)[_CONFIG] = config
        for path, value in written.inputs.items():
            step, _, name = path.rpartition(".")
            _entry(tree, step).setdefault("inputs", {})[name] = value
        for path, config in written.outputs.items():
            step, _, name = path.rpartition(".")
            _entry(tree, step).setdefault("outputs", {})[name] = config
        return tree

    def merged_over(self, base: "RunConfig") -> "RunConfig":
        """This config merged over `base`, field by field."""
        return RunConfig(
            merged_config(base.ops, self.ops),
            merged_config(base.resources, self.resources),
            merged_config(base.loggers, self.loggers),
            merged_config(base.execution, self.execution),
            inputs={**base.inputs, **self.inputs},
            outputs=merged_config(base.outputs, self.outputs),
        )


def _entry(tree: dict[str, Any], step: str) -> dict[str, Any]:
    """The entry of a step in the dict form; a graph's op has its entry inside the graph's."""
    for name in step.split(".") if step else ():
        tree = tree.setdefault("ops", {}).setdefault(name, {})
    return tree


_CONFIG = "config"
_SECTIONS = ("ops", "resources", "inputs", "loggers", "execution")
_PARTS = frozenset({"config", "inputs", "ops", "outputs"})
"""The keys of an entry in the dict form."""


def as_run_config(given: object, *, write: Callable[[BaseModel], object] = set_values) -> RunConfig:
    """`given` as a RunConfig of plain values: one itself, a dict in Dagster's form, or None.

    Args:
        given: The run config.
        write: Makes a dict of each config that is an object; by default of the fields with which it was built.

    Raises:
        InvalidConfigError: It is none of these, or has sections that do not exist; every fault is named.
    """
    if given is None:
        return RunConfig()
    if not isinstance(given, RunConfig) and not is_mapping(given):
        raise InvalidConfigError("the run", [f"run config is a RunConfig or a dict, not {type(given).__name__}"])
    _check_size(given)
    reading = _Reading(is_strict=not isinstance(given, RunConfig))
    if isinstance(given, RunConfig):
        reading.read_ops(given.ops)
        reading.read_resources(given.resources)
        reading.inputs.update(given.inputs)
        reading.loggers, reading.execution = given.loggers, given.execution
        reading.outputs.update(given.outputs)
    else:
        reading.problems += [_unknown_section(name) for name in given if name not in _SECTIONS]
        reading.read_ops(reading.by_name("ops", given.get("ops")))
        reading.read_resources(reading.by_name("resources", given.get("resources")))
        reading.inputs.update(reading.by_name("inputs", given.get("inputs")))
        reading.loggers = reading.by_name("loggers", given.get("loggers"))
        reading.execution = reading.by_name("execution", given.get("execution"))
    if reading.problems:
        raise InvalidConfigError("the run", reading.problems)
    return RunConfig(
        _plain(reading.ops, write),
        _plain(reading.resources, write),
        reading.loggers,
        reading.execution,
        inputs=reading.inputs,
        outputs=reading.outputs,
    )


def _check_size(given: RunConfig | Mapping[str, object]) -> None:
    """Refuse config that is nested too deeply, before anything walks through it."""
    try:
        check_size((given.ops, given.resources) if isinstance(given, RunConfig) else given)
    except SizeLimitError as error:
        raise InvalidConfigError("the run", [str(error)]) from None


class _Reading:
    """The parts of one run config that are read so far; the entries of a file must have the file's form, strictly."""

    def __init__(self, *, is_strict: bool) -> None:
        self.ops: dict[str, Any] = {}
        self.resources: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}
        self.loggers: Mapping[str, object] = {}
        self.execution: Mapping[str, object] = {}
        self.outputs: dict[str, Any] = {}
        self.problems: list[str] = []
        self._is_strict = is_strict

    def by_name(self, place: str, entries: object) -> Mapping[str, Any]:
        """Return `entries`, found at `place`; record a problem if they are not a dict."""
        if entries is None or is_mapping(entries):
            return entries or {}
        self.problems.append(f"{place}: expected a dict by name")
        return {}

    def read_ops(self, entries: Mapping[str, object], graph: str = "") -> None:
        """Read the entries of steps; a graph has its ops under "ops", and each is named `graph.op`."""
        for name, entry in entries.items():
            step = f"{graph}{name}"
            if name == _CONFIG and not graph:
                self.ops[""] = entry  # of the graph that the whole job is, if its config is mapped
            elif is_mapping(entry) and set(entry) <= _PARTS and (entry or self._is_strict):
                self._read_parts(step, entry)
            elif self._is_strict and not isinstance(entry, BaseModel):
                self.problems.append(f'ops.{step}: expected {{"config": ...}}')
            else:
                self.ops[step] = entry

    def _read_parts(self, step: str, entry: Mapping[str, object]) -> None:
        if _CONFIG in entry or not entry:
            self.ops[step] = entry.get(_CONFIG)
        for name, value in self.by_name(f"ops.{step}.inputs", entry.get("inputs")).items():
            self.inputs[f"{step}.{name}"] = value
        for name, config in self.by_name(f"ops.{step}.outputs", entry.get("outputs")).items():
            self.outputs[f"{step}.{name}"] = config
        self.read_ops(self.by_name(f"ops.{step}.ops", entry.get("ops")), f"{step}.")

    def read_resources(self, entries: Mapping[str, object]) -> None:
        """Read the entries of resources."""
        for key, entry in entries.items():
            if not self._is_strict or isinstance(entry, BaseModel) or (is_mapping(entry) and set(entry) <= {_CONFIG}):
                self.resources[key] = entry or None
            else:
                self.problems.append(f'resources.{key}: expected {{"config": ...}}')


def _unknown_section(name: str) -> str:
    guess = nearest(name, _SECTIONS)
    return f"{name}: unknown section" + (f". Did you mean '{guess}'?" if guess else f". Known: {', '.join(_SECTIONS)}")


def _plain(config_by_name: Mapping[str, object], write: Callable[[BaseModel], object]) -> dict[str, Any]:
    """`{name: dict or scalar}`, with every config that is an object written as a dict."""
    configs = {name: _config_in(entry) for name, entry in config_by_name.items()}
    return {name: write(config) if isinstance(config, BaseModel) else config for name, config in configs.items()}


def _config_in(entry: object) -> object:
    """The config itself, if an entry holds it under "config"."""
    return entry[_CONFIG] if is_mapping(entry) and set(entry) == {_CONFIG} else entry
