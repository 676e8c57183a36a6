"""`AutomationCondition` and its older form, `AutoMaterializePolicy`: rules for when to make an asset, recorded."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import timedelta

from dagwire.definitions.partitions.cron import check_cron_line
from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.specs.auto_materialize_rule import COMMON_RULES, EAGER_RULES, AutoMaterializeRule, rule_names
from dagwire.errors import InvalidDefinitionError


class AutomationCondition:
    """A rule for when an asset or a check is to be made.

    dagwire never evaluates it: schedules and sensors start runs here. The rule is kept as an expression of the calls
    that made it, so that the same definitions can be carried to Dagster, whose daemon follows it. Two conditions are
    equal if equal calls made them. A class of your own with `evaluate` may take part in expressions.

    Example:
        >>> from dagwire import AutomationCondition
        >>> AutomationCondition.eager() & ~AutomationCondition.in_progress()
        AutomationCondition.eager() & ~AutomationCondition.in_progress()
    """

    def get_label(self) -> str | None:
        """Return the name that Dagster shows for it, or None."""
        return None

    def as_auto_materialize_policy(self) -> "AutoMaterializePolicy":
        """Return the policy, Dagster's older form, that follows this condition."""
        return AutoMaterializePolicy.from_automation_condition(self)

    def __and__(self, other: "AutomationCondition") -> "ConditionExpression":
        """Require both conditions."""
        return _joined("&", self, other)

    def __or__(self, other: "AutomationCondition") -> "ConditionExpression":
        """Require one of the conditions."""
        return _joined("|", self, other)

    def __invert__(self) -> "ConditionExpression":
        """Require that the condition is false."""
        return ConditionExpression("~", (self,))

    def newly_true(self) -> "ConditionExpression":
        """Require that the condition has become true since the last evaluation."""
        return ConditionExpression("newly_true", (self,))

    def since(self, reset_condition: "AutomationCondition") -> "ConditionExpression":
        """Require that the condition was true at some time after `reset_condition` was."""
        return ConditionExpression("since", (self, _checked("since", reset_condition)))

    def since_last_handled(self) -> "ConditionExpression":
        """Require that the condition was true at some time after the asset was last requested or made."""
        return ConditionExpression("since_last_handled", (self,))

    def replace(self, old: "AutomationCondition | str", new: "AutomationCondition") -> "AutomationCondition":
        """Replace the condition `old`, by its label or the condition itself, wherever it occurs in this one."""
        _checked("replace", new)
        if old in {self, self.get_label()}:
            return new
        named = (("old", old),) if isinstance(old, str) else ()
        others = (new,) if isinstance(old, str) else (_checked("replace", old), new)
        return ConditionExpression("replace", (self, *others), named, self.get_label())

    # -- whole policies ------------------------------------------------------------------------------------------------

    @staticmethod
    def eager() -> "ConditionExpression":
        """Make the asset when a dependency is updated, and when it is missing."""
        return _call("eager", label="eager")

    @staticmethod
    def on_cron(cron_schedule: str, cron_timezone: str = "UTC") -> "ConditionExpression":
        """Make the asset after a tick of the cron line, once every dependency was updated since."""
        return _cron_call("on_cron", cron_schedule, cron_timezone, f"on_cron({cron_schedule}, {cron_timezone})")

    @staticmethod
    def on_missing() -> "ConditionExpression":
        """Make the asset if it is missing and its dependencies are not."""
        return _call("on_missing", label="on_missing")

    # -- the asset itself ----------------------------------------------------------------------------------------------

    @staticmethod
    def missing() -> "ConditionExpression":
        """Require that the asset was never made."""
        return _call("missing")

    @staticmethod
    def newly_missing() -> "ConditionExpression":
        """Require that the asset has become missing since the last evaluation."""
        return _call("newly_missing", label="newly_missing")

    @staticmethod
    def newly_updated() -> "ConditionExpression":
        """Require that the asset was made since the last evaluation."""
        return _call("newly_updated")

    @staticmethod
    def newly_requested() -> "ConditionExpression":
        """Require that the last evaluation requested the asset."""
        return _call("newly_requested")

    @staticmethod
    def will_be_requested() -> "ConditionExpression":
        """Require that this evaluation requests the asset."""
        return _call("will_be_requested")

    @staticmethod
    def initial_evaluation() -> "ConditionExpression":
        """Require that this is the first evaluation of the asset."""
        return _call("initial_evaluation")

    @staticmethod
    def in_progress() -> "ConditionExpression":
        """Require that a run or a backfill makes the asset now."""
        return _call("in_progress", label="in_progress")

    @staticmethod
    def run_in_progress() -> "ConditionExpression":
        """Require that a run makes the asset now."""
        return _call("run_in_progress")

    @staticmethod
    def backfill_in_progress() -> "ConditionExpression":
        """Require that a backfill makes the asset now."""
        return _call("backfill_in_progress")

    @staticmethod
    def execution_failed() -> "ConditionExpression":
        """Require that the latest run of the asset failed."""
        return _call("execution_failed")

    @staticmethod
    def code_version_changed() -> "ConditionExpression":
        """Require that the code version of the asset has changed since the last evaluation."""
        return _call("code_version_changed")

    @staticmethod
    def data_version_changed() -> "ConditionExpression":
        """Require that the data version of the asset has changed since the last evaluation."""
        return _call("data_version_changed")

    @staticmethod
    def freshness_passed() -> "ConditionExpression":
        """Require that the asset keeps its freshness policy."""
        return _call("freshness_passed", label="freshness_passed")

    @staticmethod
    def freshness_warned() -> "ConditionExpression":
        """Require that the asset is past the warning time of its freshness policy."""
        return _call("freshness_warned", label="freshness_warned")

    @staticmethod
    def freshness_failed() -> "ConditionExpression":
        """Require that the asset breaks its freshness policy."""
        return _call("freshness_failed", label="freshness_failed")

    @staticmethod
    def check_passed() -> "ConditionExpression":
        """Require that the latest evaluation of a check passed."""
        return _call("check_passed")

    @staticmethod
    def check_failed() -> "ConditionExpression":
        """Require that the latest evaluation of a check failed."""
        return _call("check_failed")

    # -- time and runs -------------------------------------------------------------------------------------------------

    @staticmethod
    def cron_tick_passed(cron_schedule: str, cron_timezone: str = "UTC") -> "ConditionExpression":
        """Require that a tick of the cron line has passed since the last evaluation."""
        return _cron_call("cron_tick_passed", cron_schedule, cron_timezone, None)

    @staticmethod
    def in_latest_time_window(lookback_delta: timedelta | None = None) -> "ConditionExpression":
        """Require that the partition lies in the last time window, or within `lookback_delta` of its end."""
        return _call("in_latest_time_window", lookback_delta=lookback_delta)

    @staticmethod
    def executed_with_root_target() -> "ConditionExpression":
        """Require that the latest run of the asset also made the asset that is evaluated."""
        return _call("executed_with_root_target")

    @staticmethod
    def executed_with_tags(
        *, tag_keys: AbstractSet[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> "ConditionExpression":
        """Require that the latest run of the asset has these tags."""
        return _tags_call("executed_with_tags", tag_keys, tag_values)

    @staticmethod
    def any_new_update_has_run_tags(
        *, tag_keys: AbstractSet[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> "ConditionExpression":
        """Require that a run since the last evaluation has these tags."""
        return _tags_call("any_new_update_has_run_tags", tag_keys, tag_values)

    @staticmethod
    def all_new_updates_have_run_tags(
        *, tag_keys: AbstractSet[str] | None = None, tag_values: Mapping[str, str] | None = None
    ) -> "ConditionExpression":
        """Require that every run since the last evaluation has these tags."""
        return _tags_call("all_new_updates_have_run_tags", tag_keys, tag_values)

    # -- other assets and checks ---------------------------------------------------------------------------------------

    @staticmethod
    def asset_matches(key: CoercibleToAssetKey, condition: "AutomationCondition") -> "ConditionExpression":
        """Require `condition` of the asset `key`."""
        return _call("asset_matches", condition, key=AssetKey.from_coercible(key))

    @staticmethod
    def any_deps_match(condition: "AutomationCondition") -> "ConditionExpression":
        """Require `condition` of one dependency."""
        return _call("any_deps_match", condition)

    @staticmethod
    def all_deps_match(condition: "AutomationCondition") -> "ConditionExpression":
        """Require `condition` of every dependency."""
        return _call("all_deps_match", condition)

    @staticmethod
    def any_deps_missing() -> "ConditionExpression":
        """Require that a dependency was never made."""
        return _call("any_deps_missing", label="any_deps_missing")

    @staticmethod
    def any_deps_updated() -> "ConditionExpression":
        """Require that a dependency was made since the last evaluation."""
        return _call("any_deps_updated", label="any_deps_updated")

    @staticmethod
    def any_deps_in_progress() -> "ConditionExpression":
        """Require that a dependency is being made."""
        return _call("any_deps_in_progress", label="any_deps_in_progress")

    @staticmethod
    def all_deps_blocking_checks_passed() -> "ConditionExpression":
        """Require that every blocking check of every dependency passed."""
        return _call("all_deps_blocking_checks_passed", label="all_deps_blocking_checks_passed")

    @staticmethod
    def all_deps_updated_since_cron(cron_schedule: str, cron_timezone: str = "UTC") -> "ConditionExpression":
        """Require that every dependency was updated since the last tick of the cron line."""
        label = f"all_deps_updated_since_cron({cron_schedule}, {cron_timezone})"
        return _cron_call("all_deps_updated_since_cron", cron_schedule, cron_timezone, label)

    @staticmethod
    def any_downstream_conditions() -> "ConditionExpression":
        """Require the condition of one downstream asset."""
        return _call("any_downstream_conditions")

    @staticmethod
    def any_checks_match(
        condition: "AutomationCondition", blocking_only: bool = False
    ) -> "ConditionExpression":  # Dagster's signature
        """Require `condition` of one check of the asset."""
        return _call("any_checks_match", condition, blocking_only=blocking_only or None)

    @staticmethod
    def all_checks_match(
        condition: "AutomationCondition", blocking_only: bool = False
    ) -> "ConditionExpression":  # Dagster's signature
        """Require `condition` of every check of the asset."""
        return _call("all_checks_match", condition, blocking_only=blocking_only or None)


@dataclass(frozen=True, slots=True, repr=False)
class ConditionExpression(AutomationCondition):
    """A condition, as the call that made it; made by the methods and operators of `AutomationCondition`."""

    operator: str
    """The method's name, or one of "&", "|" and "~"."""
    operands: tuple[AutomationCondition, ...] = ()
    """The conditions among its arguments; the first is the one whose method was called, if it was one."""
    arguments: tuple[tuple[str, object], ...] = ()
    """`(parameter, value)` of the other arguments that were passed."""
    label: str | None = None
    """The name that Dagster shows for it."""

    def get_label(self) -> str | None:
        """Return the name that Dagster shows for it, or None."""
        return self.label

    def with_label(self, label: str | None) -> "ConditionExpression":
        """Return this condition with another label."""
        named = None if label is None else str(label)
        return ConditionExpression("with_label", (self,), (("label", label),), named)

    def without(self, condition: AutomationCondition) -> "ConditionExpression":
        """Drop `condition` from the conditions that this one requires together.

        Raises:
            InvalidDefinitionError: This one does not require several, or `condition` is not one of them.
        """
        origin = self._changed()
        if origin.operator not in _CONJUNCTIONS:
            problem = f"needs a condition that requires several others; {self!r} does not."
            raise _refused("without", problem)
        if origin.operator == "&" and condition not in origin.operands:
            raise _refused("without", f"found no {condition!r} in {self!r}.")
        return ConditionExpression("without", (self, _checked("without", condition)), (), self.label)

    def allow(self, selection: object) -> "ConditionExpression":
        """Look only at the dependencies in `selection`, an `AssetSelection`."""
        return ConditionExpression("allow", (self,), (("selection", selection),), self.label)

    def ignore(self, selection: object) -> "ConditionExpression":
        """Look past the dependencies in `selection`, an `AssetSelection`."""
        return ConditionExpression("ignore", (self,), (("selection", selection),), self.label)

    def _changed(self) -> "ConditionExpression":
        """The condition that `without`, `with_label` and their like were called on first."""
        first = self.operands[0] if self.operator in _CHANGES else None
        return first._changed() if isinstance(first, ConditionExpression) else self

    def __repr__(self) -> str:
        """Write the calls that made it."""
        inner = [f"({operand!r})" if _is_joined(operand) else repr(operand) for operand in self.operands]
        if self.operator in {"&", "|"}:
            return f" {self.operator} ".join(inner)
        if self.operator == "~":
            return f"~{inner[0]}"
        owner = inner.pop(0) if self.operator in _METHODS else "AutomationCondition"
        named = [f"{name}={value!r}" for name, value in self.arguments]
        arguments = [*named, f"new={inner[0]}"] if self.operator == "replace" and named else [*inner, *named]
        return f"{owner}.{self.operator}({', '.join(arguments)})"


_CHANGES = frozenset({"without", "replace", "with_label", "allow", "ignore"})
_METHODS = _CHANGES | {"newly_true", "since", "since_last_handled"}
_CONJUNCTIONS = frozenset({"&", "eager", "on_cron", "on_missing"})
"""The operators that require several conditions together, as Dagster composes them."""


def _call(
    operator: str, *operands: AutomationCondition, label: str | None = None, **arguments: object
) -> ConditionExpression:
    """Record a call; arguments that are None were left out."""
    checked = tuple(_checked(operator, operand) for operand in operands)
    given = tuple((name, value) for name, value in arguments.items() if value is not None)
    return ConditionExpression(operator, checked, given, label)


def _cron_call(operator: str, line: str, timezone: str, label: str | None) -> ConditionExpression:
    check_cron_line(f"AutomationCondition.{operator}", line)
    return _call(operator, label=label, cron_schedule=line, cron_timezone=timezone)


def _tags_call(
    operator: str, tag_keys: AbstractSet[str] | None, tag_values: Mapping[str, str] | None
) -> ConditionExpression:
    """Record a call that takes tags; they are kept as values that can be hashed."""
    keys = None if tag_keys is None else frozenset(tag_keys)
    values = None if tag_values is None else tuple(sorted(tag_values.items()))
    return _call(operator, tag_keys=keys, tag_values=values)


def _joined(operator: str, *sides: AutomationCondition) -> ConditionExpression:
    """Record "&" or "|"; a side that joins by the same operator is taken apart."""
    parts: list[AutomationCondition] = []
    for side in sides:
        _checked(operator, side)
        parts += side.operands if isinstance(side, ConditionExpression) and side.operator == operator else [side]
    return ConditionExpression(operator, tuple(parts))


def checked_condition(owner: str, condition: object) -> AutomationCondition | None:
    """Return the `automation_condition` of `owner`, or None.

    Raises:
        InvalidDefinitionError: It is not an AutomationCondition.
    """
    return None if condition is None else _checked(owner, condition)


def _checked(owner: str, condition: object) -> AutomationCondition:
    if not isinstance(condition, AutomationCondition):
        raise _refused(owner, f"takes an AutomationCondition, not {type(condition).__name__}.")
    return condition


def _refused(owner: str, problem: str) -> InvalidDefinitionError:
    return InvalidDefinitionError(f"{owner} {problem}")


def _is_joined(condition: object) -> bool:
    return isinstance(condition, ConditionExpression) and condition.operator in {"&", "|"}


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
        return AutoMaterializePolicy(frozenset((*COMMON_RULES, *EAGER_RULES)), max_materializations_per_minute)

    @staticmethod
    def lazy(max_materializations_per_minute: int | None = 1) -> "AutoMaterializePolicy":
        """Make the asset when a freshness policy requires it."""
        return AutoMaterializePolicy(frozenset(COMMON_RULES), max_materializations_per_minute)

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
        strangers = rule_names(rule for rule in rules_to_remove if rule not in self.rules)
        if strangers:
            msg = f"AutoMaterializePolicy has no rule {strangers}. Its rules: {rule_names(self.rules)}."
            raise InvalidDefinitionError(msg)
        return replace(self, rules=self.rules - frozenset(rules_to_remove))
