"""`InputDefinition` and `OutputDefinition`: inputs and outputs with their names, as definitions list them. Pure."""

import inspect
from collections.abc import Mapping
from typing import NamedTuple

from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


class InputDefinition(NamedTuple):
    """An input with its name, as a definition lists it."""

    name: str
    dagster_type: DagsterType
    description: str | None = None
    default_value: object = inspect.Parameter.empty
    metadata: Mapping[str, object] | None = None
    input_manager_key: str | None = None

    @property
    def has_default_value(self) -> bool:
        """Whether it need not be connected."""
        return self.default_value is not inspect.Parameter.empty


class OutputDefinition(NamedTuple):
    """An output with its name, as a definition lists it."""

    name: str
    dagster_type: DagsterType
    description: str | None = None
    is_required: bool = True
    io_manager_key: str = DEFAULT_IO_MANAGER
    metadata: Mapping[str, object] | None = None
    code_version: str | None = None
    is_dynamic: bool = False
