"""The life cycle: whatever ends a block, everything is closed, and sees the exception that ended it."""

import asyncio
import functools
import inspect
import sys
import threading

import anyio
import anyio.lowlevel
import pytest
import stamina
from dependency_injector import containers

from dagwire import (
    ConfigurableResource,
    ConfigurableResourceFactory,
    ResourceDefinition,
    ResourceProvider,
    abuild_resources,
    asset,
    build_resources,
    check_health,
    materialize,
    resource,
)
from dagwire.errors import MissingExtraError, ResourceSetupError, ResourceTeardownError, RetryPolicyError


@pytest.fixture
def log():
    """The log of events, in order."""
    return []


@pytest.fixture
def logged(log):
    """Make a resource that logs its opening and the exception that it sees when it is closed."""

    def make(name, closes_with=None):
        @resource
        def it():
            log.append(f"open {name}")
            try:
                yield name
            except BaseException as error:
                log.append(f"close {name} after {type(error).__name__}")
                raise
            else:
                log.append(f"close {name}")
                if closes_with:
                    raise closes_with

        return it

    return make


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, GeneratorExit, ValueError])
def test_whatever_ends_the_block_closes_everything(log, logged, interrupt):
    """An interrupt closes all, in reverse, reaches every resource, and goes on as it is."""
    with pytest.raises(interrupt), build_resources({"a": logged("a"), "b": logged("b")}):
        raise interrupt
    name = interrupt.__name__
    assert log == ["open a", "open b", f"close b after {name}", f"close a after {name}"]


def test_an_interrupt_while_opening_closes_what_is_open(log, logged):
    """An interrupt in the midst of opening closes what was opened before, and goes on as it is."""

    @resource
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), build_resources({"a": logged("a"), "b": interrupted}):
        log.append("body")
    assert log == ["open a", "close a after KeyboardInterrupt"]


def test_an_interrupt_while_closing_closes_the_rest(log, logged):
    """An interrupt in the midst of closing does not keep the others open."""
    resources = {"a": logged("a"), "b": logged("b", closes_with=KeyboardInterrupt()), "c": logged("c")}
    with pytest.raises(KeyboardInterrupt), build_resources(resources):
        pass
    assert log[3:] == ["close c", "close b", "close a"]


def test_failures_of_closes_are_grouped(logged):
    """Every failing close is reported, by name; the body's exception comes first."""

    def closing_badly(name):
        @resource
        def it():
            try:
                yield name
            finally:
                raise OSError(name)

        return it

    resources = {"a": closing_badly("a"), "b": logged("b"), "c": closing_badly("c")}
    with pytest.raises(ExceptionGroup) as caught, build_resources(resources):
        raise ValueError("the body")
    body, *closing = caught.value.exceptions
    assert isinstance(body, ValueError)
    assert [(type(error), error.key) for error in closing] == [
        (ResourceTeardownError, "c"),
        (ResourceTeardownError, "a"),
    ]
    with pytest.raises(ExceptionGroup) as caught, build_resources(resources):
        pass
    assert [error.key for error in caught.value.exceptions] == ["c", "a"]


def test_one_failing_close_is_raised_as_itself(logged):
    """After a body that did not fail, a single failing close needs no group; its cause is chained."""
    with (
        pytest.raises(ResourceTeardownError, match="'a'") as caught,
        build_resources({"a": logged("a", OSError("full"))}),
    ):
        pass
    assert isinstance(caught.value.__cause__, OSError)


def test_a_resource_cannot_hide_the_exception(log):
    """A resource that swallows the body's exception rolls back, and the exception goes on."""

    @resource
    def swallowing():
        try:
            yield 1
        except ValueError:
            log.append("roll back")

    with pytest.raises(ValueError, match="the body"), build_resources({"a": swallowing}):
        raise ValueError("the body")
    assert log == ["roll back"]


def test_a_failing_open_names_resource_and_askers(logged):
    """The message names the resource that could not be opened and the users of anything that depends on it."""

    @resource
    def broken():
        raise ConnectionError("no route")

    @resource(required_resource_keys={"broken"})
    def on_top(context):
        return context.resources.broken

    @asset(required_resource_keys={"on_top"})
    def trips(context):
        pass

    with pytest.raises(ResourceSetupError) as caught:
        materialize([trips], resources={"broken": broken, "on_top": on_top})
    assert caught.value.key == "broken"
    assert "asset 'trips'" in caught.value.askers


