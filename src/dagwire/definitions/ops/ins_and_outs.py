"""`In`, `Out`, `DynamicOut`: an op's declared inputs and outputs. Pure."""

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dagwire.definitions.specs.asset_key import AssetKey, CoercibleToAssetKey
from dagwire.definitions.steps.input_and_output_definitions import InputDefinition, OutputDefinition
from dagwire.definitions.value_types.class_types import ANY
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.resources.io_manager import DEFAULT_IO_MANAGER


@dataclass(frozen=True, slots=True)
class In:
    """An input of an op, as `ins=` declares it."""

    dagster_type: Any = Any
    """The type of its value: a DagsterType once it is given, Any until then."""
    description: str | None = None
    default_value: Any = inspect.Parameter.empty
    metadata: Mapping[str, object] | None = None
    asset_key: CoercibleToAssetKey | Callable[..., AssetKey] | None = None
    """The asset that the input reads; shown to the IO manager as `context.asset_key`."""
    asset_partitions: Collection[str] | None = None
    """The partitions of that asset."""
    input_manager_key: str | None = None
    """The input manager; by default the IO manager that stored the value. With it the input need not be connected."""

    def __post_init__(self) -> None:
        """Resolve the type, and the asset's key.

        Raises:
            InvalidDefinitionError: The type is none.
        """
        _resolve(self)
        object.__setattr__(self, "metadata", dict(self.metadata or {}))
        if self.asset_key is not None and not callable(self.asset_key):
            object.__setattr__(self, "asset_key", AssetKey.from_coercible(self.asset_key))

    @property
    def is_nothing(self) -> bool:
        """Whether it orders ops and carries no value."""
        return self.value_type.is_nothing

    @property
    def value_type(self) -> DagsterType:
        """The type of its value."""
        return _type_of(self)

    @property
    def has_default(self) -> bool:
        """Whether it need not be connected."""
        return self.default_value is not inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Out:
    """An output of an op, as `out=` declares it."""

    dagster_type: Any = Any
    """The type of its value: a DagsterType once it is given, Any until then."""
    description: str | None = None
    is_required: bool = True
    io_manager_key: str | None = None
    """The IO manager that stores the value; "io_manager" by default, if that is provided."""
    metadata: Mapping[str, object] | None = None
    code_version: str | None = None

    def __post_init__(self) -> None:
        """Resolve the type.

        Raises:
            InvalidDefinitionError: The type is none.
        """
        _resolve(self)

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a `DynamicOut`."""
        return False

    @property
    def is_nothing(self) -> bool:
        """Whether it orders ops and carries no value; `-> None` declares that, too."""
        return self.value_type.is_nothing

    @property
    def value_type(self) -> DagsterType:
        """The type of its value."""
        return _type_of(self)


@dataclass(frozen=True, slots=True)
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

    @property
    def is_dynamic(self) -> bool:
        """Whether it is a `DynamicOut`; it is."""
        return True


def _resolve(declared: In | Out) -> None:
    if declared.dagster_type is not Any:
        object.__setattr__(declared, "dagster_type", resolve_type(declared.dagster_type))


def _type_of(declared: In | Out) -> DagsterType:
    found: DagsterType = ANY if declared.dagster_type is Any else declared.dagster_type
    return found


# -- with their names --------------------------------------------------------------------------------------------------


def input_definition(name: str, declared: In) -> InputDefinition:
    """Name an input."""
    return InputDefinition(
        name,
        declared.value_type,
        declared.description,
        declared.default_value,
        declared.metadata,
        declared.input_manager_key,
    )


def output_definition(name: str, declared: Out) -> OutputDefinition:
    """Name an output."""
    return OutputDefinition(
        name,
        declared.value_type,
        declared.description,
        declared.is_required,
        declared.io_manager_key or DEFAULT_IO_MANAGER,
        declared.metadata,
        declared.code_version,
        declared.is_dynamic,
    )
