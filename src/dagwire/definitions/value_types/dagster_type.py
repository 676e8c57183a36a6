"""`DagsterType`: a named type with a check of its values."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dagwire.definitions.specs.metadata import MetadataValue
from dagwire.definitions.specs.normalized_metadata import normalized_metadata
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck, TypeCheckContext
from dagwire.definitions.value_types.type_loader import DagsterTypeLoader
from dagwire.errors import InvalidDefinitionError, InvariantViolationError

TypeCheckFunction = Callable[[TypeCheckContext, Any], bool | TypeCheck]

_ARGUMENTS = 2


class DagsterType:
    """A named type of inputs and outputs, with a function that checks their values.

    Example:
        >>> from dagwire import DagsterType, check_dagster_type
        >>> even = DagsterType(name="Even", type_check_fn=lambda _context, value: value % 2 == 0)
        >>> check_dagster_type(even, 3).success
        False
    """

    def __init__(
        self,
        type_check_fn: TypeCheckFunction,
        key: str | None = None,
        name: str | None = None,
        is_builtin: bool = False,  # Dagster's signature
        description: str | None = None,
        loader: DagsterTypeLoader | None = None,
        required_resource_keys: Iterable[str] | None = None,
        *,
        typing_type: object = Any,
        metadata: Mapping[str, object] | None = None,
    ) -> None:
        """Declare a type.

        Args:
            type_check_fn: Called with a context and a value; returns whether the value is of the type.
            key: The type's identity; its name by default.
            name: The name that people see.
            is_builtin: Whether the library brings the type; for people.
            description: For people.
            loader: Makes a value of the config of an input that no step gives.
            required_resource_keys: Resources that the check reads as `context.resources.<key>`.
            typing_type: The Python type of its values.
            metadata: Facts about the type.

        Raises:
            InvalidDefinitionError: There is neither key nor name, or the function does not take two arguments.
        """
        if not (key or name):
            msg = "A DagsterType has neither a `name` nor a `key`. Give it a `name`."
            raise InvalidDefinitionError(msg)
        self.key: str = key or name or ""
        self._name = name
        _check_function(type_check_fn, self.key)
        self._type_check_fn: Callable[[TypeCheckContext, Any], object] = type_check_fn
        self.is_builtin = is_builtin
        self.description = description
        self.loader = loader
        self.required_resource_keys: frozenset[str] = frozenset(required_resource_keys or ())
        self.typing_type = typing_type
        self.metadata: dict[str, MetadataValue] = normalized_metadata(metadata, f"type '{self.key}'")

    @property
    def display_name(self) -> str:
        """The name that people see."""
        return self._name or self.key

    @property
    def has_unique_name(self) -> bool:
        """Whether it has a name of its own; a type that is put together from others has none."""
        return self._name is not None

    @property
    def unique_name(self) -> str:
        """Its own name.

        Raises:
            InvariantViolationError: It has none.
        """
        if self._name is None:
            msg = f"The type {self.display_name} has no name of its own. Read its `display_name`."
            raise InvariantViolationError(msg)
        return self._name

    @property
    def inner_types(self) -> "list[DagsterType]":
        """The types that it is put together from."""
        return []

    @property
    def is_any(self) -> bool:
        """Whether every value is of the type."""
        return False

    @property
    def is_nothing(self) -> bool:
        """Whether it is the type of no value at all."""
        return False

    @property
    def takes_config(self) -> bool:
        """Whether a run's config can give a value of the type."""
        return self.loader is not None

    @property
    def check_resource_keys(self) -> frozenset[str]:
        """The keys of the resources of its check, those of its inner types included."""
        return self.required_resource_keys.union(*(one.check_resource_keys for one in self.inner_types))

    @property
    def loader_resource_keys(self) -> frozenset[str]:
        """The keys of the resources of its loader, which a value of another step does not need."""
        return self.loader.required_resource_keys() if self.loader else frozenset()

    @property
    def all_resource_keys(self) -> frozenset[str]:
        """The keys of the resources of its check and its loader."""
        return self.check_resource_keys | self.loader_resource_keys

    def type_check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        """Check a value.

        Raises:
            InvariantViolationError: The type's function returns neither a bool nor a TypeCheck.
        """
        result = self._type_check_fn(context, value)
        if isinstance(result, TypeCheck):
            return result
        if isinstance(result, bool):
            return PASSED if result else TypeCheck(success=False)
        msg = f"The check of type '{self.key}' returned {type(result).__name__}. Return a bool or a TypeCheck."
        raise InvariantViolationError(msg)

    def __eq__(self, other: object) -> bool:
        """Compare keys."""
        return isinstance(other, DagsterType) and self.key == other.key

    def __hash__(self) -> int:
        """Hash the key."""
        return hash(self.key)

    def __repr__(self) -> str:
        """Show its class and name."""
        return f"{type(self).__name__}({self.display_name})"


def _check_function(function: object, key: str) -> None:
    if not callable(function):
        msg = f"The `type_check_fn` of type '{key}' is {type(function).__name__}, and that cannot be called."
        raise InvalidDefinitionError(msg)
    count = len(inspect.signature(function).parameters)
    if count != _ARGUMENTS:
        msg = f"The `type_check_fn` of type '{key}' takes {count} arguments. It must take two: a context and a value."
        raise InvalidDefinitionError(msg)
