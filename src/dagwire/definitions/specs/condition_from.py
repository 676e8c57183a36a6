"""The automation condition of a definition, which Dagster's programs pass in one of two forms."""

from dagwire.definitions.specs.argument_types import check_type
from dagwire.definitions.specs.automation_condition import AutoMaterializePolicy, AutomationCondition
from dagwire.errors import InvalidDefinitionError


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
