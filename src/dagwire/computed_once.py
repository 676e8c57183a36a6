"""`computed_once`: a property that is computed at its first use and kept in its object."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property as computed_once
else:

    class computed_once:  # noqa: N801  # it is used as a decorator
        """`functools.cached_property` without its lock, which up to Python 3.11 costs more than most of our values.

        Two threads that ask for one value at once may both compute it; one of the two values is kept.
        """

        def __init__(self, compute: Callable[[Any], object]) -> None:
            """`compute` is the method that it decorates."""
            self._compute = compute
            self.__doc__ = compute.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            """Note the name under which the value is kept."""
            self._name = name

        def __get__(self, instance: object, owner: type | None = None) -> object:
            """Compute the value and keep it; from then on Python finds it before it asks here."""
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._compute(instance)
            return value


__all__ = ["computed_once"]
