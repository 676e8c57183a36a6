"""Starlette: an endpoint in a run scope is injected, and what it raises reaches its resources."""

from typing import Annotated

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from dagwire import ResourceProvider, current_scope, override
from dagwire.integrations.starlette import add_health_route, in_run_scope, install

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def session():
    log.append("begin")
    try:
        yield "session"
    except BaseException as error:
        log.append(f"roll back for {type(error).__name__}")
        raise
    log.append("commit")


class Application(containers.DeclarativeContainer):
    request = providers.Dependency(instance_of=Request)
    path = request.provided.url.path
    session = ResourceProvider(session)


Session = Annotated[str, Provide[Application.session]]


@in_run_scope
async def root(request: Request, session: Session, path: Annotated[str, Provide["path"]]) -> Response:
    return PlainTextResponse(f"{session} of {path}")


@in_run_scope
def in_thread(request: Request, session: Session) -> Response:
    return PlainTextResponse(session)


@in_run_scope
async def by_itself(request: Request) -> Response:
    assert await current_scope().aget("session") == "session"
    raise HTTPException(409)


class Endpoint(HTTPEndpoint):
    @in_run_scope
    async def get(self, request: Request, session: Session) -> Response:
        return PlainTextResponse(session)


@in_run_scope
async def web_socket(socket: WebSocket, session: Session) -> None:
    await socket.accept()
    await socket.send_text(session)
    await socket.close()


ROUTES = [
    Route("/", root),
    Route("/thread", in_thread),
    Route("/conflict", by_itself),
    Route("/class", Endpoint),
]


@pytest.fixture
def client():
    app = Starlette(routes=ROUTES)
    install(app, Application(), connection="request")
    add_health_route(app, required_resource_keys=["session"])
    with TestClient(app) as client:
        yield client


@pytest.mark.parametrize(("path", "text"), [("/", "session of /"), ("/thread", "session"), ("/class", "session")])
def test_an_endpoint(client, path, text):
    """Coroutine functions, functions and methods are injected; the run scope ends before the response is sent."""
    assert client.get(path).text == text
    assert log == ["begin", "commit"]


def test_an_error(client):
    """An HTTPException reaches what the endpoint has opened."""
    assert client.get("/conflict").status_code == 409
    assert log == ["begin", "roll back for HTTPException"]


def test_a_web_socket():
    """A web socket is a run scope, and need not be a part of the graph."""
    app = Starlette(routes=[WebSocketRoute("/ws", web_socket)])
    application = Application()
    install(app, application)
    client = TestClient(app)
    with override(application, session="fake"), client.websocket_connect("/ws") as socket:
        assert socket.receive_text() == "fake"


def test_health(client):
    """The health route checks the container's resources."""
    assert client.get("/health").json()["ok"] is True
