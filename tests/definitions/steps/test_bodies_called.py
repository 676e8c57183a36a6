"""Schedules and hooks called by a test: their context, their resources, and what they were given by mistake."""

import asyncio

import pytest

from dagwire import (
    ConfigurableResource,
    HookContext,
    RunRequest,
    build_hook_context,
    build_schedule_context,
    build_sensor_context,
    schedule,
    sensor,
    success_hook,
)
from dagwire.errors import InvalidInvocationError, MissingResourceError


@pytest.fixture
def log():
    """The list of events, in order."""
    return []


@pytest.fixture
def db_class(log):
    """A resource that logs when it opens and closes."""

    class Db(ConfigurableResource):
        def setup_for_execution(self, context):
            log.append("open")

        def teardown_after_execution(self, context):
            log.append("close")

    return Db


@pytest.fixture
def tick(db_class):
    """A schedule that takes a context and a resource."""

    @schedule(cron_schedule="@daily", job_name="anything")
    def tick(context, db: db_class):
        return RunRequest()

    return tick


def test_a_resource_by_keyword_is_open_for_the_call(tick, db_class, log):
    """A resource that is passed by keyword is closed after the call."""
    assert isinstance(tick(build_schedule_context(), db=db_class()), RunRequest)
    assert log == ["open", "close"]


def test_a_resource_is_given_once(tick, db_class):
    """A resource by keyword and in the context is refused, and so is one that is nowhere."""
    with (
        build_schedule_context(resources={"db": db_class()}) as context,
        pytest.raises(InvalidInvocationError, match="'db' by keyword and in its context"),
    ):
        tick(context, db=db_class())
    with pytest.raises(MissingResourceError, match="db"):
        tick(build_schedule_context())


def test_a_context_comes_first(tick, db_class):
    """Anything else in the context's place is refused by its type; too many arguments are counted."""
    with pytest.raises(InvalidInvocationError, match="int was passed"):
        tick(3, db=db_class())
    with pytest.raises(InvalidInvocationError, match="takes 1 arguments; 2 were given"):
        tick(build_schedule_context(), db_class(), 2)
    with pytest.raises(InvalidInvocationError, match="'db' twice"):
        tick(build_schedule_context(), db_class(), db=db_class())


def test_a_generator_has_its_resource_open_until_it_ends(db_class, log):
    """A sensor that yields keeps a resource by keyword open meanwhile."""

    @sensor(job_name="anything")
    def asks(context, db: db_class):
        log.append("ask")
        yield RunRequest()

    with build_sensor_context() as context:
        assert len(list(asks(context, db=db_class()))) == 1
    assert log == ["open", "ask", "close"]


def test_a_coroutine_has_its_resource_open_until_it_ends(db_class, log):
    """A hook that is a coroutine function keeps a resource by keyword open while it is awaited."""

    @success_hook
    async def tell(context: HookContext, db: db_class):
        await asyncio.sleep(0)
        log.append("told")

    asyncio.run(tell(build_hook_context(), db=db_class()))
    assert log == ["open", "told", "close"]
