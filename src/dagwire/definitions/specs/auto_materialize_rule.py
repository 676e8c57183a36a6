"""`AutoMaterializeRule`: one rule of Dagster's older form of an automation condition. dagwire records it."""

from collections.abc import Iterable
from dataclasses import dataclass

from dagwire.definitions.partitions.cron import check_cron_line


@dataclass(frozen=True, slots=True)
class AutoMaterializeRule:
    """A rule of an `AutoMaterializePolicy`: the static method that made it, and its arguments."""

    name: str
    arguments: tuple[tuple[str, object], ...] = ()

    @staticmethod
    def materialize_on_cron(
        cron_schedule: str,
        timezone: str = "UTC",
        all_partitions: bool = False,  # Dagster's signature
    ) -> "AutoMaterializeRule":
        """Make the asset after each tick of a cron line."""
        check_cron_line("AutoMaterializeRule.materialize_on_cron", cron_schedule)
        return _rule(
            "materialize_on_cron", cron_schedule=cron_schedule, timezone=timezone, all_partitions=all_partitions
        )

    @staticmethod
    def materialize_on_missing() -> "AutoMaterializeRule":
        """Make the asset if it was never made."""
        return _rule("materialize_on_missing")

    @staticmethod
    def materialize_on_parent_updated(updated_parent_filter: object = None) -> "AutoMaterializeRule":
        """Make the asset when a dependency was made."""
        return _rule("materialize_on_parent_updated", updated_parent_filter=updated_parent_filter)

    @staticmethod
    def materialize_on_required_for_freshness() -> "AutoMaterializeRule":
        """Make the asset when a freshness policy requires it."""
        return _rule("materialize_on_required_for_freshness")

    @staticmethod
    def skip_on_backfill_in_progress(all_partitions: bool = False) -> "AutoMaterializeRule":  # Dagster's signature
        """Skip the asset while a backfill makes it."""
        return _rule("skip_on_backfill_in_progress", all_partitions=all_partitions)

    @staticmethod
    def skip_on_not_all_parents_updated(
        require_update_for_all_parent_partitions: bool = False,  # Dagster's signature
    ) -> "AutoMaterializeRule":
        """Skip the asset until every dependency was made since it was."""
        required = require_update_for_all_parent_partitions
        return _rule("skip_on_not_all_parents_updated", require_update_for_all_parent_partitions=required)

    @staticmethod
    def skip_on_not_all_parents_updated_since_cron(cron_schedule: str, timezone: str = "UTC") -> "AutoMaterializeRule":
        """Skip the asset until every dependency was made since the last tick of a cron line."""
        check_cron_line("AutoMaterializeRule.skip_on_not_all_parents_updated_since_cron", cron_schedule)
        return _rule("skip_on_not_all_parents_updated_since_cron", cron_schedule=cron_schedule, timezone=timezone)

    @staticmethod
    def skip_on_parent_missing() -> "AutoMaterializeRule":
        """Skip the asset while a dependency was never made."""
        return _rule("skip_on_parent_missing")

    @staticmethod
    def skip_on_parent_outdated() -> "AutoMaterializeRule":
        """Skip the asset while a dependency is older than its own dependencies."""
        return _rule("skip_on_parent_outdated")

    @staticmethod
    def skip_on_required_but_nonexistent_parents() -> "AutoMaterializeRule":
        """Skip a partition that needs partitions which do not exist."""
        return _rule("skip_on_required_but_nonexistent_parents")

    @staticmethod
    def skip_on_run_in_progress() -> "AutoMaterializeRule":
        """Skip the asset while a run makes it."""
        return _rule("skip_on_run_in_progress")


def _rule(name: str, **arguments: object) -> AutoMaterializeRule:
    return AutoMaterializeRule(name, tuple(arguments.items()))


def rule_names(rules: Iterable[AutoMaterializeRule]) -> str:
    """List the names of `rules` for a message."""
    return ", ".join(sorted(rule.name for rule in rules))


COMMON_RULES: tuple[AutoMaterializeRule, ...] = (
    AutoMaterializeRule.materialize_on_required_for_freshness(),
    AutoMaterializeRule.skip_on_parent_outdated(),
    AutoMaterializeRule.skip_on_parent_missing(),
    AutoMaterializeRule.skip_on_required_but_nonexistent_parents(),
    AutoMaterializeRule.skip_on_backfill_in_progress(),
)
EAGER_RULES: tuple[AutoMaterializeRule, ...] = (
    AutoMaterializeRule.materialize_on_missing(),
    AutoMaterializeRule.materialize_on_parent_updated(),
)
