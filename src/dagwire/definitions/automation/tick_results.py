"""The answers of a schedule's or sensor's function, and the result of a tick."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dagwire.definitions.jobs.run_request import RunRequest
from dagwire.definitions.partitions.dynamic_partitions import (
    AddDynamicPartitionsRequest,
    DeleteDynamicPartitionsRequest,
    DynamicPartitionsRequest,
)
from dagwire.definitions.specs.argument_types import check_members, check_type
from dagwire.definitions.specs.asset_events import AssetMaterialization, AssetObservation
from dagwire.definitions.specs.check_results import AssetCheckEvaluation
from dagwire.errors import InvalidInvocationError
from dagwire.resources.dagster_run import DagsterRun, DagsterRunStatus

AssetEvent = AssetMaterialization | AssetObservation | AssetCheckEvaluation


@dataclass(frozen=True, slots=True)
class SkipReason:
    """The reason why a tick starts no run."""

    skip_message: str | None = None

    def __post_init__(self) -> None:
        """Refuse a message that is not text.

        Raises:
            ArgumentTypeError: `skip_message` is not text.
        """
        check_type("SkipReason", "skip_message", self.skip_message, str)


@dataclass(frozen=True, slots=True)
class DagsterRunReaction:
    """The answer of a run status sensor for one run, without a request; `error` is what its function raised."""

    dagster_run: DagsterRun | None = None
    error: Exception | None = None
    run_status: DagsterRunStatus | None = None


@dataclass(frozen=True, slots=True, init=False)
class SensorResult:
    """The answer of a sensor: runs to start or the reason for none, and the next cursor."""

    run_requests: Sequence[RunRequest]
    skip_reason: SkipReason | None
    cursor: str | None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest]
    """Keys of dynamic partitions to add or delete before the runs start."""
    asset_events: Sequence[AssetEvent]
    """Materializations, observations and checks of assets made elsewhere, to record."""

    def __init__(
        self,
        run_requests: Sequence[RunRequest] | None = None,
        skip_reason: SkipReason | str | None = None,
        cursor: str | None = None,
        dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] | None = None,
        asset_events: Sequence[AssetEvent] | None = None,
    ) -> None:
        """Check the parts.

        Args:
            run_requests: The runs to start.
            skip_reason: The reason why none starts.
            cursor: The cursor for the next tick.
            dynamic_partitions_requests: Keys of dynamic partitions to add or delete before the runs start.
            asset_events: Materializations, observations and checks of assets made elsewhere, to record.

        Raises:
            ArgumentTypeError: A part has another type.
            InvalidInvocationError: There are both runs and a reason for none.
        """
        owner = "SensorResult"
        check_members(owner, "run_requests", run_requests, RunRequest)
        check_type(owner, "skip_reason", skip_reason, SkipReason, str)
        check_type(owner, "cursor", cursor, str)
        changes = (AddDynamicPartitionsRequest, DeleteDynamicPartitionsRequest)
        for change in dynamic_partitions_requests or ():
            check_type(owner, "dynamic_partitions_requests", change, *changes)
        for event in asset_events or ():
            check_type(owner, "asset_events", event, AssetMaterialization, AssetObservation, AssetCheckEvaluation)
        if run_requests and skip_reason:
            raise InvalidInvocationError(owner, "has `run_requests` and a `skip_reason`; a tick has one or the other.")
        reason = SkipReason(skip_reason) if isinstance(skip_reason, str) else skip_reason
        object.__setattr__(self, "run_requests", list(run_requests or ()))
        object.__setattr__(self, "skip_reason", reason)
        object.__setattr__(self, "cursor", cursor)
        object.__setattr__(self, "dynamic_partitions_requests", list(dynamic_partitions_requests or ()))
        object.__setattr__(self, "asset_events", list(asset_events or ()))


class TickResult(NamedTuple):
    """The result of one tick."""

    run_requests: Sequence[RunRequest] = ()
    skip_message: str | None = None
    cursor: str | None = None
    dynamic_partitions_requests: Sequence[DynamicPartitionsRequest] = ()
    """Requests with `apply_to(instance)`; the caller applies them before it starts the runs."""
    asset_events: Sequence[AssetEvent] = ()
    """Events of assets made elsewhere; the caller reports them to its instance."""
    dagster_run_reactions: Sequence[DagsterRunReaction] = ()
    """The runs that a run status sensor was evaluated for without a request."""
