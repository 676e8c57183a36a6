"""`is_plain_result`: whether a function has returned a value, and no more than that."""

from inspect import isasyncgen, isawaitable, isgenerator
from types import NoneType

from dagwire.definitions.specs.asset_events import is_extra_event
from dagwire.execution.asset_outcomes import SPECIAL_RESULTS

_VALUES = frozenset({NoneType, bool, int, float, str, bytes, list, tuple, dict, set, frozenset})
"""Classes whose instances are certainly a value and no more; those of a subclass may be more."""


def is_plain_result(returned: object, classes: tuple[type, ...] | None) -> bool:
    """Whether `returned` is a value of one of `classes`, or of any if they are None.

    Results, outputs, events, generators and what is to be awaited are more than a value.
    """
    if type(returned) not in _VALUES and _is_more_than_a_value(returned):
        return False
    return classes is None or isinstance(returned, classes)


def _is_more_than_a_value(returned: object) -> bool:
    is_begun = isgenerator(returned) or isasyncgen(returned) or isawaitable(returned)
    return is_begun or isinstance(returned, SPECIAL_RESULTS) or is_extra_event(returned)
