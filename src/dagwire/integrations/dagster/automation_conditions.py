"""Automation conditions and freshness policies as Dagster's: the recorded calls, made once more."""

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from inspect import getattr_static
from typing import Any

import dagster as dg

from dagwire.definitions.assets.selection import AssetSelection
from dagwire.definitions.specs.automation_condition import AutomationCondition, ConditionExpression
from dagwire.definitions.specs.freshness_policy import CronFreshnessPolicy, FreshnessPolicy, TimeWindowFreshnessPolicy
from dagwire.errors import NotCarriedError

_OPERATORS: Mapping[str, Callable[[list[Any]], object]] = {
    "&": lambda sides: reduce(operator.and_, sides),
    "|": lambda sides: reduce(operator.or_, sides),
    "~": lambda sides: ~sides[0],
}


def dagster_condition(condition: AutomationCondition, owner: str) -> Any:
    """Return a condition as Dagster's.

    Raises:
        NotCarriedError: It is of a class of the user's own, or an older policy. `owner` names what has it.
    """
    if not isinstance(condition, ConditionExpression) or not _is_known(condition.operator):
        problem = f"{condition!r} is none of Dagster's own conditions. Give it in Dagster's definitions."
        raise NotCarriedError(f"{owner}: the automation condition", problem)
    operands = [dagster_condition(one, owner) for one in condition.operands]
    if condition.operator in _OPERATORS:
        return _OPERATORS[condition.operator](operands)
    arguments = {name: _argument(value) for name, value in condition.arguments}
    if isinstance(getattr_static(dg.AutomationCondition, condition.operator), staticmethod):
        return getattr(dg.AutomationCondition, condition.operator)(*operands, **arguments)
    return getattr(operands[0], condition.operator)(*operands[1:], **arguments)


def _is_known(name: str) -> bool:
    return name in _OPERATORS or hasattr(dg.AutomationCondition, name)


def _argument(value: object) -> object:
    return dg.AssetSelection.from_string(str(value)) if isinstance(value, AssetSelection) else value


def dagster_freshness(policy: FreshnessPolicy) -> object:
    """Return a freshness policy as Dagster's."""
    if isinstance(policy, TimeWindowFreshnessPolicy):
        return dg.FreshnessPolicy.time_window(policy.fail_window, policy.warn_window)
    assert isinstance(policy, CronFreshnessPolicy)  # noqa: S101  # there is no third kind
    return dg.FreshnessPolicy.cron(policy.deadline_cron, policy.lower_bound_delta, policy.timezone)
