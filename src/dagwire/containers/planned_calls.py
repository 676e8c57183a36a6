"""Calls of Factories, Singletons and Callables as data: a scope that opens by a plan makes them of its values."""

from asyncio import ensure_future, gather
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from dagwire.containers.unfinished import give_up, is_unfinished

Values = list[object]
"""The values of a scope, by place."""

Fill = Callable[[Values], object]
"""Gives an argument, out of the values of the scope."""


def filled(args: Sequence[object], fills: Sequence[tuple[int, Fill]], values: list[object]) -> list[object]:
    """The arguments of a call; if one cannot be made, the coroutines among those before it are ended."""
    made = [*args]
    try:
        for place, fill in fills:
            made[place] = fill(values)
    except BaseException:
        for place, _ in fills:
            give_up(made[place])
        raise
    return made


class PlannedCall:
    """The call that a provider declares, for one scope plan; lives as long as the plan."""

    __slots__ = ("_args", "_fills", "_function", "_may_wait", "_named", "_plain")

    def __init__(
        self,
        function: Callable[..., object],
        args: Sequence[object],
        fills: Sequence[tuple[int, Fill]],
        plain: Mapping[str, object],
        named: Sequence[tuple[str, Fill]],
        *,
        may_wait: bool,
    ) -> None:
        """Call nothing yet.

        Args:
            function: What is called.
            args: The positional arguments; those at the positions of `fills` are made in each scope.
            fills: `(position, what gives the argument)`.
            plain: The arguments by name that are the same in all scopes.
            named: `(name, what gives the argument)`.
            may_wait: Whether an argument may be a coroutine: dependency-injector awaits it before the call.
        """
        self._function = function
        self._args = args
        self._fills = fills
        self._plain = plain
        self._named = named
        self._may_wait = may_wait

    def __call__(self, values: list[object]) -> object:
        """Call with what the scope's values give."""
        args = filled(self._args, self._fills, values)
        named: dict[str, object] = {**self._plain}
        try:
            for name, fill in self._named:
                named[name] = fill(values)
        except BaseException:
            for one in (*args, *named.values()):
                give_up(one)
            raise
        if self._may_wait and any(map(is_unfinished, (*args, *named.values()))):
            return ensure_future(self._when_finished(args, named))
        return self._function(*args, **named)

    async def _when_finished(self, args: list[object], named: dict[str, object]) -> object:
        unfinished = [one for one in (*args, *named.values()) if is_unfinished(one)]
        result_by_id = dict(zip(map(id, unfinished), await gather(*unfinished), strict=True))
        args = [result_by_id.get(id(one), one) for one in args]
        named = {name: result_by_id.get(id(one), one) for name, one in named.items()}
        value = self._function(*args, **named)
        return await value if is_unfinished(value) else value


class KeptCall:
    """The object of a Singleton that a scope has to itself, made by the first that asks for it."""

    __slots__ = ("_call", "_place")

    NOT_MADE: ClassVar[object] = object()
    """Stands among the values of a scope for what is not there yet."""

    def __init__(self, place: int, call: PlannedCall) -> None:
        """Keep what `call` makes at `place` among the values."""
        self._place = place
        self._call = call

    def __call__(self, values: list[object]) -> object:
        """The object."""
        value = values[self._place]
        if value is KeptCall.NOT_MADE:
            value = values[self._place] = self._call(values)
        return value
