"""`materialize`: make assets here and now, without naming a job."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from operator import is_
from typing import Any, NamedTuple

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
    job, bound = kept or _resolved(required_by, listed, selection)
    if resources is None:
        return job, {}
    container = container_from(resources)
    # Resources given as a dict are the run's own, and win over the ones bound to the assets.
    given: dict[str, object] = {}
    if bound and not is_container(resources):
        given = {key: container.providers[key] for key in bound if key in container.providers}
    return replace(job, container=container), given


class _Job(NamedTuple):
    """The job of some definitions, without resources."""

    job: JobDefinition
    bound: frozenset[str]
    """The keys that are bound to the definitions."""


_KEPT = "_ephemeral_job"
"""The attribute in which the first of some definitions keeps the job of all of them, so that it ends with it."""


def _kept_job(listed: tuple[Any, ...]) -> _Job | None:
    """The job that an earlier call made of the very same definitions."""
    known, job = getattr(listed[0], _KEPT, _NONE_KEPT) if listed else _NONE_KEPT
    return job if len(known) == len(listed) and all(map(is_, known, listed)) else None


_NONE_KEPT: tuple[tuple[Any, ...], _Job | None] = ((), None)


def _resolved(required_by: str, listed: tuple[Any, ...], selection: Any) -> _Job:
    strange = [item for item in listed if not isinstance(item, _TAKEN)]
    if strange:
        kinds = ", ".join(sorted({type(item).__name__ for item in strange}))
        raise InvalidInvocationError(required_by, f"takes assets and asset checks, not {kinds}.")
    known = known_assets(item for item in listed if not isinstance(item, AssetChecksDefinition))
    checks = [item for item in listed if isinstance(item, AssetChecksDefinition)]
    job = UnresolvedAssetJobDefinition(EPHEMERAL_JOB, selection).resolve_among(known, checks, container_from(None))
    bound = frozenset(key for item in listed if not isinstance(item, AssetSpec) for key in item.bindings)
    if selection is None and isinstance(listed[0] if listed else None, AssetsDefinition):
        setattr(listed[0], _KEPT, (listed, _Job(job, bound)))
    return _Job(job, bound)
