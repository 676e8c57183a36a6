"""A process-lived resource is opened once for all runs inside its scope, and for each run outside any."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest
from dependency_injector import containers, providers

from dagwire import (
    ConfigurableResource,
    Definitions,
    ResourceParam,
    ResourceProvider,
    abuild_resources,
    asset,
    build_resources,
    current_scope,
    materialize,
    override,
    process_scope,
)
from dagwire.containers.current_scope import forget_process_scopes, process_scope_of
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, LifetimeError, ResourceSetupError


class Pool(ConfigurableResource):
    """A pool whose life is written down."""

    dsn: str = "real"
    _log: list = []

    def setup_for_execution(self, context):
        log.append(f"open {self.dsn}")

    def teardown_after_execution(self, context):
        log.append(f"close {self.dsn}")


log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def session(pool):
    log.append("begin")
    yield [pool]
    log.append("end")


async def connection():
    await asyncio.sleep(0)
    log.append("connect")
    yield "connection"
    log.append("disconnect")


class Application(containers.DeclarativeContainer):
    dsn = providers.Object("real")
    pool = ResourceProvider(Pool, dsn=dsn).set_lifetime("process")
    cache = providers.Singleton(dict, pool=pool)
    session = ResourceProvider(session, pool)
    described = providers.Factory(dict, cache=cache, session=session)
    connection = ResourceProvider(connection).set_lifetime("process")


@pytest.fixture
def application():
    return Application()


def test_a_process_scope_is_joined(application):
    """Two runs inside share what lives for the process; a run's own is opened and closed by each."""
    with process_scope(application):
        assert log == []
        with build_resources(application, required_resource_keys=["described"]) as first:
            pass
        with build_resources(application, required_resource_keys=["described", "pool"]) as second:
            assert second.pool is first.described["session"][0]
            assert second.described["cache"] is first.described["cache"]
        assert log == ["open real", "begin", "end", "begin", "end"]
    assert log[-1] == "close real"


def test_without_a_process_scope_a_run_opens_its_own(application):
    """Tests and scripts need no process scope."""
    for _ in range(2):
        with build_resources(application, required_resource_keys=["pool"]):
            pass
    assert log == ["open real", "close real"] * 2


def test_eager(application):
    """All process-lived resources may be opened when the scope begins."""
    with process_scope(application, eager=True):
        assert log == ["open real", "connect"]
    assert log == ["open real", "connect", "disconnect", "close real"]


def test_eager_and_one_fails(application):
    """If one cannot be opened when the scope begins, those before it are closed, and the scope has not begun."""
    application.unreachable = ResourceProvider(lambda pool: 1 / 0, application.pool).set_lifetime("process")

    async def main():
        async with process_scope(application, eager=True):
            pass

    with pytest.raises(ResourceSetupError, match="'unreachable'"):
        process_scope(application, eager=True).__enter__()
    with pytest.raises(ResourceSetupError, match="'unreachable'"):
        asyncio.run(main())
    assert log.count("open real") == log.count("close real") == 2
    assert current_scope() is None


def test_a_run_with_an_override_has_its_own(application):
    """An override below a process-lived resource gives the run a copy of what depends on it, and leaves the others."""
    with process_scope(application):
        with build_resources(application, required_resource_keys=["pool", "cache"]) as shared:
            pass
        with override(application, dsn="fake"):
            with build_resources(application, required_resource_keys=["pool", "cache"]) as resources:
                assert resources.pool.dsn == "fake"
                assert resources.cache["pool"] is resources.pool
            assert log == ["open real", "open fake", "close fake"]
        with build_resources(application, required_resource_keys=["pool", "cache"]) as again:
            assert (again.pool, again.cache) == (shared.pool, shared.cache)


def test_a_run_with_config_has_its_own(application):
    """Config that a run gives a process-lived resource reaches no other run."""
    with (
        process_scope(application),
        build_resources(
            application, resource_config={"pool": {"config": {"dsn": "late"}}}, required_resource_keys=["pool"]
        ) as resources,
        build_resources(application, required_resource_keys=["pool"]) as others,
    ):
        assert (resources.pool.dsn, others.pool.dsn) == ("late", "real")


def test_an_override_around_the_process_scope_is_shared(application):
    """Runs under the very override that the process scope was opened with use what it has."""
    with override(application, dsn="fake"), process_scope(application):
        for _ in range(2):
            with build_resources(application, required_resource_keys=["pool"]):
                pass
        assert log == ["open fake"]


def test_materialize_joins(application):
    """Runs of definitions join as `build_resources` does, in the threads of an executor, too."""

    @asset
    def one(pool: ResourceParam[Pool]):
        return id(pool)

    @asset
    def two(pool: ResourceParam[Pool]):
        return id(pool)

    with process_scope(Definitions(resources=application)), ThreadPoolExecutor(2) as executor:
        first = materialize([one, two], resources=application, executor=executor)
        second = materialize([one, two], resources=application)
    ids = {result.asset_value(name) for result in (first, second) for name in ("one", "two")}
    assert len(ids) == 1
    assert log == ["open real", "close real"]


