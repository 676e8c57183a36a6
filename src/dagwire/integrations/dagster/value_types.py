"""The types of values as Dagster's."""

from typing import Any

import dagster as dg

from dagwire.definitions.value_types.dagster_type import DagsterType


def dagster_type(declared: DagsterType) -> Any:
    """The type of a value for Dagster's IO managers and pages; dagwire checks the value itself."""
    if declared.is_nothing:
        return dg.Nothing
    return declared.typing_type if isinstance(declared.typing_type, type) else dg.Any
