"""`build_resources`: open resources for a block of code, outside any run."""

import logging
from asyncio import AbstractEventLoop
from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

from dagwire.config.files.run_config import as_run_config
from dagwire.containers.as_container import container_for_one_call
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import Requirement
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.resources.init_resource_context import NO_RESOURCES, Resources
from dagwire.resources.instance import DagsterInstance, given_instance
from dagwire.resources.log_manager import DEFAULT_LOG
from dagwire.resources.run_without_loop import drive


@contextmanager
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
) -> Generator[Resources]:
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

    Yields:
        A read-only view with one attribute a key.

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
    facts = RunFacts(instance, dagster_run, log_manager or DEFAULT_LOG)
    scope, keys = _scope(resources, resource_config, facts, required_resource_keys, replacements, asynchronous=False)
    if event_loop is not None:
        scope.use_event_loop(event_loop)
    error: BaseException | None = None
    try:
        yield drive(_opened(scope, keys))
    except BaseException as caught:
        error = caught
        raise
    finally:
        drive(scope.close(error))


@asynccontextmanager
async def abuild_resources(
    resources: object,
    instance: DagsterInstance | None = None,
    resource_config: Mapping[str, object] | None = None,
    dagster_run: object = None,
    log_manager: "logging.Logger | logging.LoggerAdapter[Any] | None" = None,
    *,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> AsyncGenerator[Resources]:
    """Open `resources` as `build_resources` does, in an event loop.

    Asynchronous resources open and close in the caller's own task.
    """
    facts = RunFacts(instance, dagster_run, log_manager or DEFAULT_LOG)
    scope, keys = _scope(resources, resource_config, facts, required_resource_keys, replacements, asynchronous=True)
    error: BaseException | None = None
    try:
        yield await _opened(scope, keys)
    except BaseException as caught:
        error = caught
        raise
    finally:
        await scope.close(error)


def scope_on_demand(resources: object, replacements: Mapping[str, object], *, asynchronous: bool) -> RunScope:
    """The scope of one unit of work, which opens what it is asked for; whoever gets it closes it, with the error."""
    facts = RunFacts(None, None, DEFAULT_LOG)
    scope, _ = _scope(resources, None, facts, (), replacements, asynchronous=asynchronous)
    scope.open_nothing()
    return scope


class RunFacts(NamedTuple):
    """The facts that resources get about a run when they are opened outside one."""

    instance: DagsterInstance | None
    run: object
    logger: "logging.Logger | logging.LoggerAdapter[Any]"


def _scope(
    resources: object,
    resource_config: Mapping[str, object] | None,
    facts: RunFacts,
    keys: Iterable[str] | None,
    replacements: Mapping[str, object] | None,
    *,
    asynchronous: bool,
) -> tuple[RunScope, list[str]]:
    working = effective_replacements(container_for_one_call(resources), run=replacements or {})
    scope = RunScope(
        working.container,
        replacements=working.by_key(),
        config_by_key=as_run_config({"resources": resource_config}).resources if resource_config else None,
        run_id=getattr(facts.run, "run_id", None),
        run=facts.run,
        instance=given_instance("build_resources", facts.instance) or DagsterInstance.ephemeral(),
        logger=facts.logger,
        asynchronous=asynchronous,
    )
    return scope, list(working.container.providers if keys is None else keys)


async def _opened(scope: RunScope, keys: list[str]) -> Resources:
    if not keys and not scope.has_config:
        scope.open_nothing()
        return NO_RESOURCES
    raise_faults([*scope.unknown_config(), *scope.prepare([Requirement(key) for key in keys])])
    await scope.open()
    return scope.resources(keys)
