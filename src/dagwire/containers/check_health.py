"""`check_health`: ask every resource of a container whether it works, side by side."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from inspect import isawaitable, iscoroutinefunction
from typing import Any, TypeVar

from dagwire.containers.as_container import container_from
from dagwire.containers.build_resources import abuild_resources

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """The answer of one resource."""

    key: str
    error: BaseException | None
    """The exception of its opening, its `check_health` or its closing; a TimeoutError if it took too long."""
    duration_s: float

    @property
    def is_ok(self) -> bool:
        """Whether nothing was raised."""
        return self.error is None


def check_health(
    resources: object, *, timeout_s: float = 5.0, required_resource_keys: Iterable[str] | None = None
) -> dict[str, Health]:
    """Open every resource in a scope and a thread of its own, call its `check_health()` if it has one, close it.

    One that is stuck keeps nobody waiting beyond the limit; its thread is left behind, and does not keep the process
    alive.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`.
        timeout_s: The limit for each: opening, check and closing together.
        required_resource_keys: The keys to check; None checks all.

    Returns:
        The result of each, by key. A method `check_health` reports a fault by an exception; it may be asynchronous.

    Example:
        >>> from dagwire import ConfigurableResource, check_health
        >>> class Db(ConfigurableResource):
        ...     def check_health(self) -> None:
        ...         raise ConnectionError("no route")
        >>> health = check_health({"db": Db(), "answer": 42})
        >>> health["db"].error, health["answer"].is_ok
        (ConnectionError('no route'), True)
    """
    container = container_from(resources)
    keys = list(container.providers if required_resource_keys is None else required_resource_keys)
    started = time.monotonic()
    asked = {key: _in_thread(key, partial(_ask_in_own_loop, container, key)) for key in keys}
    return {key: _outcome(key, future, started, timeout_s) for key, future in asked.items()}


async def acheck_health(
    resources: object,
    *,
    timeout_s: float = 5.0,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> dict[str, Health]:
    """Check as `check_health` does, in the event loop that runs, where process-lived asynchronous resources are open.

    A `check_health` that is not a coroutine function is called in a thread, so that it keeps the loop free.

    Args:
        resources: A container, or `{key: resource, definition or plain value}`.
        timeout_s: The limit for each: opening, check and closing together.
        required_resource_keys: The keys to check; None checks all.
        replacements: `{key: resource}`, in place of what `resources` has.

    Returns:
        The result of each, by key.
    """
    container = container_from(resources)
    keys = list(container.providers if required_resource_keys is None else required_resource_keys)
    asked = (_health_in_loop(container, key, timeout_s, replacements) for key in keys)
    return {health.key: health for health in await asyncio.gather(*asked)}


async def _health_in_loop(
    container: object, key: str, timeout_s: float, replacements: Mapping[str, object] | None
) -> Health:
    started = time.monotonic()
    limit = asyncio.timeout(timeout_s)
    error: Exception | None = None
    try:
        async with limit:
            await _ask(container, key, _called_in_thread, replacements)
    except Exception as raised:  # noqa: BLE001  # it is the answer
        error = _too_late(timeout_s) if limit.expired() else raised
    return Health(key, error, time.monotonic() - started)


def _too_late(timeout_s: float) -> TimeoutError:
    return TimeoutError(f"no answer within {timeout_s} s")


def _in_thread(key: str, ask: Callable[[], T]) -> "Future[T]":
    """The result of `ask`, called in a thread of its own that keeps no process alive, in a copy of this context."""
    outcome: Future[T] = Future()
    outcome.set_running_or_notify_cancel()  # nobody cancels it: a thread that is stuck is left behind

    def asked() -> None:
        try:
            result = ask()
        except BaseException as error:  # noqa: BLE001  # it is the answer
            outcome.set_exception(error)
        else:
            outcome.set_result(result)

    threading.Thread(target=copy_context().run, args=(asked,), daemon=True, name=f"health of {key}").start()
    return outcome


def _ask_in_own_loop(container: object, key: str) -> float:
    """When the resource has answered, on the clock of `time.monotonic`."""
    asyncio.run(_ask(container, key, _called))
    return time.monotonic()


async def _called(_key: str, check: Callable[[], object]) -> object:
    return check()


async def _called_in_thread(key: str, check: Callable[[], object]) -> object:
    return check() if iscoroutinefunction(check) else await asyncio.wrap_future(_in_thread(key, check))


async def _ask(
    container: object,
    key: str,
    call: Callable[[str, Callable[[], Any]], Awaitable[object]],
    replacements: Mapping[str, object] | None = None,
) -> None:
    async with abuild_resources(container, required_resource_keys=[key], replacements=replacements) as resources:
        check = getattr(getattr(resources, key), "check_health", None)
        if check is not None:
            answer = await call(key, check)
            if isawaitable(answer):
                await answer


def _outcome(key: str, future: "Future[float]", started: float, timeout_s: float) -> Health:
    remaining = max(0.0, started + timeout_s - time.monotonic())
    try:
        answered = future.result(remaining)
    except TimeoutError as late:
        error = future.exception() if future.done() else _too_late(timeout_s)
        return Health(key, error or late, time.monotonic() - started)
    except BaseException as error:  # noqa: BLE001  # that is the answer
        return Health(key, error, time.monotonic() - started)
    return Health(key, None, answered - started)
