"""Python classes that are checked by a `DagsterType` of their own wherever they are declared."""

from collections.abc import Callable
from typing import TypeVar, overload
from weakref import WeakKeyDictionary

from dagwire.definitions.value_types.class_types import PythonObjectDagsterType
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.type_loader import DagsterTypeLoader
from dagwire.errors import InvalidDefinitionError

C = TypeVar("C", bound=type)

# Weak keys: a class that a test or a function makes is not kept alive by its registration.
_type_by_class: WeakKeyDictionary[type, DagsterType] = WeakKeyDictionary()


def registered_type(python_type: type) -> DagsterType | None:
    """Return the type registered for a class, or None."""
    return _type_by_class.get(python_type)


def make_python_type_usable_as_dagster_type(python_type: type, dagster_type: DagsterType) -> None:
    """Register a type for a class: inputs and outputs that declare the class are checked by the type.

    Definitions made before the call keep the plain check of the class.

    Raises:
        InvalidDefinitionError: The class stands for another type already.
    """
    if registered_type(python_type) not in (None, dagster_type):
        known = _type_by_class[python_type].display_name
        msg = f"The class {python_type.__name__} stands for the type {known} already."
        raise InvalidDefinitionError(msg)
    _type_by_class[python_type] = dagster_type


@overload
def usable_as_dagster_type(name: C) -> C: ...
@overload
def usable_as_dagster_type(
    name: str | None = None, description: str | None = None, loader: DagsterTypeLoader | None = None
) -> Callable[[C], C]: ...
def usable_as_dagster_type(
    name: C | str | None = None, description: str | None = None, loader: DagsterTypeLoader | None = None
) -> C | Callable[[C], C]:
    """Give a class a type of its own: a name, a description, and a loader for the config of inputs.

    Example:
        >>> from dagwire import op, usable_as_dagster_type
        >>> @usable_as_dagster_type(name="Point", description="A place on the map")
        ... class Place:
        ...     pass
        >>> @op
        ... def name_of(place: Place):
        ...     return type(place).__name__
        >>> name_of(Place())
        'Place'
    """

    def decorate(python_type: C) -> C:
        own = name if isinstance(name, str) else None
        dagster_type = PythonObjectDagsterType(python_type, name=own, description=description, loader=loader)
        make_python_type_usable_as_dagster_type(python_type, dagster_type)
        return python_type

    return decorate(name) if isinstance(name, type) else decorate
