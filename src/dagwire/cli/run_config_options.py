"""Run config given on the command line: files, and single values over them."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import typer

from dagwire.config.files.run_config import RunConfig, as_run_config
from dagwire.config.files.run_config_files import config_from_files
from dagwire.config.values.launch_form import UntypedText
from dagwire.containers.keys import keys_of
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.errors import InvalidConfigError, ResourceCycleError
from dagwire.suggestions import did_you_mean, nearest

NamesBySection = Mapping[str, Sequence[str]]


def config_from_options(job: JobDefinition, files: Iterable[Path], values: Iterable[str]) -> RunConfig:
    """Read `--config` and `--set`: later files are merged over earlier ones, single values over all.

    Raises:
        ConfigFileError: A file cannot be read.
        InvalidConfigError: A value is for a step or a resource that the job does not have; all such are named.
        typer.BadParameter: A value is not written KEY.FIELD=VALUE.
    """
    config = as_run_config(config_from_files([str(file) for file in files]))
    names = {"resources": list(keys_of(job.container)), "ops": [node.name for node in job.steps]}
    problems: list[str] = []
    for value in values:
        path, setting = _read(value)
        try:
            config = _placed(path, setting, names).merged_over(config)
        except LookupError as unknown:
            problems.append(str(unknown.args[0]))
    problems += _without_effect(job, config)
    if problems:
        raise InvalidConfigError("the run", problems)
    return config


def _without_effect(job: JobDefinition, config: RunConfig) -> Iterator[str]:
    """The config that nothing would read: of a step without config, of a resource that the job does not use."""
    label_by_step = {
        node.name: node.definition.label for node in job.steps if node.definition.body.config_schema is None
    }
    for name in config.ops:
        if name in label_by_step:
            yield f"ops.{name}: {label_by_step[name]} takes no config"
    keys = list(keys_of(job.container))
    used = keys_used(job) if config.resources else set[str]()
    for key in config.resources:
        if key not in keys:
            yield f"resources.{key}: there is no such resource" + did_you_mean(key, keys, ". ")
        elif key not in used:
            yield f"resources.{key}: job '{job.name}' does not use it. It uses: {', '.join(sorted(used)) or 'none'}"


def keys_used(job: JobDefinition) -> set[str]:
    """The keys that the job's steps ask for, and those of what these are made of."""
    graph = ProviderGraph(job.container, {})
    roots = [found for key in sorted(job.required_resource_keys) if (found := graph.root(key)) is not None]
    try:
        reached = set(graph.in_order(roots))
    except ResourceCycleError:
        return set(keys_of(job.container))  # the run itself reports the cycle
    return {key for key in keys_of(job.container) if graph.find(key) in reached}


def _read(value: str) -> tuple[str, object]:
    """The path and the setting that `--set` gives: text after "=", JSON after ":=".

    Raises:
        typer.BadParameter: It is not written so. What comes after the sign is not shown.
    """
    path, found, text = value.partition("=")
    is_json = path.endswith(":")
    path = path.removesuffix(":")
    if not found or "." not in path.strip("."):
        msg = f"'{path}' is to be written KEY.FIELD=VALUE; the key is a resource's or a step's."
        raise typer.BadParameter(msg, param_hint="--set")
    if not is_json:
        return path, UntypedText(text)
    try:
        return path, json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"'{path}' is not given valid JSON: {error.msg}. For text write '=' in place of ':='."
        raise typer.BadParameter(msg, param_hint="--set") from None


def _placed(path: str, value: object, names: NamesBySection) -> RunConfig:
    """Make the run config that holds one value in its place.

    Raises:
        LookupError: The path leads nowhere, or to two places.
    """
    section, _, rest = path.partition(".")
    if section in names:
        names, path = {section: names[section]}, rest
    places = [
        (section, name)
        for section, known in names.items()
        if (name := max((name for name in known if path.startswith(f"{name}.")), key=len, default=None))
    ]
    if len(places) > 1:
        told = " or ".join(f"{section}.{path}" for section, _ in places)
        raise LookupError(f"--set {path}: both a resource and a step go by that name; write {told}")
    if not places:
        raise LookupError(f"--set {path}: there is no such resource or step{_guess(path, names)}")
    section, name = places[0]
    for field in reversed(path.removeprefix(f"{name}.").split(".")):
        value = {field: value}
    return RunConfig(**{section: {name: value}})


def _guess(path: str, names: NamesBySection) -> str:
    key, _, field = path.rpartition(".")
    guess = nearest(key, [name for known in names.values() for name in known])
    return f". Did you mean '{guess}.{field}'?" if guess else ""
