"""`Recorder`: how often a resource was opened and closed, and what was called on it."""

from collections.abc import Callable, Generator
from functools import wraps
from typing import Any, NamedTuple


class Call(NamedTuple):
    """A call of a method; equal to a tuple of the three."""

    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Recorder:
    """The opens, calls and closes of the resource under one key; lives as long as its test.

    Whoever asks for the resource is given a stand-in that hands everything on and writes down the calls.
    """

    def __init__(self, key: str) -> None:
        """Nothing has happened yet."""
        self.key = key
        self.opens: int = 0
        """The number of runs that have opened it."""
        self.closes: int = 0
        """The number of runs that have closed it."""
        self.calls: list[Call] = []
        """The calls on it, in order."""

    def calls_of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method == method]

    def watched(self, value: object) -> Generator[object]:
        """Stand for `value` in one run: a resource, as `ResourceProvider` takes it."""
        self.opens += 1
        try:
            yield _stand_in(value, self.calls)
        finally:
            self.closes += 1

    def __repr__(self) -> str:
        """Show the counts."""
        return f"<Recorder of '{self.key}': {self.opens} opens, {len(self.calls)} calls, {self.closes} closes>"


class _StandIn:
    """Wraps a value and reports its class as its own."""

    def __init__(self, value: Any, calls: list[Call]) -> None:
        object.__setattr__(self, "_dagwire_value", value)
        object.__setattr__(self, "_dagwire_calls", calls)

    def _class_of_value(self) -> object:
        return object.__getattribute__(self, "_dagwire_value").__class__

    __class__: Any = property(_class_of_value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(object.__getattribute__(self, "_dagwire_value"), name)
        if not callable(found) or isinstance(found, type):
            return found
        return _recorded(name, found, object.__getattribute__(self, "_dagwire_calls"))

    def __setattr__(self, name: str, value: object) -> None:
        setattr(object.__getattribute__(self, "_dagwire_value"), name, value)


def _stand_in(value: object, calls: list[Call]) -> object:
    """Make a wrapper with the special methods of `value`: Python looks them up in the class."""
    kind: Any = value.__class__
    special = {name: _handed_on(name) for name in _SPECIAL if hasattr(kind, name)}
    return type(_StandIn.__name__, (_StandIn,), special)(value, calls)


def _handed_on(name: str) -> Callable[..., Any]:
    def method(self: _StandIn, *args: object, **kwargs: object) -> Any:
        return self.__getattr__(name)(*args, **kwargs)

    return method


def _recorded(name: str, method: Callable[..., object], calls: list[Call]) -> Callable[..., object]:
    @wraps(method)
    def call(*args: object, **kwargs: object) -> Any:
        calls.append(Call(name, args, kwargs))
        return method(*args, **kwargs)

    return call


_SPECIAL = (
    *("__call__", "__enter__", "__exit__", "__aenter__", "__aexit__", "__iter__", "__next__", "__aiter__", "__anext__"),
    *("__len__", "__contains__", "__getitem__", "__setitem__", "__delitem__", "__bool__", "__eq__", "__hash__"),
    *("__str__", "__repr__"),
)
