"""One body, two sides: each test of this folder runs against real Dagster, the oracle, and against dagwire.

A third way, "on dagster", declares a body with dagwire, and Dagster executes it: see `third_way.py`.

`dg` is the module under test, spelled as Dagster's users spell it. Where dagwire differs on purpose the test holds both
expectations side by side, through `differs` or a table `{"dagster": ..., "dagwire": ...}`. What dagwire does not have
yet is marked `@pytest.mark.absent(why)`: such a test must fail on dagwire's side, and the mark goes when it passes.
`docs/parity.md` has a row for each test.
"""

import importlib
import inspect
import shutil
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest
from pydantic import PrivateAttr

from dagwire.definitions.jobs.job import JobDefinition

from tests.parity.third_way import OnDagster, execute_in_process, is_run

SIDES = [
    # Dagster's own deprecation, beta and preview warnings are not ours to heed; dagwire's stay errors.
    pytest.param("dagster", marks=pytest.mark.filterwarnings("ignore")),
    pytest.param("dagwire"),
    pytest.param("on dagster", marks=pytest.mark.filterwarnings("ignore")),
]


def pytest_configure(config: pytest.Config) -> None:
    """Declare this folder's marks."""
    config.addinivalue_line("markers", "absent(why): dagwire does not have this part yet; the test fails on its side")
    config.addinivalue_line("markers", "not_carried(why): Dagster executes this body of dagwire's in another way")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect what is marked absent to fail on dagwire's side, and only there; drop third ways that run nothing."""
    idle = [item for item in items if _side(item) == "on dagster" and not _is_run(item)]
    config.hook.pytest_deselected(items=idle)
    items[:] = [item for item in items if item not in idle]
    for item in items:
        not_carried = item.get_closest_marker("not_carried")
        if not_carried is not None and _side(item) == "on dagster":
            item.add_marker(pytest.mark.xfail(reason=not_carried.args[0], strict=True))
        absent = item.get_closest_marker("absent")
        if absent is not None and _side(item) == "dagwire":
            item.add_marker(pytest.mark.xfail(reason=absent.args[0], strict=True))


def _side(item: pytest.Item) -> str | None:
    """The side of a parity test; None for other tests, which a hook of this folder sees as well."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get("dg")


def _is_run(item: pytest.Item) -> bool:
    return is_run(item.path.stem, inspect.getsource(item.function))  # type: ignore[attr-defined]  # a function's item


@pytest.fixture(scope="session", autouse=True)
def _oracle() -> Iterator[Any]:
    """Keep Dagster from phoning home, from finding an instance of the user's, and from making one for each run.

    An instance costs 0.1 s, three times what a small run costs; no test here reads what another has stored.
    """
    dagster = importlib.import_module("dagster")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_DISABLE_TELEMETRY", "yes")
        patch.delenv("DAGSTER_HOME", raising=False)
        with dagster.DagsterInstance.ephemeral() as shared:
            patch.setattr(dagster.DagsterInstance, "ephemeral", lambda *_args, **_kwargs: shared)
            patch.setattr(shared, "dispose", lambda: None)
            yield shared
            patch.undo()


@pytest.fixture(autouse=True)
def _forgetful_oracle(_oracle: Any) -> Iterator[None]:
    """Have Dagster forget what a test stored: a partitioned asset leaves a folder where another's value is a file."""
    yield
    shutil.rmtree(_oracle.storage_directory(), ignore_errors=True)


@pytest.fixture(params=SIDES)
def dg(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module under test: `dagster`, then `dagwire`, then dagwire with Dagster to execute it."""
    if request.param == "on dagster":
        monkeypatch.setattr(JobDefinition, "execute_in_process", execute_in_process)
        return OnDagster()
    return importlib.import_module(request.param)


@pytest.fixture
def log() -> list[Any]:
    """A list of events, in order; resources and bodies of a test append to it."""
    return []


@pytest.fixture
def tracked(dg: ModuleType, log: list[Any]) -> Any:
    """A resource class that logs `open <name>` and `close <name>` and knows whether it is open."""

    class Tracked(dg.ConfigurableResource):  # type: ignore[name-defined, misc]  # the base is the side's own
        name: str = "db"
        size: int = 1
        _is_open: bool = PrivateAttr(default=False)

        def setup_for_execution(self, context: Any) -> None:
            log.append(f"open {self.name}")
            self._is_open = True

        def teardown_after_execution(self, context: Any) -> None:
            log.append(f"close {self.name}")

        @property
        def is_open(self) -> bool:
            return self._is_open

    return Tracked


@pytest.fixture
def set_up_class(dg: ModuleType, log: list[Any]) -> Any:
    """A resource class that is set up, logs `open`, and has nothing to close."""

    class Db(dg.ConfigurableResource):  # type: ignore[name-defined, misc]  # the base is the side's own
        url: str = "memory"
        _is_open: bool = PrivateAttr(default=False)

        def setup_for_execution(self, context: Any) -> None:
            self._is_open = True
            log.append("open")

        @property
        def is_open(self) -> bool:
            return self._is_open

    return Db


@pytest.fixture
def differs(dg: ModuleType) -> Callable[..., None]:
    """Hold a call to what each side does; an exception class means that the call raises it."""

    def check(call: Callable[[], Any], *, dagster: Any, dagwire: Any) -> None:
        expected = {"dagster": dagster, "dagwire": dagwire}[dg.__name__]
        if isinstance(expected, type) and issubclass(expected, BaseException):
            with pytest.raises(expected):
                call()
        else:
            assert call() == expected

    return check


@pytest.fixture
def invalid_property(dg: ModuleType) -> type[Exception]:
    """The error of an attribute that has no value here; Dagster keeps it out of its public names."""
    module = dg if dg.__name__ == "dagwire" else importlib.import_module("dagster._core.errors")
    error: type[Exception] = module.DagsterInvalidPropertyError
    return error


@pytest.fixture
def events() -> Callable[[Any], list[tuple[str, str | None]]]:
    """The events of a result that both sides write: `[(type, step key)]`, without the engine's own."""
    own = {"ENGINE_EVENT", "LOGS_CAPTURED"}

    def read(result: Any) -> list[tuple[str, str | None]]:
        return [
            (event.event_type_value, event.step_key) for event in result.all_events if event.event_type_value not in own
        ]

    return read