# -- asynchronous ------------------------------------------------------------------------------------------------------


@pytest.fixture
def in_task(log):
    """An asynchronous resource that logs in which task it was opened and closed."""

    @resource
    async def it():
        log.append(asyncio.current_task())
        await asyncio.sleep(0)
        try:
            yield "open"
        finally:
            await asyncio.sleep(0)
            log.append(asyncio.current_task())

    return it


def test_opened_and_closed_in_the_caller_s_task(log, in_task):
    """Asynchronous resources open and close in the task that runs the block, so cancel scopes and task groups work."""

    @resource
    async def group():
        async with anyio.create_task_group() as tasks:
            yield tasks

    async def main():
        async with abuild_resources({"it": in_task, "group": group}) as resources:
            resources.group.start_soon(anyio.sleep, 0)
        return asyncio.current_task()

    task = asyncio.run(main())
    assert log == [task, task]


def test_cancellation_closes_everything(log, in_task, logged):
    """A cancelled task closes what it opened, asynchronous closes included, and is cancelled."""

    async def block(is_open):
        async with abuild_resources({"a": logged("a"), "it": in_task}):
            is_open.set()
            await asyncio.Event().wait()

    async def main():
        is_open = asyncio.Event()
        task = asyncio.create_task(block(is_open))
        await is_open.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert log[0] == "open a"
    assert log[-1] == "close a after CancelledError"
    assert len(log) == 4


def test_a_cancelled_scope_of_anyio_closes_everything(log, logged):
    """A cancel scope of anyio cancels every await anew; a close that awaits shields itself, and all are run."""

    @resource
    async def awaiting():
        try:
            yield "open"
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.lowlevel.checkpoint()
            log.append("close awaiting")

    async def main():
        with anyio.CancelScope() as scope:
            async with abuild_resources({"a": logged("a"), "awaiting": awaiting}):
                scope.cancel()
                await anyio.sleep_forever()

    asyncio.run(main())
    assert log == ["open a", "close awaiting", "close a after CancelledError"]


def test_asynchronous_resources_in_synchronous_code(log, in_task):
    """`build_resources` opens an asynchronous resource in one task of a loop of its own."""
    with build_resources({"it": in_task}) as resources:
        assert resources.it == "open"
        assert len(log) == 1
    assert log[0] is log[1]


def test_the_body_s_exception_reaches_an_asynchronous_resource(log):
    """In a loop of the caller's and in one of the scope's own."""

    @resource
    async def it():
        try:
            yield 1
        except ValueError:
            log.append("roll back")
            raise

    async def main():
        async with abuild_resources({"it": it}):
            raise ValueError

    with pytest.raises(ValueError), build_resources({"it": it}):  # noqa: PT011  # our own, without words
        raise ValueError
    with pytest.raises(ValueError):  # noqa: PT011  # our own, without words
        asyncio.run(main())
    assert log == ["roll back", "roll back"]


def test_a_manager_that_raises_the_body_s_exception_has_not_failed():
    """A context manager whose `__exit__` raises the body's exception again adds no failure of its own."""
    error = ValueError()

    class Raising:
        def __enter__(self):
            return self

        def __exit__(self, kind, failure, traceback):
            raise failure

    @resource
    @functools.wraps(generating)
    def raising():
        return Raising()

    with pytest.raises(ValueError) as caught, build_resources({"it": raising}):  # noqa: PT011  # our own, without words
        raise error
    assert caught.value is error


def generating():
    """Stand for the function that a decorator of the user's makes a context manager of."""
    yield


def test_without_anyio(in_task, monkeypatch):
    """If anyio is not installed, the error names the extra to install."""
    monkeypatch.setitem(sys.modules, "anyio.from_thread", None)
    with pytest.raises(MissingExtraError, match=r"dagwire\[async\]"), build_resources({"it": in_task}):
        pass


def test_a_coroutine_without_anyio(monkeypatch):
    """A coroutine that cannot be awaited without anyio is closed: no warning is left behind."""

    async def made():
        """Nothing runs this."""

    awaitable = made()
    monkeypatch.setitem(sys.modules, "anyio.from_thread", None)
    with (
        pytest.raises(MissingExtraError, match=r"dagwire\[async\]"),
        build_resources({"it": ResourceDefinition(lambda: awaitable)}),
    ):
        pytest.fail("it opened")
    assert inspect.getcoroutinestate(awaitable) == inspect.CORO_CLOSED


