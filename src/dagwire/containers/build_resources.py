"""`build_resources`: open resources for a block of code, outside any run."""

import logging
from asyncio import AbstractEventLoop
from collections.abc import Iterable, Mapping, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncContextDecorator,
    ContextDecorator,
)
from types import TracebackType
from typing import Any, NamedTuple

from dagwire.config.files.run_config import as_run_config
from dagwire.containers.as_container import container_for_one_call
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import EphemeralContainer
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.resources.init_resource_context import NO_RESOURCES, Resources
from dagwire.resources.instance import DagsterInstance, given_instance
from dagwire.resources.log_manager import DEFAULT_LOG
from dagwire.resources.run_without_loop import drive


def build_resources(
    resources: object,
    instance: DagsterInstance | None = None,
    resource_config: Mapping[str, object] | None = None,
    dagster_run: object = None,
    log_manager: "logging.Logger | logging.LoggerAdapter[Any] | None" = None,
    event_loop: AbstractEventLoop | None = None,
    *,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> AbstractContextManager[Resources]:
    """Open `resources` in dependency order, and close them on exit.

    Args:
        resources: `{key: resource, definition or plain value}`, or a container. Plain values are never closed.
        instance: The value of `context.instance` in resources; an empty one by default.
        resource_config: Config for a key, merged over what it has: `{key: {"config": {field: value}}}`.
        dagster_run: The run that resources see as `context.run`, with its `run_id`.
        log_manager: The logger of `context.log`; dagwire's own logger by default.
        event_loop: The loop in which asynchronous resources open and close. It must be idle, and the caller closes it.
            By default they have a loop in a thread of its own.
        required_resource_keys: The keys to open; None opens all.
        replacements: `{key: resource}`, in place of what `resources` has; `override` is stronger.

    Returns:
        A block, whose value is a read-only view with one attribute a key.

    Raises:
        InvalidDefinitionError: Something is missing or declared wrongly. Nothing was opened.
        InvalidInvocationError: `instance` is not a `DagsterInstance`.
        InvalidConfigError: Config does not fit. Nothing was opened.
        ResourceSetupError: One open failed. Those before it were closed.

    Example:
        >>> from dagwire import build_resources
        >>> with build_resources({"answer": 42}) as resources:
        ...     resources.answer
        42
    """
    scope = _Given(
        resources, instance, resource_config, dagster_run, log_manager, event_loop, required_resource_keys, replacements
    )
    return _OpenBlock(scope)


def abuild_resources(
    resources: object,
    instance: DagsterInstance | None = None,
    resource_config: Mapping[str, object] | None = None,
    dagster_run: object = None,
    log_manager: "logging.Logger | logging.LoggerAdapter[Any] | None" = None,
    *,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> AbstractAsyncContextManager[Resources]:
    """Open `resources` as `build_resources` does, in an event loop.

    Asynchronous resources open and close in the caller's own task.
    """
    scope = _Given(
        resources, instance, resource_config, dagster_run, log_manager, None, required_resource_keys, replacements
    )
    return _AsyncOpenBlock(scope)


def scope_on_demand(
    resources: object,
    replacements: Mapping[str, object],
    instance: DagsterInstance | None = None,
    resource_config: Mapping[str, object] | None = None,
    event_loop: AbstractEventLoop | None = None,
    *,
    asynchronous: bool,
) -> RunScope:
    """The scope of one unit of work, which opens what it is asked for; whoever gets it closes it, with the error."""
    given = _Given(resources, instance, resource_config, event_loop=event_loop, replacements=replacements)
    scope, _ = given.scope(asynchronous=asynchronous)
    scope.open_nothing()
    return scope


class _Given(NamedTuple):
    """The arguments of `build_resources`."""

    resources: object
    instance: DagsterInstance | None = None
    resource_config: Mapping[str, object] | None = None
    run: Any = None
    logger: "logging.Logger | logging.LoggerAdapter[Any] | None" = None
    event_loop: AbstractEventLoop | None = None
    keys: Iterable[str] | None = None
    replacements: Mapping[str, object] | None = None

    def scope(self, *, asynchronous: bool) -> tuple[RunScope, Sequence[str]]:
        """The scope that opens them, and its keys; nothing is opened yet."""
        given = container_for_one_call(self.resources)
        working = effective_replacements(given, run=self.replacements or _NOTHING)
        container, by_strength, _ = working
        scope = RunScope(
            container,
            replacements=working.by_key() if by_strength else None,
            config_by_key=as_run_config({"resources": self.resource_config}).resources
            if self.resource_config
            else None,
            run_id=getattr(self.run, "run_id", None),
            run=self.run,
            instance=given_instance("build_resources", self.instance),
            logger=self.logger or DEFAULT_LOG,
            asynchronous=asynchronous,
        )
        if self.event_loop is not None:
            scope.use_event_loop(self.event_loop)
        keys = self.keys
        if keys is None:
            keys = container.given if isinstance(container, EphemeralContainer) else container.providers
        return scope, tuple(dict.fromkeys(keys))


_NOTHING: Mapping[str, object] = {}


class _OpenBlock(AbstractContextManager[Resources], ContextDecorator):
    """The block of `build_resources`; as a decorator it opens for each call of a function."""

    def __init__(self, given: _Given) -> None:
        """Open nothing yet."""
        self._given = given

    def _recreate_cm(self) -> "_OpenBlock":
        return _OpenBlock(self._given)

    def __enter__(self) -> Resources:
        """Open."""
        scope, keys = self._given.scope(asynchronous=False)
        self._scope = scope
        try:
            if not _prepared(scope, keys):
                return NO_RESOURCES
            drive(scope.open())
        except BaseException as error:
            drive(scope.close(error))
            raise
        return scope.resources(keys)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close in reverse; each close gets the error of the block."""
        drive(self._scope.close(error))


class _AsyncOpenBlock(AbstractAsyncContextManager[Resources], AsyncContextDecorator):
    """The block of `abuild_resources`."""

    def __init__(self, given: _Given) -> None:
        """Open nothing yet."""
        self._given = given

    def _recreate_cm(self) -> "_AsyncOpenBlock":
        return _AsyncOpenBlock(self._given)

    async def __aenter__(self) -> Resources:
        """Open."""
        scope, keys = self._given.scope(asynchronous=True)
        self._scope = scope
        try:
            if not _prepared(scope, keys):
                return NO_RESOURCES
            await scope.open()
        except BaseException as error:
            await scope.close(error)
            raise
        return scope.resources(keys)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close in reverse; each close gets the error of the block."""
        await self._scope.close(error)


def _prepared(scope: RunScope, keys: Sequence[str]) -> bool:
    """Prepare `keys`, and return whether there are any.

    Raises:
        DagwireError: Something is wrong. Nothing was opened.
    """
    if not keys and not scope.has_config:
        scope.open_nothing()
        return False
    faults = scope.prepare_keys(keys)
    if scope.has_config:
        faults = [*scope.unknown_config(), *faults]
    raise_faults(faults)
    return True
