"""Starlette: the lifespan is the process scope, and a request or a web socket is a run scope."""

import functools
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse

from dagwire.containers.as_container import container_from
from dagwire.containers.build_resources import scope_on_demand
from dagwire.containers.check_health import Health, acheck_health
from dagwire.containers.current_scope import OpenScope
from dagwire.containers.declared_keys import key_named_by
from dagwire.containers.inject import asks_for_resources, inject
from dagwire.containers.keys import Container
from dagwire.containers.process_scope import process_scope
from dagwire.containers.provider_types import AnyProvider
from dagwire.errors import InvalidInvocationError


class Installed(NamedTuple):
    """The container of an application, kept in its state; lives as long as the application."""

    container: Container
    connection_key: str | None

    def replacements(self, connection: HTTPConnection) -> dict[str, object]:
        """The connection, under the key that is the connection's."""
        return {} if self.connection_key is None else {self.connection_key: connection}


def install(
    app: Starlette, resources: object, *, connection: AnyProvider | str | None = None, eager: bool = False
) -> None:
    """Serve the requests of `app` from a container: its lifespan is the process scope, around the lifespan it has.

    Args:
        app: The application.
        resources: The container, or definitions that hold one.
        connection: The provider or key whose value is the `Request` or `WebSocket` in its run scope.
        eager: Whether all that lives for the process is opened when the application starts; see `process_scope`.

    Raises:
        InvalidDefinitionError: `connection` is a provider that no container's class has.
    """
    container = container_from(getattr(resources, "container", resources))
    app.state.dagwire = Installed(container, None if connection is None else key_named_by(connection))
    own_lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[Any]:
        async with process_scope(container, eager=eager), own_lifespan(app) as state:
            yield state

    app.router.lifespan_context = lifespan


async def run_scope(connection: HTTPConnection) -> AsyncGenerator[OpenScope]:
    """The run scope of a request or web socket, with nothing open yet: a dependency with `yield`, for FastAPI.

    Raises:
        InvalidInvocationError: The application has no container.
    """
    installed = installed_in(connection.app)
    scope = scope_on_demand(installed.container, installed.replacements(connection), asynchronous=True)
    error: BaseException | None = None
    try:
        yield scope
    except BaseException as raised:
        error = raised
        raise
    finally:
        await scope.close(error)


def installed_in(app: Starlette) -> Installed:
    """The container and the key that `install` has left in an application.

    Raises:
        InvalidInvocationError: It was not called.
    """
    installed = getattr(app.state, "dagwire", None)
    if not isinstance(installed, Installed):
        raise InvalidInvocationError("run_scope", "found no container. Write install(app, container) first.")
    return installed


def in_run_scope(endpoint: Callable[..., Any]) -> Callable[..., Coroutine[Any, Any, Any]]:
    """Call an endpoint of Starlette, a function or a method, inside a run scope; inject its parameters.

    Its error, an `HTTPException` too, reaches the resources. They are closed when the endpoint returns: before the
    response is sent.
    """
    called = inject(endpoint) if asks_for_resources(endpoint) else endpoint
    is_asynchronous = iscoroutinefunction(endpoint)

    @functools.wraps(called)
    async def scoped(*args: Any) -> Any:
        connection: Any = args[-1]  # a method has its object before it
        async with asynccontextmanager(run_scope)(connection):
            return await (called(*args) if is_asynchronous else run_in_threadpool(called, *args))

    return scoped


def add_health_route(
    app: Starlette,
    path: str = "/health",
    *,
    timeout_s: float = 5.0,
    required_resource_keys: Iterable[str] | None = None,
) -> None:
    """Answer `path` by the health of the resources: 200 if all are well, 503 if one is not; see `check_health`.

    An error is shown by the name of its class alone: its message may name hosts or secrets.

    Args:
        app: An application that has a container.
        path: The path of the route, which is not a part of OpenAPI's schema.
        timeout_s: The limit for each resource.
        required_resource_keys: The keys to check; None checks all.
    """
    keys = None if required_resource_keys is None else list(required_resource_keys)

    async def health(request: Request) -> JSONResponse:
        installed = installed_in(request.app)
        found = await acheck_health(
            installed.container,
            timeout_s=timeout_s,
            required_resource_keys=keys,
            replacements=installed.replacements(request),
        )
        is_ok = all(one.is_ok for one in found.values())
        body = {"ok": is_ok, "resources": {key: _shown(one) for key, one in found.items()}}
        return JSONResponse(body, status_code=200 if is_ok else 503)

    app.add_route(path, health, include_in_schema=False)


def _shown(health: Health) -> dict[str, object]:
    error = {} if health.error is None else {"error": type(health.error).__name__}
    return {"ok": health.is_ok, "duration_s": round(health.duration_s, 6), **error}
