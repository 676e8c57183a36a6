"""`materialize`: make assets here and now, without naming a job."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from operator import is_
from typing import Any

from dagwire.config.values.type_guards import is_mapping
from dagwire.containers.as_container import container_from, is_container
from dagwire.containers.keys import find_provider
from dagwire.definitions.assets.asset_check import AssetChecksDefinition
from dagwire.definitions.assets.assets_definition import AssetsDefinition
from dagwire.definitions.assets.source_asset import SourceAsset
from dagwire.definitions.jobs.asset_graph import AnyAsset, known_assets
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_options import RunOptions
from dagwire.definitions.specs.asset_spec import AssetSpec
from dagwire.definitions.specs.valid_attributes import json_tags
from dagwire.errors import InvalidInvocationError, InvariantViolationError
from dagwire.execution.events import DagsterEvent
from dagwire.execution.result import ExecuteInProcessResult
from dagwire.execution.run import arun_job, run_job
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER
from dagwire.resources.recipe import is_configurable
from dagwire.resources.resource_definition import ResourceDefinition

EPHEMERAL_JOB = "__ephemeral_asset_job__"


def materialize(
    assets: Iterable[AnyAsset | AssetChecksDefinition],
    run_config: object = None,
    instance: DagsterInstance | None = None,
    resources: object = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,  # Dagster's signature
    tags: Mapping[str, object] | None = None,
    selection: object = None,
    *,
    on_event: Callable[[DagsterEvent], None] | None = None,
    executor: Executor | None = None,
    max_concurrency: int | None = 1,
) -> ExecuteInProcessResult:
    """Make `assets` and run their checks, in this process, with no store behind.

    Args:
        assets: Assets and checks, in any order.
        run_config: A `RunConfig`, or a dict in Dagster's form.
        instance: The record of earlier runs, with the keys of dynamic partitions. A new one by default.
        resources: `{key: resource, definition or plain value}`, which override the resources bound to the assets; or a
            container, which the bound resources override.
        partition_key: The partition to make.
        raise_on_error: Whether a failing step's own exception is raised; otherwise the result has it.
        tags: The run's tags; values other than text become JSON.
        selection: Which of the assets; all by default.
        on_event: Called with each event as it happens, one at a time.
        executor: Threads to run independent steps in, side by side; without it steps run one after another.
        max_concurrency: How many steps may run at once in one event loop, which more than one of them starts; None for
            as many as are ready. Only asynchronous bodies gain by it.

    Raises:
        InvalidDefinitionError: A needed resource is missing, or a definition is wrong. Nothing was opened.
        InvalidConfigError: Config does not fit. Nothing was opened.
        ResourceSetupError: A resource could not be opened. Those before it were closed.

    Example:
        >>> from dagwire import asset, materialize
        >>> @asset
        ... def answer():
        ...     return 42
        >>> materialize([answer]).success
        True
    """
    job, given = ephemeral_job("materialize", assets, resources, selection)
    options = RunOptions(
        run_config,
        partition_key,
        json_tags(tags),
        given,
        raise_on_error,
        on_event=on_event,
        executor=executor,
        max_concurrency=max_concurrency,
        instance=instance,
    )
    if max_concurrency != 1 and executor is None:
        import anyio  # noqa: PLC0415  # only asynchronous runs need anyio

        return anyio.run(arun_job, job, options)
    return run_job(job, options)


def materialize_to_memory(
    assets: Iterable[AnyAsset | AssetChecksDefinition],
    run_config: object = None,
    instance: DagsterInstance | None = None,
    resources: object = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,  # Dagster's signature
    tags: Mapping[str, object] | None = None,
    selection: object = None,
) -> ExecuteInProcessResult:
    """Materialize `assets` with all values kept in memory, even if assets name IO managers.

    Raises:
        InvariantViolationError: `resources` provides one of the IO managers, which would not be used.
    """
    job, given = ephemeral_job("materialize", assets, resources, selection)
    _refuse_io_managers(job)
    options = RunOptions(run_config, partition_key, json_tags(tags), given, raise_on_error, instance=instance)
    return run_job(job.without_io_managers(), options)


def _refuse_io_managers(job: JobDefinition) -> None:
    """Refuse IO managers that are provided, because none is used.

    Raises:
        InvariantViolationError: One is provided.
    """
    for node in job.steps:
        for key in (DEFAULT_IO_MANAGER, *node.definition.io_manager_keys.values()):
            if key in node.bindings or find_provider(job.container, key) is not None:
                msg = (
                    f"materialize_to_memory was given IO manager '{key}', and passes all values in memory. Leave it "
                    f"out, or use `materialize`."
                )
                raise InvariantViolationError(msg)


async def amaterialize(
    assets: Iterable[AnyAsset | AssetChecksDefinition],
    run_config: object = None,
    instance: DagsterInstance | None = None,
    resources: object = None,
    partition_key: str | None = None,
    raise_on_error: bool = True,  # Dagster's signature
    tags: Mapping[str, object] | None = None,
    selection: object = None,
    *,
    on_event: Callable[[DagsterEvent], None] | None = None,
    max_concurrency: int | None = 1,
) -> ExecuteInProcessResult:
    """`materialize` in the caller's event loop.

    Resources open and close in the caller's own task, and assets run in it one after another; with `max_concurrency`
    other than 1 those that are ready run side by side, each in a task of its own.
    """
    job, given = ephemeral_job("materialize", assets, resources, selection)
    options = RunOptions(
        run_config,
        partition_key,
        json_tags(tags),
        given,
        raise_on_error,
        on_event=on_event,
        max_concurrency=max_concurrency,
        instance=instance,
    )
    return await arun_job(job, options)


_TAKEN = (AssetsDefinition, AssetChecksDefinition, SourceAsset, AssetSpec)


def ephemeral_job(
    required_by: str, assets: Iterable[Any], resources: Any, selection: Any
) -> tuple[JobDefinition, dict[str, object]]:
    """The job of `assets`, and the resources `{key: resource}` that override those bound to them.

    Raises:
        InvalidInvocationError: Another kind of object is among `assets`.
    """
    listed = tuple(assets)
    kept = _kept_job(listed) if selection is None else None
    return (kept or _resolved(required_by, listed, selection)).with_resources(resources)


class _Job:
    """The job of some definitions, to be run with ever other resources."""

    def __init__(self, job: JobDefinition, bound: frozenset[str]) -> None:
        """`bound` are the keys that are bound to the definitions."""
        self._job = job
        self._bound = bound
        self._last: tuple[Mapping[str, object], JobDefinition] = ({}, job)
        """The resources of the last call whose were all recipes, and the job with their container, to be used again."""

    def with_resources(self, resources: Any) -> tuple[JobDefinition, dict[str, object]]:
        """The job with a container of `resources`, and those `{key: resource}` that override what is bound."""
        if resources is None:
            return self._job, {}
        if is_container(resources):
            return replace(self._job, container=resources), {}
        recipes, job = self._last
        if not (is_mapping(resources) and _are_same(recipes, resources)):
            job = replace(self._job, container=container_from(resources))
            if all(is_configurable(value) or isinstance(value, ResourceDefinition) for value in resources.values()):
                self._last = (dict(resources), job)
        # Resources given as a dict are the run's own, and win over the ones bound to the assets.
        given = job.container.providers
        return job, {key: given[key] for key in self._bound if key in given} if self._bound else {}


def _are_same(some: Mapping[str, object], others: Mapping[str, object]) -> bool:
    """Whether two dicts have the very same values under the same keys."""
    return len(some) == len(others) and all(others.get(key, some) is value for key, value in some.items())


_KEPT = "_ephemeral_job"
"""The attribute in which the first of some definitions keeps the job of all of them, so that it ends with it."""
_NONE_KEPT: tuple[tuple[Any, ...], _Job | None] = ((), None)


def _kept_job(listed: tuple[Any, ...]) -> _Job | None:
    """The job that an earlier call made of the very same definitions."""
    known, job = getattr(listed[0], _KEPT, _NONE_KEPT) if listed else _NONE_KEPT
    return job if len(known) == len(listed) and all(map(is_, known, listed)) else None


def _resolved(required_by: str, listed: tuple[Any, ...], selection: Any) -> _Job:
    strange = [item for item in listed if not isinstance(item, _TAKEN)]
    if strange:
        kinds = ", ".join(sorted({type(item).__name__ for item in strange}))
        raise InvalidInvocationError(required_by, f"takes assets and asset checks, not {kinds}.")
    known = known_assets(item for item in listed if not isinstance(item, AssetChecksDefinition))
    checks = [item for item in listed if isinstance(item, AssetChecksDefinition)]
    resolved = UnresolvedAssetJobDefinition(EPHEMERAL_JOB, selection).resolve_among(known, checks, container_from(None))
    job = _Job(resolved, frozenset(key for item in listed if not isinstance(item, AssetSpec) for key in item.bindings))
    if selection is None and listed and isinstance(listed[0], AssetsDefinition):
        setattr(listed[0], _KEPT, (listed, job))
    return job
