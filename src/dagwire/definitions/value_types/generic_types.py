"""`List`, `Dict`, `Set`, `Tuple`, `Optional`: Dagster's ways to put types together, as `List[Int]`."""

from typing import Any

from dagwire.definitions.value_types.collection_types import DictType, ListType, OptionalType, SetType, TupleType
from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.resolve_type import resolve_type
from dagwire.definitions.value_types.type_check import EPHEMERAL, TypeCheck
from dagwire.errors import InvalidDefinitionError

_PAIR = 2


class _List:
    """`List[T]`; `List` alone is a list of anything."""

    bare: DagsterType = resolve_type(list)

    def __getitem__(self, item: object) -> DagsterType:
        return ListType(resolve_type(item))


class _Set:
    """`Set[T]`; `Set` alone is a set of anything."""

    bare: DagsterType = resolve_type(set)

    def __getitem__(self, item: object) -> DagsterType:
        return SetType(resolve_type(item))


class _Dict:
    """`Dict[K, V]`; `Dict` alone is any dict."""

    bare: DagsterType = resolve_type(dict)

    def __getitem__(self, pair: Any) -> DagsterType:
        if not isinstance(pair, tuple) or len(pair) != _PAIR:  # pyright: ignore[reportUnknownArgumentType]  # of anything
            msg = "Dict takes two types, of its keys and of its values: Dict[String, Int]."
            raise InvalidDefinitionError(msg)
        key, value = pair  # pyright: ignore[reportUnknownVariableType]  # of anything
        return DictType(resolve_type(key), resolve_type(value))


class _Tuple:
    """`Tuple[A, B]`; `Tuple` alone is any tuple."""

    bare: DagsterType = resolve_type(tuple)

    def __getitem__(self, items: object) -> DagsterType:
        several: tuple[object, ...] = items if isinstance(items, tuple) else (items,)  # pyright: ignore[reportUnknownVariableType]  # of anything
        return TupleType([resolve_type(item) for item in several])


class _Optional:
    """`Optional[T]`: a value, or None."""

    def __getitem__(self, inner: object) -> DagsterType:
        return OptionalType(resolve_type(inner))


List: _List = _List()
Set: _Set = _Set()
Dict: _Dict = _Dict()
Tuple: _Tuple = _Tuple()
Optional: _Optional = _Optional()


def check_dagster_type(dagster_type: object, value: object) -> TypeCheck:
    """Check a value against a type, outside a run, as in a test of the type.

    Args:
        dagster_type: A `DagsterType`, or a class.
        value: The value to check.

    Raises:
        InvariantViolationError: The type's function returns neither a bool nor a TypeCheck.

    Example:
        >>> from dagwire import Int, List, check_dagster_type
        >>> check_dagster_type(List[Int], [1, "2"]).description
        'An item is str.'
    """
    return resolve_type(dagster_type).type_check(EPHEMERAL, value)
