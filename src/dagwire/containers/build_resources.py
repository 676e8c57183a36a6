"""`build_resources`: open resources for a block of code, outside any run."""

from collections.abc import AsyncGenerator, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from dagwire.config.run_config import as_run_config
from dagwire.containers.faults import raise_faults
from dagwire.containers.keys import Requirement, container_for_one_call
from dagwire.containers.overrides import in_force
from dagwire.containers.run_scope import RunScope
from dagwire.resources.context import Resources
from dagwire.resources.driving import drive
from dagwire.resources.instance import DagsterInstance


@contextmanager
def build_resources(
    resources: Any,
    resource_config: Mapping[str, Any] | None = None,
    *,
    instance: DagsterInstance | None = None,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> Generator[Resources]:
    """Open `resources` in dependency order, and close them on exit.

    Args:
        resources: `{key: resource, definition or plain value}`, or a container. Plain values are never closed.
        resource_config: Config for a key, merged over what it has: `{key: {"config": {field: value}}}`.
        instance: What resources are shown as `context.instance`.
        required_resource_keys: The keys to open; None opens all.
        replacements: `{key: resource}`, in place of what `resources` has; `override` is stronger.

    Yields:
        A read-only view with one attribute a key.

    Raises:
        InvalidDefinitionError: Something is missing or declared wrongly. Nothing was opened.
        InvalidConfigError: Config does not fit. Nothing was opened.
        ResourceSetupError: One open failed. Those before it were closed.

    Example:
        >>> from dagwire import build_resources
        >>> with build_resources({"answer": 42}) as resources:
        ...     resources.answer
        42
    """
    scope, keys = _scope(resources, resource_config, required_resource_keys, replacements, instance, asynchronous=False)
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
    resources: Any,
    resource_config: Mapping[str, Any] | None = None,
    *,
    instance: DagsterInstance | None = None,
    required_resource_keys: Iterable[str] | None = None,
    replacements: Mapping[str, object] | None = None,
) -> AsyncGenerator[Resources]:
    """`build_resources` for an event loop: asynchronous resources open and close in the caller's own task."""
    scope, keys = _scope(resources, resource_config, required_resource_keys, replacements, instance, asynchronous=True)
    error: BaseException | None = None
    try:
        yield await _opened(scope, keys)
    except BaseException as caught:
        error = caught
        raise
    finally:
        await scope.close(error)


def _scope(
    resources: Any,
    resource_config: Mapping[str, Any] | None,
    keys: Iterable[str] | None,
    replacements: Mapping[str, object] | None,
    instance: DagsterInstance | None,
    *,
    asynchronous: bool,
) -> tuple[RunScope, list[str]]:
    container, overrides = in_force(container_for_one_call(resources))
    scope = RunScope(
        container,
        replacements={**replacements, **overrides} if replacements else overrides,
        config_by_key=as_run_config({"resources": resource_config}).resources if resource_config else None,
        instance=instance,
        asynchronous=asynchronous,
    )
    return scope, list(container.providers if keys is None else keys)


async def _opened(scope: RunScope, keys: list[str]) -> Resources:
    raise_faults([*scope.unknown_config(), *scope.prepare([Requirement(key) for key in keys])])
    await scope.open()
    return scope.resources(keys)
