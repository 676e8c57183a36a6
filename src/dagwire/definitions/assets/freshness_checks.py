"""`build_last_update_freshness_checks`: checks that assets were made recently."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cronsim import CronSim

from dagwire.definitions.assets.asset_check import AssetChecksDefinition, multi_asset_check
from dagwire.definitions.partitions.cron import check_cron_line, check_timezone, written_out
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.asset_key import AssetKey
from dagwire.definitions.specs.check_results import AssetCheckResult, AssetCheckSeverity
from dagwire.definitions.specs.check_spec import AssetCheckSpec
from dagwire.errors import DuplicateDefinitionError
from dagwire.resources.event_log_entry import EventLogEntry

_OWNER = "build_last_update_freshness_checks"


@dataclass(frozen=True, slots=True)
class _Freshness:
    """The time window in which an asset must have been made."""

    lower_bound_delta: timedelta
    deadline_cron: str | None
    timezone: str

    @property
    def facts(self) -> dict[str, object]:
        """The parameters, as metadata show them."""
        facts: dict[str, object] = {
            "timezone": self.timezone,
            "lower_bound_delta_seconds": self.lower_bound_delta.total_seconds(),
        }
        return facts if self.deadline_cron is None else {**facts, "deadline_cron": self.deadline_cron}

    def lower_bound(self, now: datetime) -> datetime:
        """The time after which the asset must have been made."""
        if self.deadline_cron is None:
            return now - self.lower_bound_delta
        # One second later, because cronsim leaves out the time that it starts from.
        start = now.astimezone(ZoneInfo(self.timezone)) + timedelta(seconds=1)
        return next(CronSim(written_out(self.deadline_cron), start, reverse=True)) - self.lower_bound_delta

    def result(self, key: AssetKey, event: EventLogEntry | None, severity: AssetCheckSeverity) -> AssetCheckResult:
        """The result of the check of one asset, whose latest materialization is `event`."""
        lower_bound = self.lower_bound(datetime.now(UTC))
        metadata: dict[str, Any] = {
            "dagster/freshness_params": self.facts,
            "dagster/freshness_lower_bound_timestamp": lower_bound.timestamp(),
        }
        if event is None:
            description = "The asset was never made."
        else:
            metadata["dagster/last_updated_timestamp"] = event.timestamp
            made = datetime.fromtimestamp(event.timestamp, UTC)
            description = f"The asset was last made at {made:%Y-%m-%d %H:%M:%S} UTC."
        return AssetCheckResult(
            passed=event is not None and event.timestamp >= lower_bound.timestamp(),
            asset_key=key,
            check_name="freshness_check",
            severity=severity,
            description=description,
            metadata=metadata,
        )


def build_last_update_freshness_checks(
    *,
    assets: Sequence[object],
    lower_bound_delta: timedelta,
    deadline_cron: str | None = None,
    timezone: str = "UTC",
    severity: AssetCheckSeverity = AssetCheckSeverity.WARN,
    blocking: bool = False,
) -> list[AssetChecksDefinition]:
    """Make checks that assets were made recently, by the instance that a run is given.

    Args:
        assets: The assets: definitions, specs, keys or names.
        lower_bound_delta: The greatest age of an asset; with `deadline_cron`, the time before a deadline.
        deadline_cron: The times by which the assets must have been made.
        timezone: The time zone of `deadline_cron`.
        severity: The severity of a check that fails.
        blocking: Whether downstream assets wait for the checks.

    Raises:
        InvalidDefinitionError: The cron line or the time zone is invalid, or an asset is listed twice.

    Example:
        >>> from datetime import timedelta
        >>> from dagwire import asset, build_last_update_freshness_checks, materialize
        >>> @asset
        ... def trips():
        ...     return 3
        >>> checks = build_last_update_freshness_checks(assets=[trips], lower_bound_delta=timedelta(hours=1))
        >>> [evaluation.passed for evaluation in materialize([trips, *checks]).get_asset_check_evaluations()]
        [True]
    """
    check_type(_OWNER, "lower_bound_delta", lower_bound_delta, timedelta)
    check_type(_OWNER, "severity", severity, AssetCheckSeverity)
    check_timezone(_OWNER, timezone)
    if deadline_cron is not None:
        check_cron_line(_OWNER, deadline_cron)
    keys = [AssetKey.from_coercible(asset) for asset in assets]
    repeated = next((key for key in keys if keys.count(key) > 1), None)
    if repeated is not None:
        raise DuplicateDefinitionError("check", f"{repeated.to_user_string()}:freshness_check")
    freshness = _Freshness(lower_bound_delta, deadline_cron, timezone)
    specs = [_spec(key, freshness, blocking=blocking) for key in keys]
    return [_check(specs, freshness, severity)] if specs else []


def _spec(key: AssetKey, freshness: _Freshness, *, blocking: bool) -> AssetCheckSpec:
    description = "Evaluates freshness for targeted asset."
    metadata = {"dagster/freshness_params": freshness.facts}
    return AssetCheckSpec("freshness_check", asset=key, description=description, blocking=blocking, metadata=metadata)


def _check(
    specs: Sequence[AssetCheckSpec], freshness: _Freshness, severity: AssetCheckSeverity
) -> AssetChecksDefinition:
    named = "".join(spec.asset_key.to_user_string() for spec in specs)
    name = f"freshness_check_{zlib.crc32(named.encode()):08x}"

    @multi_asset_check(specs=specs, can_subset=True, name=name)
    def are_fresh(context: Any) -> Iterator[AssetCheckResult]:
        for key in sorted({check.asset_key for check in context.selected_asset_check_keys}, key=lambda key: key.path):
            yield freshness.result(key, context.instance.get_latest_materialization_event(key), severity)

    return are_fresh
