"""FastAPI: a request is a run scope, its resources are dependencies, and what it raises reaches them."""

import threading
from typing import Annotated

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide
from fastapi import (
    APIRouter,
    BackgroundTasks,
    Depends,
    FastAPI,
    HTTPException,
    Request,
    WebSocket,
    WebSocketDisconnect,
    WebSocketException,
)
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection

from dagwire import ConfigurableResource, Definitions, ResourceProvider, current_scope, inject, override
from dagwire.errors import (
    FaultsError,
    InvalidDefinitionError,
    InvalidInvocationError,
    ResourceSetupError,
    ResourceTypeError,
)
from dagwire.integrations.fastapi import Inject, add_health_route, install, run_scope
from dagwire.testing import fake

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


async def pool():
    log.append("open pool")
    yield ["pool"]
    log.append("close pool")


class Session:
    def __init__(self, pool):
        self.pool = pool

    def name(self) -> str:
        return "real"


def session(pool):
    log.append("begin")
    try:
        yield Session(pool)
    except BaseException as error:
        log.append(f"roll back for {type(error).__name__}")
        raise
    log.append("commit")


def tenant(connection):
    return connection.headers.get("tenant", "nobody")


class Application(containers.DeclarativeContainer):
    connection = providers.Dependency(instance_of=HTTPConnection)
    tenant = providers.Factory(tenant, connection)
    pool = ResourceProvider(pool).set_lifetime("process")
    session = ResourceProvider(session, pool)


Db = Annotated[Session, Inject(Application.session)]
DbOfFunction = Annotated[Session, Inject("session", scope="function")]


@inject
def named(session: Annotated[Session, Provide[Application.session]]) -> str:
    return session.name()


router = APIRouter()


@router.get("/")
async def root(db: Db, size: int = 1) -> dict[str, str | int]:
    log.append("handle")
    return {"name": db.name(), "size": size}


@router.get("/threads")
def in_thread(db: Db) -> list[bool]:
    return [threading.current_thread() is not threading.main_thread(), named() == db.name()]


def repository(db: Db) -> list[Session]:
    return [db]


@router.get("/shared")
async def shared(db: Db, repository: Annotated[list[Session], Depends(repository)]) -> bool:
    return repository[0] is db and current_scope().get("session") is db


@router.get("/fails")
async def fails(db: Db):
    raise ConnectionError


@router.get("/missing")
async def missing(db: Db):
    raise HTTPException(404)


@router.get("/tenant")
async def of_tenant(name: Annotated[str, Inject(Application.tenant)]) -> str:
    return name


@router.get("/later")
async def later(db: Db, tasks: BackgroundTasks) -> str:
    tasks.add_task(log.append, "task")
    return db.name()


@router.get("/at-once")
async def at_once(db: DbOfFunction, tasks: BackgroundTasks) -> str:
    tasks.add_task(log.append, "task")
    return db.name()


@router.get("/stream")
async def stream(db: Db) -> StreamingResponse:
    def lines():
        log.append("stream")
        yield db.name()

    return StreamingResponse(lines())


@router.websocket("/ws")
async def of_web_socket(socket: WebSocket, db: Db, name: Annotated[str, Inject(Application.tenant)]):
    await socket.accept()
    while (text := await socket.receive_text()) != "fail":
        await socket.send_text(f"{db.name()} {name} {text}")
    raise WebSocketException(1008)


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def app(application):
    app = FastAPI()
    app.include_router(router)
    install(app, application, connection=Application.connection)
    return app


def test_a_request_is_a_run_scope(app):
    """A resource of a run is opened for each request and closed after it; the process's once, around the lifespan."""
    with TestClient(app) as client:
        assert log == []
        assert client.get("/", params={"size": 2}).json() == {"name": "real", "size": 2}
        assert log == ["open pool", "begin", "handle", "commit"]
        client.get("/")
        assert log[4:] == ["begin", "handle", "commit"]
    assert log[-1] == "close pool"


def test_without_a_lifespan(app):
    """Without a lifespan each request opens all that it needs."""
    client = TestClient(app)
    client.get("/")
    client.get("/")
    assert log == ["open pool", "begin", "handle", "commit", "close pool"] * 2


def test_eager(application):
    """All that lives for the process may be opened when the application starts; its own lifespan runs inside."""

    async def lifespan(app):
        log.append("start")
        yield
        log.append("stop")

    app = FastAPI(lifespan=lifespan)
    install(app, Definitions(resources=application), eager=True)
    with TestClient(app):
        assert log == ["open pool", "start"]
    assert log == ["open pool", "start", "stop", "close pool"]


