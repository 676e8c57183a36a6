"""Building a shared Singleton once, though several threads open scopes at once."""

import threading
from typing import Any

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


def build_once(provider: AnyProvider, call: Any = None) -> Any:
    """The object of a Singleton that other runs share, built by one thread alone.

    dependency-injector's plain Singleton may be built once by each thread; its other kinds see to themselves. A lock of
    its own for each provider: a scope waits for nobody who builds something else.
    """
    call = call or provider
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
