"""Values that are coroutines or futures still: dependency-injector passes them on, and a scope awaits them."""

from asyncio import isfuture
from collections.abc import Awaitable, Iterable
from inspect import iscoroutine
from typing import TYPE_CHECKING

from dagwire.resources.life_cycle import LifeCycle

if TYPE_CHECKING:
    from typing_extensions import TypeIs


def is_unfinished(value: object) -> "TypeIs[Awaitable[object]]":
    """Whether a `Coroutine` provider, or one that depends on such, gave `value`."""
    return hasattr(value, "__await__") and (iscoroutine(value) or isfuture(value))


async def finish(values: list[object], places: Iterable[int], life_cycle: LifeCycle) -> None:
    """Put the results in the places of the values that are unfinished."""
    unfinished = {place: value for place in places if is_unfinished(value := values[place])}
    try:
        while unfinished:
            place = next(iter(unfinished))
            values[place] = await life_cycle.wait_for(unfinished.pop(place))
    finally:
        for value in unfinished.values():  # one before it failed: nobody else would await these
            give_up(value)


def give_up(value: object) -> None:
    """End `value`, which nobody will await any more; without effect on what is finished."""
    if iscoroutine(value):
        value.close()
    elif isfuture(value):
        value.cancel()
