"""Flask: a request is a run scope, and an error of its view reaches the resources."""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide
from flask import Flask, Request, abort

from dagwire import ResourceProvider, inject, override, process_scope
from dagwire.integrations.flask import install
from dagwire.testing import fake

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


class Session:
    def name(self) -> str:
        return "real"


def session(pool):
    log.append("begin")
    try:
        yield Session()
    except BaseException as error:
        log.append(f"roll back for {type(error).__name__}")
        raise
    log.append("commit")


def pool():
    log.append("open pool")
    try:
        yield
    finally:
        log.append("close pool")


class Application(containers.DeclarativeContainer):
    request = providers.Dependency(instance_of=Request)
    path = request.provided.path
    pool = ResourceProvider(pool).set_lifetime("process")
    session = ResourceProvider(session, pool)


Db = Annotated[Session, Provide[Application.session]]


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def app(application):
    app = Flask(__name__)
    install(app, application, request=Application.request)

    @app.get("/names/<word>")
    @inject
    def names(word: str, db: Db, path: Annotated[str, Provide[Application.path]]) -> list[str]:
        return [word, db.name(), path]

    @app.get("/fails")
    @inject
    def fails(db: Db):
        raise ConnectionError

    @app.get("/missing")
    @inject
    def missing(db: Db):
        abort(404)

    @app.get("/plain")
    def plain() -> str:
        return "plain"

    return app


def test_a_request_is_a_run_scope(app, application):
    """A view has the resources of its request, closed with it; in a process scope the process's are kept open."""
    with process_scope(application):
        client = app.test_client()
        assert client.get("/names/a").json == ["a", "real", "/names/a"]
        assert client.get("/plain").text == "plain"
        client.get("/names/b")
        assert log == ["open pool", "begin", "commit", "begin", "commit"]
    assert log[-1] == "close pool"


@pytest.mark.parametrize(
    ("path", "status", "error"), [("/fails", 500, "ConnectionError"), ("/missing", 404, "NotFound")]
)
def test_an_error_reaches_the_resources(app, path, status, error):
    """An error of a view reaches the resources, one that Flask answers by itself, too."""
    assert app.test_client().get(path).status_code == status
    assert log == ["open pool", "begin", f"roll back for {error}", "close pool"]


def test_an_error_that_is_handled(app):
    """An error that a handler of the application answers reaches the resources as well."""
    app.register_error_handler(ConnectionError, lambda error: ("answered", 418))
    assert app.test_client().get("/fails").text == "answered"
    assert "roll back for ConnectionError" in log


def test_an_answer_before_the_view(application):
    """A function that answers before the run scope is opened leaves nothing to close."""
    app = Flask(__name__)
    app.before_request(lambda: "early")
    install(app, application)
    assert app.test_client().get("/").text == "early"


def test_overrides(app, application):
    """A request sees what was overridden where it was sent."""
    client = app.test_client()
    with override(application, session=fake(Session, name="fake")):
        assert client.get("/names/a").json[1] == "fake"
    assert client.get("/names/a").json[1] == "real"


def test_the_request_in_a_thread(app):
    """The request in the graph is the request itself, which a thread of the view's own can read."""

    @app.get("/thread")
    @inject
    def in_thread(request: Annotated[Request, Provide[Application.request]]) -> str:
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(lambda: request.path).result()

    assert app.test_client().get("/thread").text == "/thread"


def test_a_commit_that_fails(app, application):
    """A resource that fails to close fails the request."""

    def failing():
        yield
        raise ConnectionError("at the end")

    application.failing = ResourceProvider(failing)

    @app.get("/failing")
    @inject
    def failing_commit(failing: Annotated[None, Provide["failing"]]) -> str:
        return "done"

    app.testing = True
    with pytest.raises(Exception, match="at the end"):
        app.test_client().get("/failing")
