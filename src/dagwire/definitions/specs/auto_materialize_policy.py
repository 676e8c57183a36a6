"""`AutoMaterializePolicy`: Dagster's older form of an automation condition. dagwire records it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dagwire.definitions.partitions.cron import check_cron_line
from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.automation_condition import AutomationCondition, ConditionExpression, checked_condition
from dagwire.errors import InvalidDefinitionError


@dataclass(frozen=True, slots=True)
class AutoMaterializeRule:
    """One rule of an `AutoMaterializePolicy`: the static method that made it, and its arguments."""

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


@dataclass(frozen=True, slots=True)
class AutoMaterializePolicy:
    """Rules for when an asset is to be made. Dagster's daemon follows them; dagwire keeps them."""

    rules: frozenset[AutoMaterializeRule] = frozenset()
    max_materializations_per_minute: int | None = 1
    asset_condition: AutomationCondition | None = None
    """The condition that it was made from, in place of rules."""

    @staticmethod
    def eager(max_materializations_per_minute: int | None = 1) -> "AutoMaterializePolicy":
        """Make the asset when it is missing, when a dependency was made, and when freshness requires it."""
        return AutoMaterializePolicy(frozenset((*_COMMON, *_EAGER)), max_materializations_per_minute)

    @staticmethod
    def lazy(max_materializations_per_minute: int | None = 1) -> "AutoMaterializePolicy":
        """Make the asset when a freshness policy requires it."""
        return AutoMaterializePolicy(frozenset(_COMMON), max_materializations_per_minute)

    @staticmethod
    def from_automation_condition(automation_condition: AutomationCondition) -> "AutoMaterializePolicy":
        """Make a policy of a condition."""
        condition = checked_condition("AutoMaterializePolicy.from_automation_condition", automation_condition)
        return AutoMaterializePolicy(frozenset(), None, condition)

    def to_automation_condition(self) -> AutomationCondition:
        """Return the condition that follows this policy."""
        if self.asset_condition is not None:
            return self.asset_condition
        return ConditionExpression("AutoMaterializePolicy", arguments=(("policy", self),))

    def with_rules(self, *rules_to_add: AutoMaterializeRule) -> "AutoMaterializePolicy":
        """Return a policy with more rules."""
        return replace(self, rules=self.rules | frozenset(rules_to_add))

    def without_rules(self, *rules_to_remove: AutoMaterializeRule) -> "AutoMaterializePolicy":
        """Return a policy with fewer rules.

        Raises:
            InvalidDefinitionError: The policy does not have one of them.
        """
        strangers = _names(rule for rule in rules_to_remove if rule not in self.rules)
        if strangers:
            msg = f"AutoMaterializePolicy has no rule {strangers}. Its rules: {_names(self.rules)}."
            raise InvalidDefinitionError(msg)
        return replace(self, rules=self.rules - frozenset(rules_to_remove))


def condition_from(
    owner: str, condition: AutomationCondition | None, policy: AutoMaterializePolicy | None
) -> AutomationCondition | None:
    """Return the condition that `owner` is given, by itself or as a policy, or None.

    Raises:
        InvalidDefinitionError: Both are given.
        ArgumentTypeError: One of them has another type.
    """
    check_type(owner, "automation_condition", condition, AutomationCondition)
    check_type(owner, "auto_materialize_policy", policy, AutoMaterializePolicy)
    if policy is None:
        return condition
    if condition is not None:
        msg = f"{owner} has an `automation_condition` and an `auto_materialize_policy`, an older form of it; pass one."
        raise InvalidDefinitionError(msg)
    return policy.to_automation_condition()


def _rule(name: str, **arguments: object) -> AutoMaterializeRule:
    return AutoMaterializeRule(name, tuple(arguments.items()))


def _names(rules: Iterable[AutoMaterializeRule]) -> str:
    return ", ".join(sorted(rule.name for rule in rules))


_COMMON = (
    AutoMaterializeRule.materialize_on_required_for_freshness(),
    AutoMaterializeRule.skip_on_parent_outdated(),
    AutoMaterializeRule.skip_on_parent_missing(),
    AutoMaterializeRule.skip_on_required_but_nonexistent_parents(),
    AutoMaterializeRule.skip_on_backfill_in_progress(),
)
_EAGER = (AutoMaterializeRule.materialize_on_missing(), AutoMaterializeRule.materialize_on_parent_updated())