def test_threads_open_once(application):
    """Runs in many threads that ask at once get one object, opened once."""
    ready = threading.Barrier(8)

    def run(_):
        ready.wait()
        with build_resources(application, required_resource_keys=["pool", "cache"]) as resources:
            return id(resources.pool), id(resources.cache)

    with process_scope(application), ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(run, range(8)))) == 1
    assert log == ["open real", "close real"]


def test_tasks_open_once(application):
    """Tasks that ask at once for an asynchronous resource wait for the one that opens it."""

    async def run():
        async with abuild_resources(application, required_resource_keys=["connection", "pool"]) as resources:
            return resources.connection, id(resources.pool)

    async def main():
        async with process_scope(application):
            found = await asyncio.gather(*(run() for _ in range(8)))
            assert len(set(found)) == 1
            assert log.count("connect") == 1

    asyncio.run(main())
    assert sorted(log[-2:]) == ["close real", "disconnect"]


def test_threads_beside_an_event_loop(application):
    """Runs in threads beside the event loop of the process scope share what is synchronous and what is not."""

    def run():
        with build_resources(application, required_resource_keys=["pool", "connection"]) as resources:
            return id(resources.pool), id(resources.connection)

    async def main():
        async with process_scope(application):
            return await asyncio.gather(*(asyncio.to_thread(run) for _ in range(8)))

    assert len(set(asyncio.run(main()))) == 1
    assert sorted(log) == ["close real", "connect", "disconnect", "open real"]


def test_a_failed_opening_is_tried_again(application):
    """A process-lived resource that could not be opened fails that run alone; the next one tries again."""
    attempts = []

    def unsteady():
        attempts.append(1)
        if len(attempts) == 1:
            raise ConnectionError
        return "open"

    application.unsteady = ResourceProvider(unsteady).set_lifetime("process")
    with process_scope(application):
        with pytest.raises(ResourceSetupError, match="unsteady"):
            build_resources(application, required_resource_keys=["unsteady"]).__enter__()
        with build_resources(application, required_resource_keys=["unsteady"]) as resources:
            assert resources.unsteady == "open"


def test_longer_on_shorter_is_refused(application):
    """A process-lived resource on one of a run is refused before anything opens, with the path drawn."""
    application.hidden = providers.Factory(list, application.session)
    application.index = ResourceProvider(lambda hidden: hidden, application.hidden).set_lifetime("process")
    with pytest.raises(LifetimeError, match="index -> hidden -> session") as caught:
        build_resources(application, required_resource_keys=["index"]).__enter__()
    assert caught.value.path == ("index", "hidden", "session")
    assert log == []


def test_one_process_scope_a_container(application):
    """A second process scope of one container is refused: runs would not know which to join."""
    with process_scope(application):
        with pytest.raises(InvalidInvocationError, match="is open for this container already"):
            process_scope(application).__enter__()
        with process_scope(Application()):
            pass
    with process_scope(application):
        pass


def test_a_fork_joins_no_process_scope(application):
    """A process that is forked may open a process scope of its own, and uses nothing of the one that it came from."""
    with process_scope(application, eager=True):
        log.clear()
        child = os.fork()
        if child == 0:  # what it finds is its exit code
            with build_resources(application, required_resource_keys=["pool"]):
                os._exit(len(log) + 10 * (process_scope_of(application) is not None or current_scope() is None))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
        assert process_scope_of(application) is not None


def test_what_a_fork_forgets(application):
    """A forked process forgets its process scopes alone; a scope of a run that it is in stays the current one."""
    with process_scope(application) as process, build_resources({"answer": 42}):
        forget_process_scopes()
        assert process_scope_of(application) is None
        assert current_scope().get("answer") == 42
    assert current_scope() is None
    with process:
        pass


def test_an_unknown_lifetime():
    """A lifetime that does not exist is refused where it is declared."""
    with pytest.raises(InvalidDefinitionError, match="'run' or for the 'process', not for 'request'"):
        ResourceProvider(Pool).set_lifetime("request")


def test_the_current_scope(application):
    """The innermost open scope is the current one; a key that it has not opened yet is opened, and closed with it."""
    assert current_scope() is None
    with build_resources(application, required_resource_keys=[]):
        scope = current_scope()
        assert scope.get("pool") is scope.get("pool")
        with build_resources({"pool": "inner"}):
            assert current_scope().get("pool") == "inner"
        assert current_scope() is scope
        assert log == ["open real"]
    assert current_scope() is None
    assert log == ["open real", "close real"]


def test_a_scope_that_was_closed_elsewhere(application):
    """A context that was copied inside a scope does not see it any more when it is closed."""
    with build_resources({"answer": 42}):
        inside = copy_context()
        assert inside.run(current_scope).get("answer") == 42
    assert inside.run(current_scope) is None


def test_the_current_scope_of_tasks_and_threads():
    """Tasks see the scope in which they were started; so do threads that begin with a copy of the context."""

    async def answer():
        return current_scope().get("answer")

    async def main():
        async with abuild_resources({"answer": 42}):
            return await asyncio.gather(answer(), asyncio.to_thread(lambda: current_scope().get("answer")))

    assert asyncio.run(main()) == [42, 42]
