"""`@repository`: definitions as a list, the way of Dagster before `Definitions`."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, overload

from dagwire.config.values.type_guards import is_mapping, is_sequence
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.automation.partitioned_schedule import UnresolvedPartitionedAssetScheduleDefinition
from dagwire.definitions.automation.schedule import ScheduleDefinition
from dagwire.definitions.automation.sensor import SensorDefinition
from dagwire.definitions.definitions import Definitions
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.repository import RepositoryDefinition
from dagwire.definitions.specs.executor_definition import AnyExecutor
from dagwire.definitions.specs.valid_names import check_name, name_of
from dagwire.errors import InvalidDefinitionError
from dagwire.resources.logger_definition import LoggerDefinition

_KINDS: Mapping[str, tuple[type[Any], ...]] = {
    "jobs": (JobDefinition, UnresolvedAssetJobDefinition),
    "schedules": (ScheduleDefinition, UnresolvedPartitionedAssetScheduleDefinition),
    "sensors": (SensorDefinition,),
    "assets": (AssetsDefinition, SourceAsset),
    "asset_checks": (AssetChecksDefinition,),
}
"""`{argument of Definitions: the classes that it takes}`."""
_NAMED_KINDS = ("jobs", "schedules", "sensors")


@overload
def repository(definitions_fn: Callable[[], object]) -> RepositoryDefinition: ...
@overload
def repository(
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    default_executor_def: AnyExecutor | None = None,
    default_logger_defs: Mapping[str, LoggerDefinition] | None = None,
) -> Callable[[Callable[[], Any]], RepositoryDefinition]: ...
def repository(
    definitions_fn: Callable[[], object] | None = None,
    *,
    name: str | None = None,
    description: str | None = None,
    metadata: Mapping[str, object] | None = None,
    default_executor_def: AnyExecutor | None = None,
    default_logger_defs: Mapping[str, LoggerDefinition] | None = None,
) -> RepositoryDefinition | Callable[[Callable[[], Any]], RepositoryDefinition]:
    """Make a repository of a function that returns definitions; new programs use `Definitions`.

    Args:
        definitions_fn: The function, if the decorator is used without arguments. It returns a list of assets, checks,
            jobs, graphs, schedules and sensors; or `{"jobs": {name: job}, "schedules": ..., "sensors": ...}`, where a
            function may stand for what it returns.
        name: The function's name by default.
        description: For people.
        metadata: Facts about the definitions, for people.
        default_executor_def: Kept for Dagster; see `Definitions`.
        default_logger_defs: `{name: logger definition}` for jobs that name none.

    Raises:
        InvalidDefinitionError: The function returns something else.

    Example:
        >>> from dagwire import asset, repository
        >>> @asset
        ... def answer():
        ...     return 42
        >>> @repository
        ... def everything():
        ...     return [answer]
        >>> everything.get_implicit_global_asset_job_def().execute_in_process().asset_value("answer")
        42
    """

    def decorate(function: Callable[[], object]) -> RepositoryDefinition:
        own = name or name_of(function)
        check_name("repository", own)
        found = _by_kind(f"repository '{own}'", function())
        defs = Definitions(**found, executor=default_executor_def, loggers=default_logger_defs, metadata=metadata)
        return RepositoryDefinition(defs, own, description)

    return decorate if definitions_fn is None else decorate(definitions_fn)


def _by_kind(owner: str, returned: object) -> dict[str, list[Any]]:
    """Sort what a function returned by the argument of `Definitions` that takes it."""
    if is_mapping(returned):
        return dict(_named(owner, returned))
    if not is_sequence(returned):
        msg = f"{owner} returns {type(returned).__name__}; return a list of definitions, or a dict of jobs by name."
        raise InvalidDefinitionError(msg)
    found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
    for item in _flat(returned):
        definition = _as_job(item)
        kind = next((kind for kind, classes in _KINDS.items() if isinstance(definition, classes)), None)
        if kind is None:
            msg = (
                f"{owner} returns a list with {type(item).__name__}. It takes assets, checks, jobs, graphs, schedules "
                f"and sensors."
            )
            raise InvalidDefinitionError(msg)
        found[kind].append(definition)
    return found


def _flat(items: Any) -> Iterator[object]:
    """The items, and those of lists among them: `with_resources` returns a list."""
    for item in items:
        if is_sequence(item):
            yield from item
        else:
            yield item


def _named(owner: str, returned: Mapping[Any, Any]) -> Iterator[tuple[str, list[Any]]]:
    for kind, by_name in returned.items():
        if kind not in _NAMED_KINDS:
            msg = f"{owner} returns a dict with the key {kind!r}. It takes: {', '.join(_NAMED_KINDS)}."
            raise InvalidDefinitionError(msg)
        made = map(_as_job, by_name.values())
        yield kind, [item if isinstance(item, _KINDS[kind]) else item() for item in made]


def _as_job(definition: object) -> Any:
    return definition.to_job() if isinstance(definition, GraphDefinition) else definition
