"""Building a shared Singleton once, though several threads open scopes at once."""

import threading
from typing import Any, cast

from dependency_injector import providers

from dagwire.containers.provider_types import AnyProvider


class _Building:
    """The building of one Singleton; lives while a thread builds it or waits for it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users = 0


_changing = threading.Lock()
_buildings: dict[AnyProvider, _Building] = {}


def build_once(provider: AnyProvider, call: Any = None) -> object:
    """The object of a Singleton that other runs share, built by one thread alone.

    dependency-injector's plain Singleton may be built once by each thread; its other kinds see to themselves. A lock of
    its own for each provider: a scope waits for nobody who builds something else.
    """
    call = call or provider
    if type(provider) in _LOCKED_BY_CLASS:
        _give_own_lock(provider)
    if not isinstance(provider, providers.Singleton):
        return call()
    with _changing:
        building = _buildings.setdefault(provider, _Building())
        building.users += 1
    try:
        with building.lock:
            return call()
    finally:
        with _changing:
            building.users -= 1
            if not building.users:
                del _buildings[provider]


_LOCKED_BY_CLASS = frozenset({providers.ThreadSafeSingleton, providers.DelegatedThreadSafeSingleton})


def _give_own_lock(provider: Any) -> None:
    """Have a thread-safe Singleton be built under a lock of its own.

    dependency-injector has one lock for all of them, so one that waits for threads which build another waits for ever.
    The lock is seen only in the state that a provider is pickled by, in which it comes last.
    """
    shared = cast("Any", providers.ThreadSafeSingleton).storage_lock
    if provider.__reduce__()[-1][-1] is shared:
        with shared:  # nobody builds it now
            state = provider.__reduce__()[-1]
            provider.__setstate__((*state[:-1], threading.RLock()))
