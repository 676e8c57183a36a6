"""`check_health`: ask every resource of a container whether it works, side by side."""

import asyncio
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass
from inspect import isawaitable

from dagwire.containers.as_container import container_from
from dagwire.containers.build_resources import abuild_resources


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
    asked = {key: _ask_in_thread(container, key, copy_context()) for key in keys}
    return {key: _outcome(key, future, started, timeout_s) for key, future in asked.items()}


def _ask_in_thread(container: object, key: str, context: Context) -> "Future[float]":
    """When the resource has answered, on the clock of `time.monotonic`."""
    outcome: Future[float] = Future()

    def ask() -> None:
        try:
            asyncio.run(_ask(container, key))
        except BaseException as error:  # noqa: BLE001  # it is the answer
            outcome.set_exception(error)
        else:
            outcome.set_result(time.monotonic())

    threading.Thread(target=context.run, args=(ask,), daemon=True, name=f"health of {key}").start()
    return outcome


async def _ask(container: object, key: str) -> None:
    async with abuild_resources(container, required_resource_keys=[key]) as resources:
        check = getattr(getattr(resources, key), "check_health", None)
        if check is not None:
            answer = check()
            if isawaitable(answer):
                await answer


def _outcome(key: str, future: "Future[float]", started: float, timeout_s: float) -> Health:
    remaining = max(0.0, started + timeout_s - time.monotonic())
    try:
        answered = future.result(remaining)
    except TimeoutError as late:
        error = future.exception() if future.done() else TimeoutError(f"no answer within {timeout_s} s")
        return Health(key, error or late, time.monotonic() - started)
    except BaseException as error:  # noqa: BLE001  # that is the answer
        return Health(key, error, time.monotonic() - started)
    return Health(key, None, answered - started)
