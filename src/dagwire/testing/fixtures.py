"""The fixtures. Whatever does their work is imported when the first test asks for it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dagwire.errors import DagwireError
from dagwire.testing.pytest_hooks import TEST, fail, lazy_module, recording

if TYPE_CHECKING:
    from dagwire.definitions.definitions import Definitions
    from dagwire.testing.isolation import OneTest, Override
    from dagwire.testing.open_resources import AsyncOpenResources, OpenResources
    from dagwire.testing.resource_spy import Recorder
    from dagwire.testing.runner import AsyncRun, Run

_FOUND: pytest.StashKey["Definitions"] = pytest.StashKey()


@pytest.fixture
def dagwire_definitions(request: pytest.FixtureRequest) -> "Definitions":
    """The definitions that `[tool.dagwire]` names, bound to a copy of their container. Override it in a conftest."""
    stash = request.config.stash
    if _FOUND not in stash:
        stash[_FOUND] = lazy_module("project_definitions").find(request.config.rootpath)
    definitions: Definitions = lazy_module("project_definitions").bound_to_a_copy(stash[_FOUND])
    return definitions


@pytest.fixture
def dagwire_container(dagwire_definitions: "Definitions") -> Any:
    """The container that this test works on: its singletons and settings are the test's own."""
    return lazy_module("project_definitions").own_container(dagwire_definitions)


@pytest.fixture
def dagwire_test(request: pytest.FixtureRequest, dagwire_container: object) -> Iterator["OneTest"]:
    """The state of one test; the other fixtures work through it."""
    record = recording(request.node)
    try:
        test = lazy_module("isolation").OneTest(dagwire_container, lazy_module("marks").marks_of(request.node), record)
    except DagwireError as error:
        fail(error)
    request.node.stash[TEST] = test
    try:
        test.begin()
        yield test
    except DagwireError as error:
        fail(error)
    finally:
        test.end()


@pytest.fixture
def override(dagwire_test: "OneTest") -> "Override":
    """`override(db=FakeDb())` replaces resources for the rest of the test."""
    return dagwire_test.override


@pytest.fixture
def run(request: pytest.FixtureRequest, dagwire_test: "OneTest") -> "Run":
    """`run("trips")` runs a job or makes an asset, with the test's overrides; gives the result."""
    runner: Run = lazy_module("runner").Run(dagwire_test, lambda: request.getfixturevalue("dagwire_definitions"))
    return runner


@pytest.fixture
def arun(request: pytest.FixtureRequest, dagwire_test: "OneTest") -> "AsyncRun":
    """Run jobs in a test that is a coroutine, which awaits the result."""
    runner: AsyncRun = lazy_module("runner").AsyncRun(
        dagwire_test, lambda: request.getfixturevalue("dagwire_definitions")
    )
    return runner


@pytest.fixture
def resources(dagwire_test: "OneTest") -> Iterator["OpenResources"]:
    """`resources.db` opens the resource under that key; the end of the test closes it."""
    opened = lazy_module("open_resources").OpenResources(dagwire_test)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def aresources(dagwire_test: "OneTest") -> "AsyncOpenResources":
    """`await aresources.db`: `resources` in a test that is a coroutine, opened and closed in the test's own task."""
    opened: AsyncOpenResources = lazy_module("open_resources").AsyncOpenResources(dagwire_test)
    dagwire_test.after_body.append(opened.aclose)
    return opened


@pytest.fixture
def record(dagwire_test: "OneTest") -> "Callable[[str], Recorder]":
    """`record("db")` writes down what becomes of the resource under that key: opens, calls, closes."""
    return dagwire_test.recorder


@pytest.fixture
def assert_opened(dagwire_test: "OneTest") -> Callable[..., None]:
    """`assert_opened("db")` fails unless a run of this test has opened it."""
    return dagwire_test.assert_opened


@pytest.fixture
def assert_never_opened(dagwire_test: "OneTest") -> Callable[..., None]:
    """`assert_never_opened("db")` fails if a run of this test has opened it."""
    return dagwire_test.assert_never_opened