def test_threads_and_injected_functions(app):
    """A handler that runs in a thread, and functions that `inject` decorates, have the request's resources."""
    with TestClient(app) as client:
        assert client.get("/threads").json() == [True, True]
        assert client.get("/shared").json() is True


@pytest.mark.parametrize(
    ("path", "status", "last"),
    [("/fails", 500, ["roll back for ConnectionError", "respond"]), ("/missing", 404, ["roll back for HTTPException"])],
)
def test_an_error_reaches_the_resources(app, path, status, last):
    """An error of a handler, an HTTPException too, reaches the resources before the response is made."""

    @app.exception_handler(ConnectionError)
    async def answered(request: Request, error: ConnectionError):
        log.append("respond")
        return JSONResponse({}, status_code=500)

    with TestClient(app) as client:
        assert client.get(path).status_code == status
    assert log == ["open pool", "begin", *last, "close pool"]


def test_a_resource_that_cannot_be_opened(app, application):
    """A resource that cannot be opened fails its request, and no other."""
    application.broken = ResourceProvider(lambda: 1 / 0)

    @app.get("/broken")
    async def broken(db: Db, broken: Annotated[object, Inject("broken")]): ...

    with TestClient(app) as client:
        with pytest.raises(ResourceSetupError, match="'broken' could not be opened"):
            client.get("/broken")
        assert log == ["open pool", "begin", "roll back for ResourceSetupError"]
        assert client.get("/").is_success


def test_the_request_in_the_graph(app):
    """A provider of the container can be the request, and others depend on it."""
    with TestClient(app) as client:
        assert client.get("/tenant", headers={"tenant": "ann"}).json() == "ann"
        assert client.get("/tenant").json() == "nobody"


def test_background_tasks(app):
    """Resources are open while background tasks run and a body is streamed; `scope="function"` closes them before."""
    with TestClient(app) as client:
        client.get("/later")
        assert log[1:] == ["begin", "task", "commit"]
        log.clear()
        client.get("/at-once")
        assert log == ["begin", "commit", "task"]
        log.clear()
        assert client.get("/stream").text == "real"
        assert log == ["begin", "stream", "commit"]


def test_a_commit_that_fails(app, application):
    """A resource that is closed before the response is sent makes an error of the response if it fails to close."""

    def failing():
        yield
        raise ConnectionError

    application.failing = ResourceProvider(failing)

    @app.get("/failing")
    async def failing_commit(it: Annotated[None, Inject("failing", scope="function")]): ...

    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/failing").status_code == 500


def test_a_web_socket(app):
    """A web socket is a run scope for as long as it is open."""
    with TestClient(app) as client:
        with client.websocket_connect("/ws", headers={"tenant": "ann"}) as socket:
            socket.send_text("a")
            assert socket.receive_text() == "real ann a"
            socket.send_text("b")
            assert socket.receive_text() == "real ann b"
            assert log == ["open pool", "begin"]
            socket.send_text("fail")
            with pytest.raises(WebSocketDisconnect):
                socket.receive_text()
        assert log[2:] == ["roll back for WebSocketException"]


def test_the_schema_shows_no_resources(app):
    """OpenAPI's schema has the parameters of the request, and nothing of resources."""
    schema = app.openapi()
    assert [one["name"] for one in schema["paths"]["/"]["get"]["parameters"]] == ["size"]
    assert "parameters" not in schema["paths"]["/tenant"]["get"]
    assert "requestBody" not in schema["paths"]["/later"]["get"]


def test_overrides(app, application):
    """A request sees what was overridden where it was started: around the client, or while it is open."""
    with TestClient(app) as client:
        with override(application, session=fake(Session, name="fake")):
            assert client.get("/").json()["name"] == "fake"
        assert client.get("/").json()["name"] == "real"


class TestPlugin:
    @pytest.fixture
    def dagwire_container(self, application):
        return application

    def test_an_override_of_the_plugin(self, app, override):
        """An override by the plugin's fixture holds for the requests of the test's client."""
        with TestClient(app) as client:
            assert client.get("/").json()["name"] == "real"
            override(session=fake(Session, name="fake"))
            assert client.get("/").json()["name"] == "fake"


def test_every_handler_in_a_run_scope(application):
    """With `run_scope` among the application's dependencies, `inject` alone has the request's resources."""
    app = FastAPI(dependencies=[Depends(run_scope)])
    install(app, application)

    @app.get("/")
    @inject
    async def root(session: Annotated[Session, Provide[Application.session]], size: int) -> list:
        return [session is current_scope().get("session"), size]

    with TestClient(app) as client:
        assert client.get("/", params={"size": 2}).json() == [True, 2]
    assert log == ["open pool", "begin", "commit", "close pool"]


