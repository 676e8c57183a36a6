"""`DagsterRun`: the facts of one run, as contexts, results and instances show them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Self


class DagsterRunStatus(Enum):
    """The progress of a run. A run in one process is NOT_STARTED in its bodies and finished in its result."""

    QUEUED = "QUEUED"
    NOT_STARTED = "NOT_STARTED"
    MANAGED = "MANAGED"
    STARTING = "STARTING"
    STARTED = "STARTED"
    SUSPENDED = "SUSPENDED"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    CANCELING = "CANCELING"
    CANCELED = "CANCELED"


_FAILED = (DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
_CANCELABLE = (
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.SUSPENDED,
)


@dataclass(frozen=True, slots=True)
class DagsterRun:
    """The facts of one run; equal by value. Its config is not in its repr: it may hold secrets."""

    job_name: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    run_config: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    asset_selection: frozenset[Any] | None = None
    """The keys of the selected assets; None if none were selected."""
    asset_check_selection: frozenset[Any] | None = None
    op_selection: Sequence[str] | None = None
    step_keys_to_execute: Sequence[str] | None = None
    """The steps of the run, as they were planned: a mapped step by the name of its op."""
    status: DagsterRunStatus = DagsterRunStatus.NOT_STARTED
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    root_run_id: str | None = None
    """The first run of a row of retries; None for a run that retries none."""
    parent_run_id: str | None = None
    """The run that this one retries."""

    @property
    def is_success(self) -> bool:
        """Whether the run succeeded."""
        return self.status is DagsterRunStatus.SUCCESS

    @property
    def is_failure(self) -> bool:
        """Whether the run failed."""
        return self.status is DagsterRunStatus.FAILURE

    @property
    def is_failure_or_canceled(self) -> bool:
        """Whether the run failed or was interrupted."""
        return self.status in _FAILED

    @property
    def is_finished(self) -> bool:
        """Whether the run has ended, well or not."""
        return self.is_success or self.is_failure_or_canceled

    @property
    def is_cancelable(self) -> bool:
        """Whether the run is under way or queued."""
        return self.status in _CANCELABLE

    @property
    def previous_run_id(self) -> str | None:
        """`parent_run_id`."""
        return self.parent_run_id

    def get_root_run_id(self) -> str | None:
        """The run that tag "dagster/root_run_id" names."""
        return self.tags.get("dagster/root_run_id")

    def get_parent_run_id(self) -> str | None:
        """The run that tag "dagster/parent_run_id" names."""
        return self.tags.get("dagster/parent_run_id")

    def with_status(self, status: DagsterRunStatus) -> Self:
        """This run with another status."""
        return replace(self, status=status)

    def with_tags(self, tags: Mapping[str, str]) -> Self:
        """This run with `tags` in place of its own."""
        return replace(self, tags=tags)
