"""`RunConfig`: what a run's ops, assets and resources are given."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from dagwire.config.narrowing import is_mapping
from dagwire.config.nested_values import merged_config
from dagwire.errors import InvalidConfigError, nearest


@dataclass(frozen=True, slots=True)
class RunConfig:
    """The config of one run: `{name: config}` for ops and assets, `{key: config}` for resources.

    A config is a `Config`, a resource, or a dict; a dict may hold it under "config", as files do.
    """

    ops: Mapping[str, Any] = field(default_factory=dict[str, Any])
    resources: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_config_dict(self) -> dict[str, Any]:
        """The same in Dagster's dict form, as files have it."""
        return {
            "ops": {name: {"config": _config_in(entry)} for name, entry in self.ops.items()},
            "resources": {key: {"config": _config_in(entry)} for key, entry in self.resources.items()},
        }

    def merged_over(self, base: "RunConfig") -> "RunConfig":
        """This config laid over `base`, field by field."""
        return RunConfig(merged_config(base.ops, self.ops), merged_config(base.resources, self.resources))


_SECTIONS = ("ops", "resources")
_IGNORED = ("execution", "loggers")
"""Sections of Dagster's that say how its executors and loggers work; dagwire has neither."""


def as_run_config(given: Any) -> RunConfig:
    """`given` as a RunConfig: one itself, a dict in Dagster's form, or None.

    Raises:
        InvalidConfigError: It is none of these, or has sections that do not exist; every fault is named.
    """
    if given is None:
        return RunConfig()
    if isinstance(given, RunConfig):
        return RunConfig(_plain(given.ops), _plain(given.resources))
    if not is_mapping(given):
        raise InvalidConfigError("the run", [f"run config is a RunConfig or a dict, not {type(given).__name__}"])
    problems = [_unknown_section(name) for name in given if name not in (*_SECTIONS, *_IGNORED)]
    configs: dict[str, dict[str, Any]] = {}
    for section in _SECTIONS:
        configs[section] = {}
        entries: Any = given.get(section) or {}
        if not is_mapping(entries):
            problems.append(f"{section}: expected a dict by name")
            continue
        for name, entry in _by_step(entries):
            if isinstance(entry, BaseModel) or (is_mapping(entry) and set(entry) <= {"config"}):
                configs[section][name] = entry or None
            else:
                problems.append(f'{section}.{name}: expected {{"config": ...}}')
    if problems:
        raise InvalidConfigError("the run", problems)
    return RunConfig(_plain(configs["ops"]), _plain(configs["resources"]))


def _by_step(entries: Mapping[str, Any], graph: str = "") -> Iterator[tuple[str, Any]]:
    """`(name, entry)`; those of a graph's ops, which stand under its "ops", by their steps' names: `graph.op`."""
    for name, entry in entries.items():
        if is_mapping(entry) and is_mapping(entry.get("ops")):
            yield from _by_step(entry["ops"], f"{graph}{name}.")
            if len(entry) > 1:
                yield f"{graph}{name}", {key: value for key, value in entry.items() if key != "ops"}
        else:
            yield f"{graph}{name}", entry


def _unknown_section(name: str) -> str:
    guess = nearest(name, _SECTIONS)
    return f"{name}: unknown section" + (f". Did you mean '{guess}'?" if guess else f". Known: {', '.join(_SECTIONS)}")


def _plain(config_by_name: Mapping[str, Any]) -> dict[str, Any]:
    """`{name: dict or scalar}`: the values of models, nested ones kept whole, since they are valid already."""
    return {name: _values_of(_config_in(entry)) for name, entry in config_by_name.items()}


def _values_of(config: Any) -> Any:
    if not isinstance(config, BaseModel):
        return config
    return {name: getattr(config, name) for name in config.model_fields_set}


def _config_in(entry: Any) -> Any:
    """The config itself, where an entry holds it under "config"."""
    return entry["config"] if is_mapping(entry) and set(entry) == {"config"} else entry