def test_an_application_without_a_container():
    """A request of an application that has no container fails by an error that says what to write."""
    app = FastAPI()
    app.include_router(router)
    with pytest.raises(InvalidInvocationError, match=r"found no container\. Write install\(app, container\)"):
        TestClient(app).get("/")


def test_routes_are_checked_when_the_application_starts(app, application):
    """A key that a route asks for in vain fails the start of the application, with the route's path; nothing opens."""

    @app.get("/wrong")
    async def wrong(db: Db, nothing: Annotated[object, Inject("sesion")]): ...

    @app.websocket("/wrong-ws")
    async def wrong_socket(socket: WebSocket, nothing: Annotated[object, Inject("nothing")]): ...

    with pytest.raises(FaultsError) as caught, TestClient(app):
        pass
    assert "route '/wrong'" in str(caught.value)
    assert "route '/wrong-ws'" in str(caught.value)
    assert "Did you mean 'session'?" in str(caught.value)
    assert log == []


def test_types_are_checked_when_the_application_starts(app, application):
    """A resource of another class than a handler or a dependency declares fails the start of the application."""
    application.sizes = providers.Object([1])

    class Sizes:
        def __init__(self, sizes: Annotated[dict, Inject("sizes")]):
            self.sizes = sizes

    by_default = Inject("sizes")

    @app.get("/right", dependencies=[Inject("sizes")])
    async def right(sizes: Annotated[list, Inject("sizes")], untyped=by_default) -> list:
        return [sizes, untyped]

    with TestClient(app) as client:
        assert client.get("/right").json() == [[1], [1]]

    @app.get("/wrong")
    async def wrong(sizes: Annotated[Sizes, Depends()]): ...

    with pytest.raises(ResourceTypeError, match=r"route '/wrong' .*dict"), TestClient(app):
        pass


def test_a_fake_is_of_the_type_that_is_declared(app, application):
    """The fake of a resource passes for it when the application starts."""
    application.checked = ResourceProvider(Checked)

    @app.get("/checked")
    async def checked(checked: Annotated[Checked, Inject("checked")]) -> None:
        checked.check_health()

    with override(application, checked=fake(Checked, check_health=None)), TestClient(app) as client:
        assert client.get("/checked").is_success


def test_a_provider_without_a_key():
    """A provider that no container's class has is refused where it is named."""
    with pytest.raises(InvalidDefinitionError, match="so it has no key"):
        Inject(providers.Object(1))


# -- health ------------------------------------------------------------------------------------------------------------


class Checked(ConfigurableResource):
    fails: bool = False

    def check_health(self) -> None:
        log.append(threading.current_thread().name)
        if self.fails:
            raise ConnectionError("postgres://user:secret@host")


class CheckedInLoop(ConfigurableResource):
    async def check_health(self) -> None:
        log.append(threading.current_thread().name)


def test_health(app, application):
    """The health route has 200 while all resources are well, asked in the loop that opened them; else 503."""
    application.checked = ResourceProvider(Checked)
    application.in_loop = ResourceProvider(CheckedInLoop)
    add_health_route(app)
    with TestClient(app) as client:
        answer = client.get("/health")
        assert answer.status_code == 200
        assert answer.json()["ok"] is True
        assert answer.json()["resources"].keys() == application.providers.keys()
        assert "health of checked" in log
        assert log.count("open pool") == 1
        with override(application, checked=Checked(fails=True)):
            sick = client.get("/health")
    assert sick.status_code == 503
    assert sick.json()["resources"]["checked"]["error"] == "ConnectionError"
    assert sick.json()["resources"]["pool"]["ok"] is True
    assert "secret" not in sick.text
    assert "/health" not in app.openapi()["paths"]


def test_health_of_some(app, application):
    """A health route may check some keys alone, and what takes too long is not well."""
    stuck = threading.Event()

    class Stuck(ConfigurableResource):
        def check_health(self) -> None:
            stuck.wait(60)

    application.stuck = ResourceProvider(Stuck)
    add_health_route(app, "/ready", required_resource_keys=["session"])
    add_health_route(app, "/stuck", required_resource_keys=["stuck"], timeout_s=0.05)
    with TestClient(app) as client:
        assert client.get("/ready").json()["resources"].keys() == {"session"}
        assert client.get("/stuck").json()["resources"]["stuck"]["error"] == "TimeoutError"
    stuck.set()
