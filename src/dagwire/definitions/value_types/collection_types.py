"""Types that are put together from others: lists, dicts, sets, tuples, optional values, one of several types."""

import typing
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from dagwire.definitions.value_types.dagster_type import DagsterType
from dagwire.definitions.value_types.type_check import PASSED, TypeCheck, TypeCheckContext
from dagwire.definitions.value_types.type_loader import DagsterTypeLoader, ListLoader
from dagwire.errors import InvalidDefinitionError

# Dagster shows these to IO managers, whatever spelling was declared, and `typing.List[int] != list[int]`.
_LIST, _SET, _DICT, _TUPLE = typing.List, typing.Set, typing.Dict, typing.Tuple  # noqa: UP006  # see above


class _PutTogether(DagsterType):
    """A type that is put together from others; its check asks theirs."""

    def __init__(
        self,
        key: str,
        display_name: str,
        inner: Sequence[DagsterType],
        typing_type: object,
        loader: DagsterTypeLoader | None = None,
    ) -> None:
        super().__init__(self._check, key, typing_type=typing_type, loader=loader)
        self._display_name = display_name
        self._inner = tuple(inner)

    @property
    def display_name(self) -> str:
        return self._display_name

    @property
    def inner_types(self) -> list[DagsterType]:
        return [found for one in self._inner for found in (one, *one.inner_types)]

    @property
    def takes_config(self) -> bool:
        return self.loader is not None or all(one.takes_config and one.loader is None for one in self._inner)

    @abstractmethod
    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck: ...


class ListType(_PutTogether):
    """A list whose items have one type."""

    def __init__(self, item: DagsterType) -> None:
        """`item` is the type of the items."""
        loader = ListLoader(item.loader) if item.loader else None
        declared = _applied(_LIST, item)
        super().__init__(f"List.{item.key}", f"[{item.display_name}]", (_wrapped(item),), declared, loader)

    def _check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        return _other_class(list, value) or _first_failure(context, self._inner[0], value)


class SetType(_PutTogether):
    """A set whose items have one type."""

    def __init__(self, item: DagsterType) -> None:
        """`item` is the type of the items."""
        declared = _applied(_SET, item)
        super().__init__(f"Set.{item.key}", f"Set[{item.display_name}]", (_wrapped(item),), declared)

    def _check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        return _other_class(set, value) or _first_failure(context, self._inner[0], value)


class DictType(_PutTogether):
    """A dict whose keys have one type, and whose values have one."""

    def __init__(self, key: DagsterType, value: DagsterType) -> None:
        """Take the types of keys and values."""
        declared = _applied(_DICT, key, value)
        shown = f"Dict[{key.display_name},{value.display_name}]"
        super().__init__(f"Dict.{key.key}.{value.key}", shown, (_wrapped(key), _wrapped(value)), declared)

    def _check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        wrong = _other_class(dict, value)
        if wrong is not None:
            return wrong
        keys = _first_failure(context, self._inner[0], value)
        return _first_failure(context, self._inner[1], value.values()) if keys.success else keys


class TupleType(_PutTogether):
    """A tuple of a fixed length, each of whose items has a type of its own."""

    def __init__(self, items: Sequence[DagsterType]) -> None:
        """`items` are the types of the items, in order."""
        declared = _applied(_TUPLE, *items)
        shown = f"Tuple[{','.join(item.display_name for item in items)}]"
        super().__init__(f"Tuple.{'.'.join(item.key for item in items)}", shown, list(map(_wrapped, items)), declared)

    def _check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        wrong = _other_class(tuple, value)
        if wrong is not None:
            return wrong
        if len(value) != len(self._inner):
            return _failed(f"The tuple has {len(value)} items, and {len(self._inner)} are declared.")
        checks = (one.type_check(context, item) for one, item in zip(self._inner, value, strict=True))
        return next((check for check in checks if not check.success), PASSED)


class AnyLengthTupleType(_PutTogether):
    """A tuple of any length whose items have one type: `tuple[int, ...]`."""

    def __init__(self, item: DagsterType) -> None:
        """`item` is the type of the items."""
        declared = tuple.__class_getitem__((item.typing_type, ...))
        super().__init__(f"Tuple.{item.key}...", f"Tuple[{item.display_name},...]", (_wrapped(item),), declared)

    def _check(self, context: TypeCheckContext, value: Any) -> TypeCheck:
        return _other_class(tuple, value) or _first_failure(context, self._inner[0], value)


class OptionalType(_PutTogether):
    """A value of a type, or None."""

    def __init__(self, inner: DagsterType) -> None:
        """`inner` is the type of a value that is not None."""
        declared = _applied(typing.Optional, inner)
        super().__init__(f"Optional.{inner.key}", f"{inner.display_name}?", (_wrapped(inner),), declared, inner.loader)

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        return PASSED if value is None else self._inner[0].type_check(context, value)


class UnionType(_PutTogether):
    """A value of one of several types."""

    def __init__(self, members: Sequence[DagsterType]) -> None:
        """`members` are the types."""
        declared = _applied(typing.Union, *members)
        names = [member.display_name for member in members]
        super().__init__(f"Union.{'.'.join(member.key for member in members)}", " or ".join(names), members, declared)

    def _check(self, context: TypeCheckContext, value: object) -> TypeCheck:
        if any(member.type_check(context, value).success for member in self._inner):
            return PASSED
        return _failed(f"The value is {type(value).__name__}.")


def _applied(generic: Any, *inner: DagsterType) -> object:
    """Return the annotation of the types put together."""
    return generic[inner[0].typing_type if len(inner) == 1 else tuple(one.typing_type for one in inner)]


def _wrapped(inner: DagsterType) -> DagsterType:
    if inner.is_nothing:
        msg = "The type Nothing stands for no value, so it cannot be part of another type."
        raise InvalidDefinitionError(msg)
    return inner


def _failed(description: str) -> TypeCheck:
    return TypeCheck(success=False, description=description)


def _other_class(expected: type, value: object) -> TypeCheck | None:
    return None if isinstance(value, expected) else _failed(f"The value is {type(value).__name__}.")


def _first_failure(context: TypeCheckContext, inner: DagsterType, items: Iterable[object]) -> TypeCheck:
    if inner.is_any:
        return PASSED
    checks = (inner.type_check(context, item) for item in items)
    failed = next((check for check in checks if not check.success), None)
    return PASSED if failed is None else _inside(inner, failed)


def _inside(inner: DagsterType, failed: TypeCheck) -> TypeCheck:
    found = failed.description or f"An item is not of type {inner.display_name}."
    return TypeCheck(success=False, description=found.replace("The value", "An item", 1), metadata=failed.metadata)
