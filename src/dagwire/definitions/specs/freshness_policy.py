"""`FreshnessPolicy`: how old an asset may be. Dagster's daemon watches over it; dagwire records it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from cronsim import CronSim

from dagwire.definitions.partitions.cron import check_cron_line, written_out
from dagwire.errors import InvalidDefinitionError

_SHORTEST = timedelta(minutes=1)


class FreshnessPolicy:
    """The greatest age of an asset. Dagster's daemon reports assets that are older; dagwire keeps the policy.

    Example:
        >>> from datetime import timedelta
        >>> from dagwire import FreshnessPolicy
        >>> FreshnessPolicy.time_window(fail_window=timedelta(hours=24))
        TimeWindowFreshnessPolicy(fail_window=datetime.timedelta(days=1), warn_window=None)
    """

    @staticmethod
    def time_window(fail_window: timedelta, warn_window: timedelta | None = None) -> "TimeWindowFreshnessPolicy":
        """Require that the asset was made within the last `fail_window`.

        Args:
            fail_window: The age at which the asset fails; at least a minute.
            warn_window: The age at which it is warned about.

        Raises:
            InvalidDefinitionError: A window is too short, or `warn_window` is not the shorter one.
        """
        if fail_window < _SHORTEST or (warn_window is not None and warn_window < _SHORTEST):
            raise InvalidDefinitionError("FreshnessPolicy.time_window takes windows of at least one minute.")
        if warn_window is not None and warn_window >= fail_window:
            raise InvalidDefinitionError(
                "FreshnessPolicy.time_window: `warn_window` must be shorter than `fail_window`."
            )
        return TimeWindowFreshnessPolicy(fail_window, warn_window)

    @staticmethod
    def cron(deadline_cron: str, lower_bound_delta: timedelta, timezone: str = "UTC") -> "CronFreshnessPolicy":
        """Require that the asset was made shortly before each tick of a cron line.

        Args:
            deadline_cron: The times by which the asset must have been made.
            lower_bound_delta: How long before the deadline it may have been made.
            timezone: The time zone of the cron line.

        Raises:
            InvalidDefinitionError: The cron line is invalid, or its ticks are closer together than `lower_bound_delta`.
        """
        check_cron_line("FreshnessPolicy.cron", deadline_cron)
        if lower_bound_delta < _SHORTEST or lower_bound_delta > _shortest_gap(deadline_cron):
            msg = (
                f"FreshnessPolicy.cron: `lower_bound_delta` ({lower_bound_delta}) must be at least a minute, and not "
                f"longer than the shortest time between two ticks of '{deadline_cron}'."
            )
            raise InvalidDefinitionError(msg)
        return CronFreshnessPolicy(deadline_cron, lower_bound_delta, timezone)


@dataclass(frozen=True, slots=True)
class TimeWindowFreshnessPolicy(FreshnessPolicy):
    """The asset was made within a time window that ends now; made by `FreshnessPolicy.time_window`."""

    fail_window: timedelta
    warn_window: timedelta | None = None


@dataclass(frozen=True, slots=True)
class CronFreshnessPolicy(FreshnessPolicy):
    """The asset was made shortly before the last deadline; made by `FreshnessPolicy.cron`."""

    deadline_cron: str
    lower_bound_delta: timedelta
    timezone: str = "UTC"


def _shortest_gap(line: str, *, ticks: int = 100) -> timedelta:
    """The shortest time between two of the next ticks of a cron line."""
    cron = CronSim(written_out(line), datetime(2000, 1, 1))  # noqa: DTZ001  # the gaps are the same in every zone
    moments = [next(cron) for _ in range(ticks)]
    return min(later - earlier for earlier, later in pairwise(moments))
