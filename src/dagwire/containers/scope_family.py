"""The facts that a scope is opened with, and the state that the scopes of one run share."""

import logging
from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dagwire.containers.keys import Container, Key, find_provider
from dagwire.containers.private_copies import PrivateCopies
from dagwire.containers.provider_graph import ProviderGraph
from dagwire.containers.provider_types import AnyProvider
from dagwire.resources.instance import DagsterInstance
from dagwire.resources.life_cycle import LifeCycle
from dagwire.resources.opener import Opener


class ScopeFacts(NamedTuple):
    """The facts that a scope is opened with; its resources get most of them."""

    container: Container
    replacements: Mapping[Key, AnyProvider]
    config_by_key: Mapping[str, object]
    run_id: str | None
    run: object
    instance: DagsterInstance | None
    log: "logging.Logger | logging.LoggerAdapter[Any]"

    def find(self, key: str) -> AnyProvider | None:
        """The provider under `key`, or None."""
        return find_provider(self.container, key) or self.replacements.get(key)

    def known_keys(self) -> list[str]:
        """The keys that have a provider."""
        return list(ProviderGraph(self.container, self.replacements).known_keys())


class ScopeFamily:
    """The state that the scopes of one run share; lives as long as the outermost, which closes what all have opened."""

    def __init__(self, make_copies: Callable[[], PrivateCopies], *, asynchronous: bool) -> None:
        """Open nothing yet; `make_copies` is called if something must be copied."""
        self.life_cycle: LifeCycle = LifeCycle(asynchronous=asynchronous)
        self.asynchronous: bool = asynchronous
        """Whether an event loop drives the scopes."""
        self._make_copies = make_copies
        # Made when they are asked for; by one thread, as scopes are prepared and opened by one.
        self._copies: PrivateCopies | None = None
        self._opener: Opener | None = None
        self._own_instance: DagsterInstance | None = None
        self.is_open: bool = False
        """Whether the outermost scope is open."""
        self.loop: AbstractEventLoop | None = None
        """The loop that drives the scopes."""
        self.given_loop: AbstractEventLoop | None = None
        """The idle loop in which the asynchronous parts of synchronous scopes run, if the caller gave one."""

    @property
    def opener(self) -> Opener:
        """Opens recipes, each once."""
        if self._opener is None:
            self._opener = Opener(self.life_cycle)
        return self._opener

    @property
    def copies(self) -> PrivateCopies:
        """The private copies of all scopes."""
        if self._copies is None:
            self._copies = self._make_copies()
        return self._copies

    @property
    def own_instance(self) -> DagsterInstance:
        """The instance that resources see if the scopes were given none."""
        if self._own_instance is None:
            self._own_instance = DagsterInstance.ephemeral()
        return self._own_instance

    def use_event_loop(self, loop: AbstractEventLoop) -> None:
        """Run asynchronous parts in `loop`, which is idle; the caller closes it."""
        self.given_loop = loop
        self.life_cycle.use_event_loop(loop)


def running_loop() -> AbstractEventLoop | None:
    """The loop that runs in this thread, or None."""
    try:
        return get_running_loop()
    except RuntimeError:
        return None
