"""`cached_weakly`: facts about functions, kept as long as the functions live."""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


def cached_weakly(find_out: Callable[[Any], T]) -> Callable[[Any], T]:
    """Ask once for each object, and keep the answer while the object lives: a closure keeps what it refers to alive."""
    known: WeakKeyDictionary[Any, T] = WeakKeyDictionary()

    def asked_once(thing: object) -> T:
        try:
            return known[thing]
        except KeyError:
            answer = known[thing] = find_out(thing)
            return answer
        except TypeError:  # it cannot be hashed, or not be referred to weakly
            return find_out(thing)

    return asked_once
