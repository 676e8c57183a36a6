"""`EventLog`: the events of one run."""

from collections.abc import Iterator, Sequence
from time import time
from typing import Any, overload

from dagwire.execution.events import Event, EventType

_FACTS = 4


class EventLog(Sequence[Event]):
    """The events of one run, in the order in which they happened; steps may write to it from several threads.

    Their facts stand one after another in one list, and an `Event` is made when it is read. As objects, those of ten
    thousand steps would be looked through by the garbage collector again and again, for half of the run's time.
    """

    __slots__ = ("_facts",)

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._facts: list[Any] = []

    def add(self, event_type: EventType, step_key: str | None, data: Any) -> None:
        """Write what happens now; in one call, so that nothing another thread writes comes in between."""
        self._facts.extend((event_type, step_key, data, time()))

    def has(self, event_type: EventType) -> bool:
        """Whether anything of the kind has happened."""
        return event_type in self._facts[::_FACTS]

    def __len__(self) -> int:
        """How much has happened."""
        return len(self._facts) // _FACTS

    @overload
    def __getitem__(self, index: int) -> Event: ...
    @overload
    def __getitem__(self, index: slice) -> list[Event]: ...
    def __getitem__(self, index: int | slice) -> Event | list[Event]:
        """One event, or some of them."""
        if isinstance(index, slice):
            return [self[one] for one in range(*index.indices(len(self)))]
        start = range(len(self))[index] * _FACTS
        return Event(*self._facts[start : start + _FACTS])

    def __iter__(self) -> Iterator[Event]:
        """Each event."""
        facts = iter(self._facts)
        return (Event(*one) for one in zip(facts, facts, facts, facts, strict=True))
