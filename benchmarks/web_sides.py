"""One small service, written four times: a pool of the process, and in each request a session of its tenant.

The answer is the tenant's name as the session has it, so a request that was given another one's session shows. All
sides count what they open and close.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import dishka
import wireup
from dependency_injector import containers, providers
from dishka.integrations.fastapi import FromDishka, inject, setup_dishka
from fastapi import Depends, FastAPI, Request
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from wireup.integration import fastapi as wireup_fastapi

import dagwire
from dagwire.integrations.fastapi import Inject, install

from benchmarks.measuring import Side

TENANT = b"x-tenant"


class Counted:
    """The number of things that one side has opened and closed; lives as long as its application."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.pools = self.sessions = self.opened = 0

    async def pool(self) -> AsyncIterator["Pool"]:
        """Open what lives for the process."""
        self.pools += 1
        yield Pool()
        self.pools -= 1

    async def session(self, pool: "Pool", tenant: "Tenant") -> AsyncIterator["Session"]:
        """Open what lives for a request."""
        self.opened += 1
        self.sessions += 1
        try:
            yield Session(pool, tenant)
        finally:
            self.sessions -= 1

    def add_route(self, app: FastAPI) -> FastAPI:
        """Have `app` answer by the counts."""

        @app.get("/counts")
        async def counts() -> dict[str, int]:
            return {"pools": self.pools, "sessions": self.sessions, "opened": self.opened}

        return app


class Tenant(str):
    """The name that a request sends, of a type of its own: dishka and wireup provide by type."""

    __slots__ = ()


class Pool:
    """A thing that lives for the process."""


class Session:
    """A thing that lives for a request."""

    def __init__(self, pool: Pool, tenant: Tenant) -> None:
        """`tenant` is the request's own."""
        self.pool = pool
        self.tenant = tenant


def tenant_of(connection: HTTPConnection) -> Tenant:
    """The tenant that a request names."""
    return Tenant(connection.headers["x-tenant"])


# -- dagwire -----------------------------------------------------------------------------------------------------------


class _Overriding:
    """Overrides the tenant for each request, by its header: as a test would, for as long as the request takes."""

    def __init__(self, app: ASGIApp, application: object) -> None:
        self._app = app
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        tenant = next((value for name, value in scope.get("headers", ()) if name == TENANT), None)
        if tenant is None:
            await self._app(scope, receive, send)
            return
        with dagwire.override(self._application, tenant=Tenant(tenant.decode())):
            await self._app(scope, receive, send)


def by_dagwire(counted: Counted) -> FastAPI:
    """Each request overrides the tenant, so the sessions of requests that cross would show."""
    application = containers.DynamicContainer()
    application.tenant = providers.Object("nobody")
    application.pool = dagwire.ResourceProvider(counted.pool).set_lifetime("process")
    application.session = dagwire.ResourceProvider(counted.session, application.pool, application.tenant)
    app = FastAPI()
    install(app, application)
    app.add_middleware(_Overriding, application=application)

    @app.get("/")
    async def root(session: Annotated[Session, Inject("session")]) -> str:
        return session.tenant

    return app


# -- the others, which have no overrides by context: the tenant is read from the request in the graph ------------------


def by_fastapi_alone(counted: Counted) -> FastAPI:
    """Dependencies with `yield`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asynccontextmanager(counted.pool)() as app.state.pool:
            yield

    async def session(request: Request) -> AsyncIterator[Session]:
        async with asynccontextmanager(counted.session)(request.app.state.pool, tenant_of(request)) as opened:
            yield opened

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    async def root(session: Annotated[Session, Depends(session)]) -> str:
        return session.tenant

    return app


def by_dishka(counted: Counted) -> FastAPI:
    """A container of two scopes."""
    provider = dishka.Provider()
    provider.from_context(Request, scope=dishka.Scope.REQUEST)
    provider.provide(counted.pool, scope=dishka.Scope.APP)
    provider.provide(_tenant_of_request, scope=dishka.Scope.REQUEST)
    provider.provide(counted.session, scope=dishka.Scope.REQUEST)
    container = dishka.make_async_container(provider)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await container.close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/")
    @inject
    async def root(session: FromDishka[Session]) -> str:
        return session.tenant

    setup_dishka(container, app)
    return app


def by_wireup(counted: Counted) -> FastAPI:
    """A container of two lifetimes."""
    injectables: list[Any] = [
        wireup.injectable(_unbound(counted.pool)),
        wireup.injectable(lifetime="scoped")(_tenant_of_request),
        wireup.injectable(lifetime="scoped")(_unbound(counted.session)),
        wireup_fastapi,
    ]
    app = FastAPI()

    @app.get("/")
    async def root(session: wireup.Injected[Session]) -> str:
        return session.tenant

    wireup_fastapi.setup(wireup.create_async_container(injectables=injectables), app)
    return app


def _tenant_of_request(request: Request) -> Tenant:
    return tenant_of(request)


def _unbound(method: Any) -> Callable[..., Any]:
    """The method as a function, which is what wireup marks."""
    if method.__name__ == "pool":

        async def pool() -> AsyncIterator[Pool]:
            async for opened in method():
                yield opened

        return pool

    async def session(pool: Pool, tenant: Tenant) -> AsyncIterator[Session]:
        async for opened in method(pool, tenant):
            yield opened

    return session


SIDES: dict[Side, Callable[[Counted], FastAPI]] = {
    Side.DAGWIRE: by_dagwire,
    Side.BARE: by_fastapi_alone,
    Side.DISHKA: by_dishka,
    Side.WIREUP: by_wireup,
}


def application_of(side: Side) -> FastAPI:
    """The service of one side, with a route that shows its counts."""
    counted = Counted()
    return counted.add_route(SIDES[side](counted))
