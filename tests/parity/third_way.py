"""A third way to run a test's bodies: declared with dagwire, carried by `to_dagster`, executed by Dagster.

`OnDagster` has dagwire's names. Whatever executes definitions hands them to Dagster first; its results come back in
dagwire's keys, enums and errors, so that the expectations of a test need not know who has run its bodies.
"""

import enum
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Self

import dagster

import dagwire
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.integrations.dagster import resources_for_dagster, to_dagster
from dagwire.integrations.dagster.job_definitions import launched
from dagwire.integrations.dagster.namesakes import namesake

MODULES = {
    *("test_assets", "test_checks", "test_config_mapping", "test_dynamic_outputs", "test_graph_assets", "test_graphs"),
    *("test_hooks", "test_jobs", "test_materialize", "test_ops", "test_partition_mappings", "test_retries"),
}
_RUNS = re.compile(r"\b(materialize|execute_in_process)\(")


def is_run(module: str, source: str) -> bool:
    """Whether the test with this source, in this module, runs bodies."""
    return module in MODULES and _RUNS.search(source) is not None


class OnDagster(ModuleType):
    """dagwire's names, with Dagster to execute what they declare."""

    def __init__(self) -> None:
        super().__init__("dagwire")

    def __getattr__(self, name: str) -> Any:
        if name == "DagsterInstance":
            return Seen(dagster.DagsterInstance)
        return {"materialize": materialize, "Definitions": Definitions}.get(name) or getattr(dagwire, name)


class Definitions(dagwire.Definitions):
    """Definitions whose jobs are Dagster's."""

    def resolve_job_def(self, name: str) -> Any:
        return Seen(to_dagster(self).resolve_job_def(name))

    def resolve_implicit_global_asset_job_def(self) -> Any:
        return Seen(to_dagster(self).resolve_implicit_global_asset_job_def())


def materialize(
    assets: Any, run_config: Any = None, instance: Any = None, resources: Any = None, *args: Any, **options: Any
) -> Any:
    """`dagwire.materialize`, by Dagster."""
    assets = list(assets)
    checks = [one for one in assets if isinstance(one, AssetChecksDefinition)]
    others = [one for one in assets if not isinstance(one, AssetChecksDefinition)]
    with own_errors():
        carried = to_dagster(dagwire.Definitions(assets=others, asset_checks=checks, resources=resources or {}))
        made = [*(carried.assets or []), *(carried.asset_checks or [])]
        config = None if run_config is None else launched(run_config)
        if "selection" in options:
            options["selection"] = _selection(options["selection"])
        result = dagster.materialize(made, config, theirs(instance), carried.resources, *args, **options)
    return Seen(result)


def execute_in_process(
    job: JobDefinition, run_config: Any = None, instance: Any = None, *args: Any, **options: Any
) -> Any:
    """`JobDefinition.execute_in_process`, by Dagster."""
    stronger = options.pop("resources", None)
    resources = {**job.container.providers, **(stronger or {})}
    with own_errors():
        carried = to_dagster(dagwire.Definitions(jobs=[job], resources=resources)).resolve_job_def(job.name)
        config = None if run_config is None else launched(run_config)
        if stronger:
            options["resources"] = resources_for_dagster(stronger)
        if options.get("asset_selection"):
            options["asset_selection"] = theirs(options["asset_selection"])
        result = carried.execute_in_process(config, theirs(instance), *args, **options)
    return Seen(result)


def _selection(given: Any) -> Any:
    if isinstance(given, dagwire.AssetSelection):
        return dagster.AssetSelection.from_string(str(given))
    if given is None or isinstance(given, str):
        return given
    return [key for one in given for key in (theirs(list(getattr(one, "keys", ()))) or [theirs(one)])]


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise dagwire's error for one that only Dagster has."""
    try:
        yield
    except Exception as error:
        if not type(error).__module__.startswith("dagster"):
            raise
        if isinstance(error.__cause__, dagwire.DagsterError):
            raise error.__cause__ from error.__cause__.__cause__
        own = getattr(dagwire, type(error).__name__, dagwire.DagsterError)
        found = own.__new__(own)
        Exception.__init__(found, str(error))
        vars(found).update(vars(error))
        raise found from (error.__cause__ or error)


class Seen:
    """An object of Dagster's, which takes and gives dagwire's keys and enums."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __getattr__(self, name: str) -> Any:
        return ours(getattr(self._value, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with own_errors():
            return ours(self._value(*map(theirs, args), **{name: theirs(value) for name, value in kwargs.items()}))

    def __eq__(self, other: object) -> bool:
        return bool(self._value == theirs(other))

    def __hash__(self) -> int:
        return hash(self._value)

    def __enter__(self) -> Self:
        self._value.__enter__()
        return self

    def __exit__(self, *exc: object) -> Any:
        return self._value.__exit__(*exc)


def theirs(value: Any) -> Any:
    """A value of dagwire's as Dagster's."""
    if isinstance(value, Seen):
        return value._value
    return launched(value) if isinstance(value, dagwire.RunConfig) else namesake(value)


def ours(value: Any) -> Any:
    """A value of Dagster's as dagwire's."""
    kind = type(value)
    if isinstance(value, dagster.AssetKey):
        return dagwire.AssetKey(list(value.path))
    if isinstance(value, enum.Enum) and kind.__module__.startswith("dagster") and hasattr(dagwire, kind.__name__):
        return getattr(dagwire, kind.__name__)[value.name]
    if kind in {list, tuple, set, frozenset}:
        return kind(map(ours, value))
    if kind is dict:
        return {ours(key): ours(one) for key, one in value.items()}
    return Seen(value) if _is_seen(value) else value


def _is_seen(value: Any) -> bool:
    is_value = isinstance(value, type | BaseException | dagster.MetadataValue)
    is_theirs = type(value).__module__.startswith("dagster") and not is_value
    is_method: bool = isinstance(value, Callable) and hasattr(value, "__self__")  # type: ignore[arg-type]  # an abstract class
    return is_theirs or is_method
