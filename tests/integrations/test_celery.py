"""Celery: a task is a run scope, each attempt one of its own, and a worker's process is a process scope."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Annotated
from unittest.mock import Mock

import pytest
from celery import Celery, Task, signals
from celery.worker import WorkController
from dependency_injector import containers
from dependency_injector.wiring import Provide

from dagwire import ResourceProvider, current_scope, inject, override, process_scope
from dagwire.integrations.celery import RunScopeTask, install

from tests.waiting import wait_for

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


@pytest.fixture(autouse=True)
def _own_signals():
    """Signals are the process's: what a test connects ends with it."""
    own = (signals.worker_init, signals.worker_process_init, signals.worker_process_shutdown, signals.worker_shutdown)
    before = [list(one.receivers) for one in own]
    for one in own:  # whoever connected before would begin a process scope, too
        one.receivers = []
        one.sender_receivers_cache.clear()
    yield
    for one, receivers in zip(own, before, strict=True):
        one.receivers = receivers
        one.sender_receivers_cache.clear()


def pool():
    log.append("open pool")
    yield "pool"
    log.append("close pool")


def session():
    log.append("begin")
    try:
        yield "session"
    except BaseException as error:
        log.append(f"roll back for {type(error).__name__}")
        raise
    log.append("commit")


class Application(containers.DeclarativeContainer):
    pool = ResourceProvider(pool).set_lifetime("process")
    session = ResourceProvider(session)


Session = Annotated[str, Provide[Application.session]]


@pytest.fixture
def application():
    return Application()


@pytest.fixture
def app(application):
    app = Celery("tests", broker="memory://", backend="cache+memory://", set_as_current=False)
    assert app.Task is not None  # made already, as by a task that was declared before
    install(app, application)
    return app


@pytest.fixture
def eager(app):
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    return app


def test_a_task_is_a_run_scope(eager, application):
    """A task has the resources of its run, and its signature shows the other arguments alone."""

    @eager.task
    @inject
    def greet(word: str, session: Session) -> list[str]:
        return [word, session, str(current_scope() is not None)]

    assert greet.delay("a").get() == ["a", "session", "True"]
    assert log == ["begin", "commit"]
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        greet.delay("a", "b")
    with override(application, session="fake"):
        assert greet.delay("a").get()[1] == "fake"


def test_an_error_reaches_the_resources(eager):
    """An error of a task reaches its resources."""

    @eager.task
    @inject
    def fail(session: Session):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        fail.delay()
    assert log == ["begin", "roll back for ConnectionError"]


def test_each_attempt_is_a_run(eager):
    """An attempt that is to be repeated rolls back, and the next one has resources of its own."""

    @eager.task(bind=True, max_retries=1)
    @inject
    def unsteady(self: Task, session: Session):
        log.append(f"attempt {self.request.retries}")
        if self.request.retries == 0:
            raise self.retry(countdown=0)
        return "done"

    eager.conf.task_eager_propagates = False
    assert unsteady.delay().get() == "done"
    assert log == ["begin", "attempt 0", "roll back for Retry", "begin", "attempt 1", "commit"]


def test_a_task_called_as_a_function(app):
    """A direct call is a run scope, too, and knows that it is direct."""

    @app.task(bind=True)
    @inject
    def direct(self: Task, session: Session) -> bool:
        return self.request.called_directly

    assert direct() is True
    assert log == ["begin", "commit"]


def test_a_class_of_its_own(eager):
    """A task whose class is derived from `RunScopeTask` is a run scope."""

    class Own(RunScopeTask):
        abstract = True

    @eager.task(base=Own)
    @inject
    def own(session: Session) -> str:
        return session

    assert own.delay().get() == "session"
    assert isinstance(own, Own)


@pytest.mark.parametrize("kind", ["solo", "threads"])
def test_a_worker_of_one_process(eager, kind):
    """A worker that does not fork has one process scope, for as long as it runs."""

    @eager.task
    @inject
    def use(pool: Annotated[str, Provide[Application.pool]], session: Session) -> None: ...

    announce(kind)
    use.delay()
    use.delay()
    assert sorted(log) == ["begin", "begin", "commit", "commit", "open pool"]
    signals.worker_shutdown.send(sender=None)
    assert log[-1] == "close pool"


def test_a_worker_that_forks_opens_nothing_itself(application, eager):
    """The process that forks has no process scope: a connection that children share would be read by all of them."""
    announce("prefork")
    with process_scope(application):
        pass
    signals.worker_shutdown.send(sender=None)


def announce(kind: str) -> None:
    """Send the signals that a worker sends when it starts."""
    signals.worker_init.send(sender=Mock(WorkController, pool_cls=kind))
    if kind == "solo":
        signals.worker_process_init.send(sender=None)


def test_a_prefork_worker(tmp_path, monkeypatch):
    """Each child of a prefork worker opens the process's resources after the fork, and closes them when it ends."""
    monkeypatch.setenv("DAGWIRE_TEST_FOLDER", str(tmp_path))
    command = [sys.executable, "-m", "celery", "-A", "tests.integrations.celery_worker", "worker"]
    options = ["-P", "prefork", "-c", "2", "-l", "error", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    from tests.integrations.celery_worker import opened_in

    waiting = opened_in.delay()  # before there is a worker: one that looks may find a message half written, and end
    worker = subprocess.Popen([*command, *options], cwd=Path(__file__).parents[2], env={**os.environ})
    log_file = tmp_path / "log"
    try:
        wait_for(lambda: log_file.exists() and log_file.read_text().count("open pool") == 2, 60)
        opener, process = waiting.get(timeout=60)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    lines = log_file.read_text().splitlines()
    assert opener == process != worker.pid
    by_process = {line.split()[0]: [] for line in lines}
    for line in lines:
        by_process[line.split()[0]].append(line.partition(" ")[2])
    assert len(by_process) == 2
    assert by_process[str(process)] == ["open pool", "begin", "commit", "close pool"]
    assert sorted(map(len, by_process.values())) == [2, 4]