def test_a_future_without_anyio(monkeypatch):
    """An awaitable that is not a coroutine leaves nothing to close."""

    class Ready:
        def __await__(self):
            yield

    monkeypatch.setitem(sys.modules, "anyio.from_thread", None)
    with pytest.raises(MissingExtraError), build_resources({"it": ResourceDefinition(Ready)}):
        pytest.fail("it opened")


# -- patience ----------------------------------------------------------------------------------------------------------


def _retrying(policy, **how):
    return policy(attempts=5, wait_initial=0, wait_max=0, wait_jitter=0, **how).on(ConnectionError)


@pytest.fixture(autouse=True)
def _no_waiting():
    """Retries of stamina follow at once."""
    with stamina.set_testing(True, attempts=5):
        yield


def test_retry():
    """A resource is tried again by its policy; a resource nested in it that is open already is not opened anew."""
    log = []

    class Nested(ConfigurableResource):
        def setup_for_execution(self, context):
            log.append("nested")

    class Flaky(ConfigurableResource):
        nested: Nested

        def setup_for_execution(self, context):
            log.append("try")
            if log.count("try") < 3:
                raise ConnectionError

    provider = ResourceProvider(Flaky(nested=Nested())).set_life_cycle(retry=_retrying(stamina.RetryingCaller))
    with build_resources({"flaky": provider}):
        assert log == ["nested", "try", "try", "try"]


def test_retry_gives_up():
    """The last failure is the cause, where every try failed."""

    @resource
    def never():
        raise ConnectionError("no route")

    provider = ResourceProvider(never).set_life_cycle(retry=_retrying(stamina.RetryingCaller))
    with pytest.raises(ResourceSetupError, match="no route"), build_resources({"never": provider}):
        pass


def test_retry_of_an_asynchronous_resource():
    """An asynchronous policy waits for the resource."""
    tries = []

    @resource
    async def flaky():
        await asyncio.sleep(0)
        tries.append("try")
        if len(tries) < 3:
            raise ConnectionError
        yield "open"

    provider = ResourceProvider(flaky).set_life_cycle(retry=_retrying(stamina.AsyncRetryingCaller))

    async def main():
        async with abuild_resources({"flaky": provider}) as resources:
            assert resources.flaky == "open"

    asyncio.run(main())
    assert len(tries) == 3


def test_a_policy_that_does_not_fit_is_refused(in_task):
    """A policy for coroutines is refused without a loop, and one for functions if the resource waits."""
    for_coroutines = ResourceProvider(in_task).set_life_cycle(retry=_retrying(stamina.AsyncRetryingCaller))
    for_functions = ResourceProvider(in_task).set_life_cycle(retry=_retrying(stamina.RetryingCaller))

    async def main():
        async with abuild_resources({"it": for_functions}):
            pass

    with pytest.raises(RetryPolicyError, match="for functions"), build_resources({"it": for_coroutines}):
        pass
    with pytest.raises(RetryPolicyError, match="for coroutines"):
        asyncio.run(main())


@pytest.fixture
def stuck():
    """An event that ends what is stuck, at the latest when the test does."""
    released = threading.Event()
    yield released
    released.set()


def test_an_open_that_takes_too_long(stuck):
    """An open that takes too long fails, naming the resource; if it completes later, it is closed at once."""
    closed = threading.Event()

    @resource
    def slow():
        stuck.wait()
        yield "open"
        closed.set()

    provider = ResourceProvider(slow).set_life_cycle(timeout_s=0.01)
    with pytest.raises(ResourceSetupError, match="not done after") as caught, build_resources({"slow": provider}):
        pass
    assert isinstance(caught.value.__cause__, TimeoutError)
    stuck.set()
    assert closed.wait(10)


def test_a_function_that_takes_too_long(stuck):
    """So does a plain function, which leaves nothing to close, and a factory's `create_resource`."""

    class Slow(ConfigurableResourceFactory[str]):
        def create_resource(self, context):
            stuck.wait()
            return "made"

    for source in (ResourceDefinition(stuck.wait), Slow()):
        provider = ResourceProvider(source).set_life_cycle(timeout_s=0.01)
        with pytest.raises(ResourceSetupError, match="not done after"), build_resources({"slow": provider}):
            pass


