"""Portals: asynchronous parts of a synchronous scope, and the exceptions that would end their loop."""

import asyncio
import contextlib
import threading

import pytest

from dagwire import ConfigurableResource, InitResourceContext, abuild_resources, build_resources, resource
from dagwire.errors import ResourceSetupError, ResourceTeardownError


class Interrupted(BaseException):
    """An exception that is not an `Exception`, as a library may have."""


ENDING = [SystemExit, KeyboardInterrupt, GeneratorExit, Interrupted]


@pytest.fixture
def log():
    """The list of events, in order."""
    return []


def failing(log, name, moment=None, failure=SystemExit, *, is_asynchronous=True):
    """A resource that logs, and that raises `failure` when it opens or when it closes."""

    def note(now):
        log.append(f"{now} {name}")
        if now == moment:
            raise failure(name)

    class Plain(ConfigurableResource):
        def setup_for_execution(self):
            note("open")

        def teardown_after_execution(self):
            note("close")

    class Asynchronous(ConfigurableResource):
        async def setup_for_execution(self):
            await asyncio.sleep(0)
            note("open")

        async def teardown_after_execution(self):
            await asyncio.sleep(0)
            note("close")

    return Asynchronous() if is_asynchronous else Plain()


def causes_of(call):
    """The exception of `call` and its cause, as a set of classes."""
    try:
        call()
    except BaseException as failure:  # noqa: BLE001  # any may come
        return {type(failure), type(failure.__cause__)}
    return set()


@pytest.mark.parametrize("is_asynchronous", [False, True])
@pytest.mark.parametrize("failure", ENDING)
def test_an_open_that_ends_the_process_closes_what_is_open(log, failure, is_asynchronous):
    """An open that raises SystemExit or another such exception closes the resources before it, and is not lost."""

    def use():
        broken = failing(log, "b", "open", failure, is_asynchronous=is_asynchronous)
        with build_resources({"a": failing(log, "a"), "b": broken, "c": failing(log, "c")}):
            pytest.fail("it opened")

    assert failure in causes_of(use)
    assert log == ["open a", "open b", "close a"]


@pytest.mark.parametrize("is_asynchronous", [False, True])
@pytest.mark.parametrize("failure", ENDING)
def test_a_close_that_ends_the_process_closes_the_rest(log, failure, is_asynchronous):
    """A close that raises such an exception leaves nothing open, and the rest is closed in order."""

    def use():
        broken = failing(log, "b", "close", failure, is_asynchronous=is_asynchronous)
        with build_resources({"a": failing(log, "a"), "b": broken, "c": failing(log, "c")}):
            log.append("body")

    threads = threading.active_count()
    assert failure in causes_of(use)
    assert log == ["open a", "open b", "open c", "body", "close c", "close b", "close a"]
    assert threading.active_count() == threads


@pytest.mark.parametrize("failure", ENDING)
def test_a_body_that_ends_the_process_closes_everything(log, failure):
    """A body that raises such an exception closes everything; the exception comes out as it is."""
    with pytest.raises(failure), build_resources({"a": failing(log, "a"), "b": failing(log, "b")}):
        raise failure
    assert log == ["open a", "open b", "close b", "close a"]


@pytest.mark.parametrize("failure", ENDING)
def test_a_coroutine_that_ends_the_process_closes_the_rest(log, failure):
    """A `create_resource` that awaits, and then raises such an exception, leaves nothing open."""

    class Broken(ConfigurableResource):
        async def create_resource(self, context):
            await asyncio.sleep(0)
            raise failure

    def use():
        with build_resources({"a": failing(log, "a"), "b": Broken()}):
            pytest.fail("it opened")

    assert failure in causes_of(use)
    assert log == ["open a", "close a"]


def test_an_exit_is_reported_as_the_resource_s_failure(log):
    """SystemExit in an open or a close is an error that names the resource, so that a run goes on to report it."""
    with pytest.raises(ResourceSetupError, match="'b'"), build_resources({"b": failing(log, "b", "open")}):
        pass
    with pytest.raises(ResourceTeardownError, match="'b'"), build_resources({"b": failing(log, "b", "close")}):
        pass


@pytest.mark.parametrize("failure", [SystemExit, KeyboardInterrupt, asyncio.CancelledError])
@pytest.mark.parametrize("moment", ["open", "close"])
def test_in_an_event_loop_the_rest_is_closed_too(log, failure, moment):
    """In the caller's own loop such an exception leaves nothing open either."""

    async def use():
        resources = {"a": failing(log, "a"), "b": failing(log, "b", moment, failure)}
        with contextlib.suppress(BaseException):
            async with abuild_resources(resources):
                pass

    asyncio.run(use())
    assert log[-1] == "close a"


# -- a loop of the caller's --------------------------------------------------------------------------------------------


@pytest.fixture
def loop():
    """An event loop that is idle."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


def test_asynchronous_resources_open_in_the_loop_given(loop):
    """`event_loop=` is the loop in which asynchronous resources open, wait and close, each in one task."""
    tasks = []

    @resource
    async def held(context):
        tasks.append(asyncio.current_task())
        yield asyncio.get_running_loop()
        tasks.append(asyncio.current_task())

    @resource
    async def awaited():
        await asyncio.sleep(0)
        return asyncio.get_running_loop()

    with build_resources({"held": held, "awaited": awaited}, event_loop=loop) as resources:
        assert resources.held is resources.awaited is loop
    assert len(tasks) == 2
    assert tasks[0] is tasks[1]


@pytest.mark.parametrize("failure", [ValueError, SystemExit])
@pytest.mark.parametrize("moment", ["open", "close"])
def test_a_failure_in_the_loop_given_closes_the_rest(log, loop, moment, failure):
    """A resource that fails in the loop given leaves nothing open, and leaves the loop usable."""

    def use():
        resources = {"a": failing(log, "a"), "b": failing(log, "b", moment, failure)}
        with build_resources(resources, event_loop=loop):
            pass

    assert failure in causes_of(use)
    assert log[-1] == "close a"
    assert loop.run_until_complete(asyncio.sleep(0, "usable")) == "usable"


def test_a_resource_sees_the_loop_given(loop):
    """`context.event_loop` is the loop given to `build_resources`, and None without one."""

    @resource
    def it(context):
        return context.event_loop

    with build_resources({"it": it}, event_loop=loop) as resources:
        assert resources.it is loop
    with build_resources({"it": it}) as resources:
        assert resources.it is None
    assert InitResourceContext().event_loop is None


def test_a_close_that_passes_the_interrupt_on_closes_the_rest(log):
    """A resource that lets the body's KeyboardInterrupt through has not failed: it comes out alone."""

    @resource
    @contextlib.asynccontextmanager
    async def passing(_context):
        try:
            yield "it"
        finally:
            log.append("close passing")

    with pytest.raises(KeyboardInterrupt), build_resources({"a": failing(log, "a"), "b": passing}):
        raise KeyboardInterrupt
    assert log == ["open a", "close passing", "close a"]
