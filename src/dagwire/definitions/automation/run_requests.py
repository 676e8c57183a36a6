"""The runs that a tick requests, completed with the facts of their jobs and partitions."""

from collections.abc import Iterable, Sequence
from typing import Any

from dagwire.definitions.automation.tick_context import JobLookup, TickContext
from dagwire.definitions.automation.tick_target import TickTarget
from dagwire.definitions.jobs.asset_job import IMPLICIT_JOB, UnresolvedAssetJobDefinition
from dagwire.definitions.jobs.job import JobDefinition
from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.dynamic_partitions import DynamicPartitionsRequest
from dagwire.definitions.partitions.partition_loading import partition_loading_context
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.errors import UnexpectedResultError, UnknownNameError
from dagwire.resources.instance import DagsterInstance
from dagwire.suggestions import did_you_mean


class RequestedRuns:
    """The runs that one tick requests; lives as long as the tick."""

    def __init__(
        self, owner: str, target: TickTarget, context: TickContext, changes: Sequence[DynamicPartitionsRequest]
    ) -> None:
        """`changes` are the keys of dynamic partitions that the tick adds and deletes before its runs."""
        self._owner = owner
        self._target = target
        self._lookup: JobLookup | None = context.lookup
        self._instance = _changed(context.known_instance, changes)

    def completed(self, request: RunRequest) -> RunRequest:
        """Return `request` with the job, the assets, the config and the tags that follow from target and partition.

        Raises:
            UnexpectedResultError: The request names no job of the target, or assets outside of it.
            UnknownPartitionError: The partition does not exist.
        """
        if self._target.asset_selection is not None:
            request = self._of_assets(request)
        else:
            self._check_job(request)
        if request.partition_key is None:
            return request
        job = self._job_of(request)
        return request if job is None else self._of_partition(request, job)

    def _check_job(self, request: RunRequest) -> None:
        """Refuse a request of an unknown job, or of no job if there are several.

        Raises:
            UnexpectedResultError: The message lists the jobs, and the nearest.
        """
        names = self._target.job_names
        if request.job_name in names or (request.job_name is None and len(names) == 1):
            return
        if not names:
            problem = "requested a run and has no job; pass `job=`, `jobs=`, `job_name=`, `target=` or, to a sensor, "
            raise UnexpectedResultError(self._owner, f"{problem}`asset_selection=`.")
        known = ", ".join(names)
        if request.job_name is None:
            raise UnexpectedResultError(self._owner, f"requested a run and named no job. Jobs: {known}.")
        hint = did_you_mean(request.job_name, names)
        raise UnexpectedResultError(self._owner, f"requested job '{request.job_name}'.{hint} Jobs: {known}.")

    def _of_assets(self, request: RunRequest) -> RunRequest:
        """Return a request of the job of all assets for some of those that the target selects.

        Raises:
            UnknownNameError: The request names an asset outside of the target.
        """
        keys = self._selected_keys()
        if keys is not None:
            self._check_assets(request.asset_selection or (), [key.to_user_string() for key in keys])
        chosen = request.asset_selection if request.asset_selection is not None else keys
        checks = request.asset_check_keys if request.asset_check_keys is not None else []
        return request.with_replaced_attrs(job_name=IMPLICIT_JOB, asset_selection=chosen, asset_check_keys=checks)

    def _check_assets(self, keys: Iterable[AssetKey], selected: Sequence[str]) -> None:
        for key in keys:
            if key.to_user_string() not in selected:
                raise UnknownNameError(f"selected asset of {self._owner}", key.to_user_string(), selected)

    def _selected_keys(self) -> list[AssetKey] | None:
        """The keys that the target selects; None if no definitions are known."""
        if self._lookup is None:
            return None
        job = self._lookup.resolve(UnresolvedAssetJobDefinition(IMPLICIT_JOB, self._target.asset_selection))
        return list(job.steps.by_asset)

    def _job_of(self, request: RunRequest) -> Any:
        """The job of a request, as far as it is known."""
        name = request.job_name or self._target.job_names[0]
        if self._lookup is not None:
            job = self._lookup.resolve_job_def(name)
            return job if request.asset_selection is None else job.subset(asset_selection=request.asset_selection)
        return next((job for job in self._target.jobs if job.name == name), None)

    def _of_partition(self, request: RunRequest, job: JobDefinition | UnresolvedAssetJobDefinition) -> RunRequest:
        if job.partitions_def is None and not isinstance(job, JobDefinition):
            return request  # known only among definitions
        if job.partitions_def is None:
            problem = f"requested partition '{request.partition_key}' of job '{job.name}', which has no partitions."
            raise UnexpectedResultError(self._owner, problem)
        with partition_loading_context(None, self._instance):
            own = job.run_request_for_partition(str(request.partition_key), tags=request.tags)
        return request.with_replaced_attrs(tags=own.tags, run_config=request.run_config or own.run_config)


def _changed(instance: DagsterInstance | None, changes: Sequence[DynamicPartitionsRequest]) -> DagsterInstance | None:
    """A copy of `instance` with the keys of dynamic partitions as `changes` will leave them."""
    if instance is None or not changes:
        return instance
    changed = DagsterInstance(instance.dynamic_partitions)
    for change in changes:
        change.apply_to(changed)
    return changed
