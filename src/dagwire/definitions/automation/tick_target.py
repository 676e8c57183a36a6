"""The target of a schedule or sensor: the jobs or the assets that its runs make."""

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeGuard

from dagwire.config.values.type_guards import is_sequence
from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.jobs.asset_job import UnresolvedAssetJobDefinition, target_job
from dagwire.definitions.jobs.graph import GraphDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.errors import ArgumentTypeError, InvalidDefinitionError

AnyJob = JobDefinition | UnresolvedAssetJobDefinition


class TickTarget(NamedTuple):
    """The jobs that a schedule or sensor may start; or the assets, if no job is named."""

    jobs: tuple[AnyJob, ...] = ()
    job_names: tuple[str, ...] = ()
    asset_selection: AssetSelection | None = None


def tick_target(
    owner: str,
    name: str,
    *,
    job: object = None,
    jobs: Sequence[object] | None = None,
    job_name: str | None = None,
    target: object = None,
    asset_selection: object = None,
) -> TickTarget:
    """Make the target of the schedule or sensor `owner`, whose own name is `name`, from its arguments.

    Raises:
        InvalidDefinitionError: More than one argument is passed.
        ArgumentTypeError: A job is not one.
    """
    passed = {"job": job, "jobs": jobs, "job_name": job_name, "target": target, "asset_selection": asset_selection}
    named = [f"`{parameter}`" for parameter, value in passed.items() if value is not None]
    if len(named) > 1:
        msg = f"{owner} has {' and '.join(named)}; pass one of them."
        raise InvalidDefinitionError(msg)
    if asset_selection is not None:
        return TickTarget(asset_selection=AssetSelection.from_coercible(asset_selection))
    if job_name is not None:
        return TickTarget(job_names=(job_name,))
    listed = [job] if job is not None else _targets(target, name) if jobs is None else jobs
    found = tuple(_checked_job(owner, one) for one in listed)
    return TickTarget(found, tuple(one.name for one in found))


def _targets(target: object, name: str) -> list[Any]:
    """The jobs of `target=`: jobs are themselves, assets become a job."""
    if target is None:
        return []
    if is_sequence(target) and target and all(_is_job(one) for one in target):
        return [*target]
    return [target_job(target, name)]


def _is_job(value: object) -> TypeGuard[AnyJob]:
    return isinstance(value, JobDefinition | UnresolvedAssetJobDefinition)


def _checked_job(owner: str, job: object) -> AnyJob:
    if isinstance(job, GraphDefinition):
        message = (
            f"{owner} takes a job, and '{job.name}' is a graph. Pass `{job.name}.to_job()`; Dagster 2.0 will refuse it."
        )
        warnings.warn(message, DeprecationWarning, stacklevel=6)
        return job.to_job()
    if not _is_job(job):
        raise ArgumentTypeError(owner, "job", "JobDefinition", job)
    return job
