"""`In`, `Out`, `DynamicOut`: an op's declared inputs and outputs. Pure."""

import inspect
from collections.abc import Mapping
from typing import Any, NamedTuple

from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.scalar_types import Nothing


class In(NamedTuple):
    """An input of an op, as `ins=` declares it."""

    dagster_type: Any = Any
    description: str | None = None
    default_value: Any = inspect.Parameter.empty
    metadata: Mapping[str, object] | None = None
    input_manager_key: str | None = None
    """The input manager; by default the IO manager that stored the value. With it the input need not be connected."""

    @property
    def is_nothing(self) -> bool:
        """Whether it orders ops and carries no value."""
        return self.dagster_type is Nothing

    @property
    def value_type(self) -> DagsterType:
        """The type of its values."""
        return resolve_type(self.dagster_type)

    @property
    def has_default(self) -> bool:
        """Whether it need not be connected."""
        return self.default_value is not inspect.Parameter.empty


class Out(NamedTuple):
    """An output of an op, as `out=` declares it."""

    dagster_type: Any = Any
    description: str | None = None
    is_required: bool = True
    io_manager_key: str | None = None
    """The IO manager that stores the value; "io_manager" by default, if that is provided."""
    metadata: Mapping[str, object] | None = None
    code_version: str | None = None

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a `DynamicOut`."""
        return False

    @property
    def is_nothing(self) -> bool:
        """Whether it orders ops and carries no value; `-> None` declares that, too."""
        return self.dagster_type is Nothing

    @property
    def value_type(self) -> DagsterType:
        """The type of its values."""
        return resolve_type(self.dagster_type)


class DynamicOut(Out):
    """An output of an op that gives several values, known only as the job runs: it gives a `DynamicOutput` for each.

    A step that takes the values is mapped over them, or collects them. It may give none at all; with
    `is_required=False`, an output that gives none skips the steps that collect it.

    Example:
        >>> from dagwire import DynamicOut, DynamicOutput, job, op
        >>> @op(out=DynamicOut())
        ... def letters():
        ...     return [DynamicOutput(letter, mapping_key=letter) for letter in "abc"]
        >>> @op
        ... def upper(letter):
        ...     return letter.upper()
        >>> @op
        ... def word(letters):
        ...     return "".join(letters)
        >>> @job
        ... def shout():
        ...     word(letters().map(upper).collect())
        >>> result = shout.execute_in_process()
        >>> result.output_for_node("upper")
        {'a': 'A', 'b': 'B', 'c': 'C'}
        >>> result.output_for_node("word")
        'ABC'
    """

    __slots__ = ()

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a `DynamicOut`; it is."""
        return True
