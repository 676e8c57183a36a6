"""Celery: a worker's process is a process scope, and a task is a run scope."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from celery import Celery, Task, concurrency, signals
from celery.concurrency.prefork import TaskPool as Prefork

from dagwire.containers.as_container import container_from
from dagwire.containers.build_resources import build_resources
from dagwire.containers.keys import Container
from dagwire.containers.process_scope import process_scope

if TYPE_CHECKING:
    _Task = Task[Any, Any]
else:
    _Task = Task  # generic for type checkers alone

_container_by_app: "WeakKeyDictionary[Celery, Container]" = WeakKeyDictionary()


def install(app: Celery, resources: object, *, eager: bool = False) -> None:
    """Run each task of `app` in a run scope of a container; functions that `inject` decorates have its resources.

    An error of a task reaches the resources, a `Retry` too: each attempt is a run of its own. What lives for the
    process is opened in each process that runs tasks; of a prefork worker in each child, after the fork.

    Call it before the first task is used. A task with a class of its own derives it from `RunScopeTask`.

    Args:
        app: The application.
        resources: The container, or definitions that hold one.
        eager: Whether all that lives for the process is opened when it starts; see `process_scope`.
    """
    container = container_from(getattr(resources, "container", resources))
    _container_by_app[app] = container
    app.task_cls = f"{RunScopeTask.__module__}:{RunScopeTask.__name__}"
    vars(app).pop("Task", None)  # derived from the class before
    worker = _WorkerProcess(container, eager=eager)
    signals.worker_init.connect(worker.begin_unless_forked, weak=False)
    signals.worker_process_init.connect(worker.begin, weak=False)
    signals.worker_process_shutdown.connect(worker.end, weak=False)
    signals.worker_shutdown.connect(worker.end, weak=False)


class RunScopeTask(_Task):
    """A task that is a run scope for as long as one attempt takes."""

    abstract: bool = True

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Run the task with its resources; also when it is called as a function."""
        with build_resources(_container_by_app[self.app], required_resource_keys=()):
            return super().__call__(*args, **kwargs) if self.request.called_directly else self.run(*args, **kwargs)


class _WorkerProcess:
    """The process scope of a process that runs tasks; lives as long as the application."""

    def __init__(self, container: Container, *, eager: bool) -> None:
        self._container = container
        self._eager = eager
        self._scope: process_scope | None = None

    def begin_unless_forked(self, sender: Any, **_: object) -> None:
        """Begin it in a worker whose tasks run in threads of its own process."""
        if not issubclass(concurrency.get_implementation(sender.pool_cls), Prefork):
            self.begin()

    def begin(self, **_: object) -> None:
        """Begin it, unless it has begun: a solo pool announces its one process twice."""
        if self._scope is None:
            self._scope = process_scope(self._container, eager=self._eager)
            self._scope.__enter__()

    def end(self, **_: object) -> None:
        """End it, if this process has it."""
        scope, self._scope = self._scope, None
        if scope is not None:
            scope.__exit__(None, None, None)
