"""`DagsterRun`: the facts of one run, as contexts, results and instances show them."""

import os
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


def new_run_id() -> str:
    """Return a random id, a UUID of version 4; `uuid.uuid4` makes an object besides, and takes three times as long."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


@dataclass(frozen=True, slots=True)
class DagsterRun:
    """The facts of one run; equal by value. Its config is not in its repr: it may hold secrets."""

    job_name: str
    run_id: str = field(default_factory=new_run_id)
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
        # Written out: every run calls it, and `dataclasses.replace` takes three times as long.
        return type(self)(
            self.job_name,
            self.run_id,
            self.run_config,
            self.asset_selection,
            self.asset_check_selection,
            self.op_selection,
            self.step_keys_to_execute,
            status,
            self.tags,
            self.root_run_id,
            self.parent_run_id,
        )

    def with_tags(self, tags: Mapping[str, str]) -> Self:
        """This run with `tags` in place of its own."""
        return replace(self, tags=tags)
