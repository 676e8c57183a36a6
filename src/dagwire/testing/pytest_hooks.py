"""The hooks around each test that uses dagwire: they record what it does, and check what it leaves behind."""

import functools
import importlib
import inspect
import sys
import unittest
import warnings
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from dagwire.errors import DagwireError

if TYPE_CHECKING:
    from dagwire.testing.activity import Record
    from dagwire.testing.isolation import OneTest

FIXTURE = "dagwire_test"
"""The fixture that a test works through."""
TEST: pytest.StashKey["OneTest"] = pytest.StashKey()
_RECORD: pytest.StashKey["Record"] = pytest.StashKey()
_UNTIL_TORN_DOWN: pytest.StashKey[ExitStack] = pytest.StashKey()


def lazy_module(name: str) -> Any:
    """A module of `dagwire.testing`, imported now: at the start of pytest nobody has asked for it."""
    return importlib.import_module(f"dagwire.testing.{name}")


# -- tests that use the fixtures or marks ------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a test that uses us what belongs to it, before others wrap its function."""
    names: list[str] = getattr(item, "fixturenames", [])
    is_marked = any(item.get_closest_marker(name) is not None for name in ("override", "environment", "settings"))
    if not is_marked and not {FIXTURE, "dagwire_container", "dagwire_definitions"}.intersection(names):
        return
    if FIXTURE not in names:
        names.insert(_first_of_the_test(item), FIXTURE)
    if isinstance(item, pytest.Function) and not (item.cls and issubclass(item.cls, unittest.TestCase)):
        item.obj = _within_its_test(item, item.obj)


def _first_of_the_test(item: Any) -> int:
    """The index of the first fixture that is made for this test alone; those of wider scope come before."""
    by_name = item._fixtureinfo.name2fixturedefs
    return sum(1 for name in item.fixturenames if by_name.get(name) and by_name[name][-1].scope != "function")


def _within_its_test(item: pytest.Item, body: Callable[..., Any]) -> Callable[..., object]:
    """`body`, run with what holds for its test: in a thread or task that another plugin makes, too."""

    @functools.wraps(body)
    def run(*args: object, **kwargs: object) -> object:
        __tracebackhide__ = True
        with item.stash[TEST].in_force():
            return body(*args, **kwargs)

    @functools.wraps(body)
    async def run_in_loop(*args: Any, **kwargs: Any) -> object:
        __tracebackhide__ = True
        async with item.stash[TEST].in_force_until_closed():
            return await body(*args, **kwargs)

    return run_in_loop if inspect.iscoroutinefunction(body) else run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Warn where the test has changed a variable in vain."""
    __tracebackhide__ = True
    yield
    if TEST in item.stash:
        for warning in item.stash[TEST].changed_in_vain():
            warnings.warn(warning, stacklevel=1)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[Any, Any, Any]:
    """Say what was in force where a test failed."""
    report = yield
    if report.failed and TEST in item.stash and call.when != "teardown":
        in_force = lazy_module("failure_section").described(item.stash[TEST])
        if in_force:
            report.sections.append(("dagwire", in_force))
    return report


# -- all tests, where dagwire is used at all ---------------------------------------------------------------------------


def _is_dagwire_used() -> bool:
    """Whether anything can have been opened or overridden: without this module nothing can."""
    return "dagwire.containers.overrides" in sys.modules


def recording(item: pytest.Item) -> "Record":
    """The record of a test, begun now or before; it is written into until the test is torn down."""
    if _RECORD not in item.stash:
        records = lazy_module("activity")
        records.begin_recording()
        item.stash[_RECORD] = records.Record()
        item.stash[_UNTIL_TORN_DOWN] = ExitStack()
        item.stash[_UNTIL_TORN_DOWN].enter_context(records.recorded_in_threads(item.stash[_RECORD]))
    return item.stash[_RECORD]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Begin to write down what the test does."""
    __tracebackhide__ = True
    if _is_dagwire_used():
        recording(item)
    yield
    if TEST in item.stash:
        item.stash[TEST].is_being_set_up = False


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail where the test, all its fixtures torn down, has left something behind."""
    __tracebackhide__ = True
    try:
        yield
    except BaseException as failure:
        _end(item, failure)
        raise
    _end(item, None)


def fail(error: DagwireError) -> NoReturn:
    """Fail with the message of `error`, without its traceback."""
    raise pytest.fail.Exception(f"{type(error).__name__}: {error}", pytrace=False) from None


def _end(item: pytest.Item, failure: BaseException | None) -> None:
    """Forget the test. Its own failure is reported first; what it left behind is a note of that."""
    if _RECORD not in item.stash:
        return
    record, test = item.stash[_RECORD], item.stash.get(TEST, None)
    item.stash[_UNTIL_TORN_DOWN].close()
    del item.stash[_RECORD], item.stash[_UNTIL_TORN_DOWN]
    if test is not None:
        del item.stash[TEST]
    leaks = lazy_module("leaks")
    leaks.leave_scopes(record)
    if item.get_closest_marker("may_leak") is not None or not item.config.getini("dagwire_leaks"):
        return
    leak = leaks.leak_of(f"The test {item.name}", record, test)
    if leak is not None and failure is not None:
        failure.add_note(str(leak))
    elif leak is not None:
        fail(leak)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: "pytest.FixtureDef[Any]", request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Hold a fixture of wider scope to what it opens itself: it may stay open as long as the fixture."""
    __tracebackhide__ = True
    if fixturedef.scope == "function" or not _is_dagwire_used():
        return (yield)
    records = lazy_module("activity")
    records.begin_recording()
    record = records.Record()
    # Added first, so it is called last, when the fixture's own end has closed everything.
    is_checked = request.config.getini("dagwire_leaks")
    fixturedef.addfinalizer(functools.partial(_end_fixture, fixturedef.argname, record, is_checked=is_checked))
    with records.recorded_in_threads(record):
        return (yield)


def _end_fixture(name: str, record: "Record", *, is_checked: bool) -> None:
    leaks = lazy_module("leaks")
    leaks.leave_scopes(record)
    leak = leaks.leak_of(f"The fixture {name}", record) if is_checked else None
    if leak is not None:
        fail(leak)