def test_a_coroutine_that_comes_too_late_is_closed(stuck):
    """A function with a timeout may return a coroutine after all; it is closed, and no warning is left behind."""

    async def late():
        """Nothing runs this."""

    returned = late()

    def slow():
        stuck.wait()
        return returned

    threads_before = set(threading.enumerate())
    provider = ResourceProvider(ResourceDefinition(slow)).set_life_cycle(timeout_s=0.01)
    with pytest.raises(ResourceSetupError, match="not done after"), build_resources({"slow": provider}):
        pass
    stuck.set()
    for thread in set(threading.enumerate()) - threads_before:
        thread.join(10)
    assert inspect.getcoroutinestate(returned) == inspect.CORO_CLOSED


def test_a_close_that_takes_too_long(stuck):
    """A close that takes too long is reported, and the others are closed."""

    @resource
    def slow():
        yield "open"
        stuck.wait()

    provider = ResourceProvider(slow).set_life_cycle(timeout_s=0.01)
    with pytest.raises(ResourceTeardownError, match="not done after"), build_resources({"slow": provider}):
        pass


def test_a_failure_that_comes_too_late_is_not_reported(stuck):
    """An open that fails after its timeout has been reported as too late; its own failure is dropped."""
    failed = threading.Event()

    def slow():
        stuck.wait()
        failed.set()
        raise ConnectionError

    threads_before = set(threading.enumerate())
    provider = ResourceProvider(ResourceDefinition(slow)).set_life_cycle(timeout_s=0.01)
    with pytest.raises(ResourceSetupError, match="not done after"), build_resources({"slow": provider}):
        pytest.fail("it opened")
    stuck.set()
    for thread in set(threading.enumerate()) - threads_before:
        thread.join(10)
    assert failed.is_set()


def test_a_timeout_of_the_resource_s_own():
    """A TimeoutError that the resource raises itself is its failure, before its time is up."""

    def impatient():
        raise TimeoutError("the server did not answer")

    provider = ResourceProvider(ResourceDefinition(impatient)).set_life_cycle(timeout_s=60)
    with pytest.raises(ResourceSetupError, match="the server did not answer"), build_resources({"it": provider}):
        pytest.fail("it opened")


def test_an_asynchronous_close_within_its_time(log):
    """An asynchronous resource with a timeout is closed, in a loop and in synchronous code."""

    @resource
    async def quick():
        yield "open"
        log.append("closed")

    container = containers.DynamicContainer()
    container.quick = ResourceProvider(quick).set_life_cycle(timeout_s=60)

    async def main():
        async with abuild_resources(container):
            log.append("in a loop")

    asyncio.run(main())
    with build_resources(container):
        log.append("without")
    assert log == ["in a loop", "closed", "without", "closed"]


def test_an_asynchronous_open_that_takes_too_long():
    """In a loop it is cancelled; in synchronous code, too."""

    @resource
    async def slow():
        await asyncio.Event().wait()
        yield "open"

    container = containers.DynamicContainer()
    container.slow = ResourceProvider(slow).set_life_cycle(timeout_s=0.01)

    async def main():
        async with abuild_resources(container):
            pass

    with pytest.raises(ResourceSetupError, match="TimeoutError"):
        asyncio.run(main())
    with pytest.raises(ResourceSetupError, match="TimeoutError"), build_resources(container):
        pass


# -- health ------------------------------------------------------------------------------------------------------------


def test_check_health(stuck, log, logged):
    """Resources are checked side by side; one that fails, or takes too long, is reported by its key."""

    class Asked(ConfigurableResource):
        error: str = ""

        def check_health(self):
            if self.error:
                raise ConnectionError(self.error)

        def teardown_after_execution(self, context):
            log.append("close")

    class Asynchronous(ConfigurableResource):
        async def check_health(self):
            await asyncio.sleep(0)
            raise OSError("asynchronous")

    class Stuck(ConfigurableResource):
        def check_health(self):
            stuck.wait()

    @resource
    def broken():
        raise ConnectionError("no route")

    resources = {
        "good": Asked(),
        "bad": Asked(error="down"),
        "asynchronous": Asynchronous(),
        "stuck": Stuck(),
        "broken": broken,
        "plain": 42,
    }
    health = check_health(resources, timeout_s=1)
    assert {key: type(one.error).__name__ for key, one in health.items() if not one.is_ok} == {
        "bad": "ConnectionError",
        "asynchronous": "OSError",
        "stuck": "TimeoutError",
        "broken": "ResourceSetupError",
    }
    assert log == ["close", "close"]
    assert all(one.duration_s < 10 for one in health.values())
