"""The check of a value that a step takes or gives."""

from typing import Literal

from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.type_check import TypeCheck, TypeCheckContext
from dagwire.errors import WrongTypeError

Place = Literal["input", "output"]


def check_value(
    step: str, place: Place, name: str, dagster_type: DagsterType, value: object, context: TypeCheckContext
) -> TypeCheck:
    """Refuse the value of an input or output that is not of its type; return the result of the check.

    Raises:
        WrongTypeError: The value has another type. Types of the library never show the value.
    """
    check = dagster_type.type_check(context, value)
    if not check.success:
        raise WrongTypeError(step, place, name, dagster_type, check)
    return check
