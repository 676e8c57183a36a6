"""A record of all that a test opens and overrides, with the lines that did it."""

import os
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from dagwire.containers.overrides import Layer, Watcher, watch_overrides
from dagwire.resources.life_cycle import listen_by
from dagwire.testing.call_site import calling_line


@dataclass(eq=False, slots=True)
class Opened:
    """A resource that was opened, or failed to open."""

    name: str
    line: str
    is_open: bool = False
    threads: set[threading.Thread] = field(default_factory=set[threading.Thread])
    """The threads that began to run while it was opened."""


class Record:
    """The activity of one test, or of the set-up of one fixture that outlives a test; lives as long as either."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        self.opened: list[Opened] = []
        self.open_scopes: list[Any] = []
        """The scopes that nobody has closed yet."""
        self.reached: set[str] = set()
        """The keys of what scopes have called: resources, and plain values too."""
        self.line_by_layer: dict[Layer, str] = {}
        """The line at which each override in force began."""
        self.threads_before: set[threading.Thread] = set(threading.enumerate())
        self.environment_before: dict[str, str] = dict(os.environ)

    def leave_out(self, inner: "Record") -> None:
        """Take what happened since `inner` began for none of this one's: it belongs to a fixture that lives longer."""
        self.threads_before.update(threading.enumerate())
        before, now = inner.environment_before, dict(os.environ)
        for name in before.keys() | now.keys():
            if before.get(name) != now.get(name):
                self.environment_before.pop(name, None)
                self.environment_before.update({name: now[name]} if name in now else {})


_of_context: ContextVar[Record | None] = ContextVar("dagwire_record", default=None)
_running: Record | None = None


@contextmanager
def recorded_in(record: Record) -> Generator[None]:
    """Write into `record` what is done inside this block, in this thread or task."""
    token = _of_context.set(record)
    try:
        yield
    finally:
        _of_context.reset(token)


@contextmanager
def recorded_in_threads(record: Record) -> Generator[None]:
    """Record this block and the threads started in it, which inherit no context; one test at a time."""
    global _running  # noqa: PLW0603  # a thread has nothing else that shows it the running test
    outer, _running = _running, record
    try:
        with recorded_in(record):
            yield
    finally:
        _running = outer
        if outer is not None:
            outer.leave_out(record)


def current_record() -> Record | None:
    """The record to write into; None for what belongs to no test, such as a thread that outlives them."""
    record = _of_context.get()
    if record is None and _running is not None and threading.current_thread() not in _running.threads_before:
        record = _running
    return record


def begin_recording() -> None:
    """Write down all that is opened and overridden from now on, where there is a record to write into."""
    listen_by(_listener)
    watch_overrides(_watched_overrides)


def _listener() -> "LifeCycleListener | None":
    record = current_record()
    return None if record is None else LifeCycleListener(record)


class LifeCycleListener:
    """Writes down what one life cycle opens and closes."""

    def __init__(self, record: Record) -> None:
        """`record` is where it is written."""
        self._record = record
        self._opened: list[Opened] = []
        self._scopes: list[Any] = []

    @contextmanager
    def opening(self, name: object) -> Generator[None]:
        """Write down where an opening was asked for, and which threads it started."""
        opened = Opened(str(name), calling_line())
        self._record.opened.append(opened)
        threads_before = set(threading.enumerate())
        try:
            yield
        finally:
            opened.threads = set(threading.enumerate()) - threads_before
        opened.is_open = True
        self._opened.append(opened)

    def scope_is_open(self, scope: object, names: Iterable[str]) -> None:
        """Write down what was called."""
        self._record.reached.update(names)
        self._scopes.append(scope)
        self._record.open_scopes.append(scope)

    def closed(self) -> None:
        """Write down that nothing is open any more."""
        for scope in self._scopes:
            self._record.open_scopes.remove(scope)
        for opened in self._opened:
            opened.is_open = False


class _WatchedOverrides(Watcher):
    """Writes down each override where it began, until it ends, wherever that is."""

    def __init__(self) -> None:
        self._record_by_layer: dict[Layer, Record] = {}

    def began(self, layer: Layer) -> None:
        record = current_record()
        if record is not None:
            self._record_by_layer[layer] = record
            record.line_by_layer[layer] = calling_line()

    def ended(self, layer: Layer) -> None:
        record = self._record_by_layer.pop(layer, None)
        if record is not None:
            record.line_by_layer.pop(layer, None)


_watched_overrides = _WatchedOverrides()
