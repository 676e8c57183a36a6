"""Values that are coroutines or futures still: dependency-injector passes them on, and a scope awaits them."""

from asyncio import isfuture
from collections.abc import Iterable
from inspect import iscoroutine
from typing import Any

from dagwire.resources.life_cycle import LifeCycle


def is_unfinished(value: object) -> bool:
    """Whether a `Coroutine` provider, or one that depends on such, gave `value`."""
    return hasattr(value, "__await__") and (iscoroutine(value) or isfuture(value))


async def finish(values: list[Any], places: Iterable[int], life_cycle: LifeCycle) -> None:
    """Put the results in the places of the values that are unfinished."""
    unfinished = [place for place in places if is_unfinished(values[place])]
    try:
        while unfinished:
            place = unfinished.pop(0)
            values[place] = await life_cycle.wait_for(values[place])
    finally:
        for place in unfinished:  # one before it failed: nobody else would await these
            give_up(values[place])


def give_up(value: Any) -> None:
    """End `value`, which nobody will await any more; without effect on what is finished."""
    if iscoroutine(value):
        value.close()
    elif isfuture(value):
        value.cancel()
