"""`Product[T]`: the type of what a recipe makes, which type checkers alone read."""

import types
import typing
from collections.abc import AsyncGenerator, Awaitable, Generator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeAlias

from typing_extensions import TypeVar

T = TypeVar("T")


class Itself:
    """The product of a resource that its users receive itself; type checkers alone meet it."""


R = TypeVar("R", default=Itself)
"""The product of a `ConfigurableResource`, which may be named and need not be."""


Making: TypeAlias = (
    T | Awaitable[T] | Generator[T] | AsyncGenerator[T] | AbstractContextManager[T] | AbstractAsyncContextManager[T]
)
"""The return value of a method that makes a T: the object, a coroutine of it, or what yields it and closes it."""


if TYPE_CHECKING:

    class Product(Generic[T]):
        """The parameter of a recipe's class: the type of what it makes."""

else:

    class Product:
        """Takes the parameter of a recipe's class. No field is of this type, so nothing follows from it at run time.

        pydantic would make a class for each parameter, and would refuse further ones of a user's own: a subclass of a
        generic model must repeat the model's type variables in its `Generic[...]`.
        """

        __slots__ = ()

        def __class_getitem__(cls, product: object) -> type:
            """Return the class itself; if a user's type variable is given, a subclass that is generic in it."""
            metadata = cls.__dict__.get("__pydantic_generic_metadata__") or {}
            if metadata.get("parameters"):
                return super().__class_getitem__(product)
            variables = _users_variables(product)
            return _generic_in(cls, variables) if variables else cls


def _users_variables(product: object) -> tuple[object, ...]:
    found = (product,) if isinstance(product, typing.TypeVar) else getattr(product, "__parameters__", ())
    return tuple(variable for variable in found if not variable.__module__.startswith("dagwire."))


@cache
def _generic_in(recipe_class: type, variables: tuple[object, ...]) -> type:
    generic: Any = Generic
    made = types.new_class(recipe_class.__name__, (recipe_class, generic[variables]))
    made.__module__ = recipe_class.__module__
    return made
