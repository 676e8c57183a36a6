"""FastAPI: the lifespan is the process scope, a request is a run scope, and a resource is a dependency."""

from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import cache
from inspect import Parameter
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_typed_signature
from fastapi.routing import APIWebSocketRoute, iter_route_contexts
from starlette.requests import HTTPConnection, Request
from starlette.websockets import WebSocket

from dagwire.containers.current_scope import OpenScope
from dagwire.containers.declared_keys import key_named_by
from dagwire.containers.effective_replacements import effective_replacements
from dagwire.containers.keys import Requirement
from dagwire.containers.provider_types import AnyProvider
from dagwire.containers.run_scope import RunScope
from dagwire.containers.scope_checks import raise_faults
from dagwire.errors import DagwireError
from dagwire.integrations import starlette
from dagwire.integrations.starlette import add_health_route, installed_in, run_scope
from dagwire.resources.resource_param import declared_type

__all__ = ["Inject", "add_health_route", "install", "run_scope"]

DependencyScope = Literal["function", "request"]
"""FastAPI's word for when a dependency is left: before the response is sent, or after."""


def Inject(resource: AnyProvider | str, *, scope: DependencyScope | None = None) -> object:  # noqa: N802  # as Depends
    """Depend on a resource of the request's run scope.

    A handler takes it by `db: Annotated[Db, Inject(Application.db)]`. It is opened when the request needs it. As
    FastAPI's own dependencies with `yield`, it is closed after the response was sent and background tasks have run. An
    error of the handler, an `HTTPException` too, reaches it before the response is made.

    Args:
        resource: The provider, as the container's class has it, or the key.
        scope: `"function"` closes it before the response is sent, so that a commit which fails is an error 500. It
            opens a run scope of its own, so ask for all resources of a handler in one and the same scope.

    Raises:
        InvalidDefinitionError: No container's class has the provider.
    """
    return Depends(_dependency(key_named_by(resource), scope))


_key_by_dependency: dict[Callable[..., Any], str] = {}
"""The key that each dependency made here asks for."""


@cache
def _dependency(key: str, scope: DependencyScope | None) -> Callable[..., Coroutine[Any, Any, object]]:
    """One function a key: FastAPI calls it once a request, however many ask for the key."""

    async def resource(run: Annotated[OpenScope, Depends(run_scope, scope=scope)]) -> Any:
        return await run.aget(key)

    _key_by_dependency[resource] = key
    return resource


def install(
    app: FastAPI, resources: object, *, connection: AnyProvider | str | None = None, eager: bool = False
) -> None:
    """Serve the requests of `app` from a container: its lifespan is the process scope, around the lifespan it has.

    When the application starts, all that its routes ask for by `Inject` is checked, before anything opens.

    Args:
        app: The application.
        resources: The container, or definitions that hold one.
        connection: The provider or key whose value is the `Request` or `WebSocket` in its run scope.
        eager: Whether all that lives for the process is opened when the application starts; see `process_scope`.

    Raises:
        InvalidDefinitionError: `connection` is a provider that no container's class has.
    """
    starlette.install(app, resources, connection=connection, eager=eager)
    own_lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[Any]:
        raise_faults([*_faults(app, of_web_sockets=False), *_faults(app, of_web_sockets=True)])
        async with own_lifespan(app) as state:
            yield state

    app.router.lifespan_context = lifespan


def _faults(app: FastAPI, *, of_web_sockets: bool) -> list[DagwireError]:
    """All that is wrong with what the routes of one kind ask for. Opens nothing."""
    requirements = [
        Requirement(key, f"route '{route.path}'", expected)
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIWebSocketRoute) is of_web_sockets
        for key, expected in _asked_below(getattr(route, "dependant", None))
    ]
    connection = _NO_SOCKET if of_web_sockets else _NO_REQUEST
    installed = installed_in(app)
    working = effective_replacements(installed.container, run=installed.replacements(connection))
    scope = RunScope(working.container, replacements=working.by_key(), asynchronous=True)
    return scope.prepare(requirements)


def _asked_below(dependant: Dependant | None) -> Iterator[tuple[str, object]]:
    """`(key, declared type or None)` of all that a handler, and the dependencies below it, ask for."""
    if dependant is None or dependant.call is None:
        return
    parameters = get_typed_signature(dependant.call).parameters
    for one in dependant.dependencies:
        key = None if one.call is None else _key_by_dependency.get(one.call)
        if key is not None:
            parameter = parameters.get(one.name or "")  # without a name it is only to be opened
            annotation: object = Parameter.empty if parameter is None else parameter.annotation
            yield key, None if annotation is Parameter.empty else declared_type(annotation)
        yield from _asked_below(one)


async def _never(*_: object) -> Any:
    """Receive or send nothing."""


_NO_REQUEST: HTTPConnection = Request({"type": "http"})
_NO_SOCKET: HTTPConnection = WebSocket({"type": "websocket"}, _never, _never)
"""The connections of no client, in whose place each route's own will be."""
