"""Trying resources out, each by itself: opened once and closed, or asked whether it works."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from dagwire.containers.build_resources import build_resources
from dagwire.containers.check_health import check_health
from dagwire.containers.keys import Container, find_provider, keys_of
from dagwire.containers.provider_graph import is_owned_by_run


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of probing one resource."""

    resource: str
    state: str
    took_s: float
    error: str

    @property
    def is_fine(self) -> bool:
        """Whether it was opened, did what was asked, and was closed."""
        return self.state != "failed"

    @classmethod
    def of(cls, key: str, error: BaseException | None, took_s: float) -> "ProbeResult":
        """A trial that ended with `error`, or None where all went well."""
        told = f"{type(error).__name__}: {error}" if error else ""
        return cls(key, "failed" if error else "fine", round(took_s, 3), told)


def opened_once(container: Container) -> list[ProbeResult]:
    """Open each resource that has a life cycle with what it depends on, close it, and go on with the next."""
    return [_opened(container, key) for key in _keys_with_life_cycle(container)]


def with_health(container: Container, timeout_s: float) -> list[ProbeResult]:
    """Open all resources at once and call `check_health()` of each that has it; `timeout_s` is the limit for each."""
    keys = list(_keys_with_life_cycle(container))
    asked = check_health(container, timeout_s=timeout_s, required_resource_keys=keys)
    return [ProbeResult.of(health.key, health.error, health.duration_s) for health in asked.values()]


def _keys_with_life_cycle(container: Container) -> Iterator[str]:
    for key in keys_of(container):
        provider = find_provider(container, key)
        if provider is not None and is_owned_by_run(provider):
            yield key


def _opened(container: Container, key: str) -> ProbeResult:
    started = time.monotonic()
    error: BaseException | None = None
    try:
        with build_resources(container, required_resource_keys=[key]):
            pass
    except KeyboardInterrupt:
        raise
    except BaseException as failure:  # noqa: BLE001  # a close may raise anything: that is what is to be found out
        error = failure
    return ProbeResult.of(key, error, time.monotonic() - started)
