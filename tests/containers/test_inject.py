"""`inject` gives functions what the current scope has open, with its overrides."""

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from inspect import signature
from typing import Annotated

import pytest
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide
from dependency_injector.wiring import inject as inject_by_wiring

from dagwire import (
    ResourceParam,
    ResourceProvider,
    abuild_resources,
    asset,
    build_resources,
    inject,
    materialize,
    override,
    process_scope,
)
from dagwire.containers.unseen_overrides import OverrideNotSeenWarning
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, ResourceNotOpenError, ResourceSetupError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def connected():
    log.append("open")
    yield "db"
    log.append("close")


def served(address):
    log.append("serve")
    yield address
    log.append("stop")


class Gateways(containers.DeclarativeContainer):
    s3 = providers.Object("s3")


class Application(containers.DeclarativeContainer):
    gateways = providers.Container(Gateways)
    db = ResourceProvider(connected)
    mailer = providers.Factory(list, providers.Object("real"))
    number = providers.Object(1)
    address = providers.Singleton(list, "a")
    server = ResourceProvider(served, address)


@inject
def used(word: str, db: ResourceParam[str], store: Annotated[str, Provide["gateways.s3"]]) -> tuple[str, str, str]:
    return word, db, store


def test_from_the_current_scope():
    """A parameter is given the value under its name, or under the key that `Provide` names."""
    with build_resources(Application(), required_resource_keys=["db"]):
        assert used("hi") == ("hi", "db", "s3")
        assert used("hi", store="mine") == ("hi", "db", "mine")
        assert used("hi", "passed") == ("hi", "passed", "s3")
    assert log == ["open", "close"]


def test_what_is_not_open_is_opened():
    """A resource that is not open yet is opened for the first call that needs it, and closed with the scope."""
    with build_resources(Application(), required_resource_keys=[]):
        assert log == []
        used("hi")
        used("hi")
        assert log == ["open"]
    assert log == ["open", "close"]


def test_overrides_are_seen():
    """An override holds for injected functions, inside a run's body as everywhere."""
    application = Application()

    @asset
    def report(db: ResourceParam[str]):
        return [db, used("in a run")[1]]

    with override(application, db="fake"):
        assert materialize([report], resources=application).asset_value("report") == ["fake", "fake"]


def test_outside_any_scope():
    """A call outside any scope opens what it needs for itself alone, of the container that is named."""
    application = Application()

    @inject(resources=application)
    def alone(db: ResourceParam[str]):
        log.append("call")
        return db

    with override(application, {"gateways.s3": "fake"}):
        assert alone() == "db"
    assert log == ["open", "call", "close"]
    with pytest.raises(InvalidInvocationError, match=r"used needs 'db', 'gateways.s3' outside any scope"):
        used("hi")


def test_a_provider_names_its_class():
    """`Provide[Application.gateways.s3]` is the key of that provider, and outside any scope its class is used."""

    @inject
    def typed(store: Annotated[str, Provide[Application.gateways.s3]], db: Annotated[str, Provide[Application.db]]):
        return store, db

    assert typed() == ("s3", "db")
    application = Application()
    with override(application, {"gateways.s3": "fake"}), build_resources(application):
        assert typed() == ("fake", "db")


def test_methods_coroutines_and_generators():
    """Methods, coroutine functions and generators of both kinds are injected."""

    class Service:
        @inject
        def name(self, db: ResourceParam[str]):
            return db

    @inject(resources=Application())
    async def waited(db: ResourceParam[str]):
        await asyncio.sleep(0)
        return db

    @inject(resources=Application())
    def yielded(db: ResourceParam[str]):
        yield db

    @inject(resources=Application())
    async def streamed(db: ResourceParam[str]):
        yield db

    async def main():
        found = [await waited(), *[item async for item in streamed()]]
        async with abuild_resources({"db": "scope"}):
            return [*found, await waited(), *[item async for item in streamed()]]

    with build_resources({"db": "scope"}):
        assert Service().name() == "scope"
        assert list(yielded()) == ["scope"]
    assert list(yielded()) == ["db"]
    assert asyncio.run(main()) == ["db", "db", "scope", "scope"]


def test_a_provider_of_a_class_with_two_bases():
    """A provider has its key in a class whose two bases have one base themselves, as anywhere."""

    class Left(Gateways): ...

    class Right(Gateways): ...

    class Both(Left, Right):
        here = providers.Object("here")

    @inject
    def typed(here: Annotated[str, Provide[Both.here]]):
        return here

    assert typed() == "here"


def test_what_cannot_be_injected():
    """A function that asks for nothing, and a provider without a key, are refused where they are written."""
    with pytest.raises(InvalidDefinitionError, match=r"No parameter of .*nothing asks for a resource"):

        @inject
        def nothing(word: str): ...

    with pytest.raises(InvalidDefinitionError, match="by a Provide without a key"):

        @inject
        def unnamed(db: Annotated[str, Provide[providers.Object(1)]]): ...


def test_the_signature_shows_what_is_left_to_pass():
    """`inspect.signature` has no injected parameters, so that a framework which reads it asks nobody for them."""
    assert [*signature(used).parameters] == ["word"]
    assert signature(used).return_annotation == tuple[str, str, str]
    with build_resources(Application()):
        assert used(word="hi", db="mine") == ("hi", "mine", "s3")


# -- in a process scope ------------------------------------------------------------------------------------------------


class Lasting(containers.DeclarativeContainer):
    pool = ResourceProvider(lambda: ["pool"]).set_lifetime("process")
    session = ResourceProvider(connected)


@inject
def with_session(
    pool: Annotated[list, Provide[Lasting.pool]], session: Annotated[str, Provide[Lasting.session]]
) -> list:
    log.append("call")
    return pool


@inject
def with_pool(pool: Annotated[list, Provide[Lasting.pool]]) -> list:
    return pool


def test_a_process_scope_keeps_nothing_of_a_run():
    """In a process scope alone, a call opens for itself what lives for a run, and joins what lives for the process."""
    application = Lasting()
    with process_scope(application):
        assert with_session() is with_session() is with_pool()
        assert log == ["open", "call", "close"] * 2
        with build_resources(application, required_resource_keys=[]):
            with_session()
            assert log[6:] == ["open", "call"]


def test_a_process_scope_in_another_thread():
    """A thread that has no scope of its own joins the process scope of an instance of the class that is named."""
    with process_scope(Lasting()), ThreadPoolExecutor(1) as threads:
        pool = with_pool()
        assert threads.submit(with_pool).result() is pool
        with process_scope(Lasting()):
            assert threads.submit(with_pool).result() is not pool  # two could be meant


# -- by many at once ---------------------------------------------------------------------------------------------------


class Slow(containers.DeclarativeContainer):
    @staticmethod
    async def _connected():
        log.append("open")
        await asyncio.sleep(0)
        yield object()

    connection = ResourceProvider(_connected)
    made = providers.List(connection)


@inject
async def slowly(
    connection: Annotated[object, Provide[Slow.connection]], made: Annotated[list, Provide[Slow.made]]
) -> tuple[object, list]:
    return connection, made


@inject
def at_once(connection: Annotated[object, Provide[Slow.connection]]) -> object:
    return connection


def test_tasks_of_one_scope_open_once():
    """Tasks of one scope that ask at once for what is not open wait for the one that opens it."""

    async def main():
        async with abuild_resources(Slow(), required_resource_keys=[]):
            return await asyncio.gather(*(slowly() for _ in range(1_000)))

    found = asyncio.run(main())
    assert log == ["open"]
    assert len({(id(connection), id(made)) for connection, made in found}) == 1


def test_a_failed_opening_fails_those_who_waited():
    """Each task that asks tries for itself what another one failed to open."""
    tried = []

    async def failing():
        tried.append(1)
        await asyncio.sleep(0)
        raise ConnectionError

    application = containers.DynamicContainer()
    application.connection = ResourceProvider(failing)

    @inject
    async def ask(connection: ResourceParam[object]): ...

    async def main():
        async with abuild_resources(application, required_resource_keys=[]):
            return await asyncio.gather(ask(), ask(), return_exceptions=True)

    assert [type(one) for one in asyncio.run(main())] == [ResourceSetupError] * 2
    assert len(tried) == 2


def test_threads_of_an_event_loop():
    """Synchronous functions in threads that an event loop started get what is asynchronous, opened in the loop."""

    async def main():
        async with abuild_resources(Slow(), required_resource_keys=[]):
            return await asyncio.gather(*(asyncio.to_thread(at_once) for _ in range(32)))

    assert len({id(one) for one in asyncio.run(main())}) == 1
    assert log == ["open"]


def test_synchronous_code_in_an_event_loop():
    """Synchronous code of the loop's own thread cannot wait for an asynchronous resource; the message names it."""

    async def main():
        async with abuild_resources(Slow(), required_resource_keys=[]):
            at_once()

    with pytest.raises(InvalidInvocationError, match="cannot open 'connection' for synchronous code in an event loop"):
        asyncio.run(main())


# -- dependency-injector's own -----------------------------------------------------------------------------------------


@inject_by_wiring
def wired(db: str = Provide[Application.db]) -> str:
    return db


@inject_by_wiring
def sent_by(mailer: list = Provide[Application.mailer]) -> list:
    return mailer


@inject_by_wiring
def called_by_wiring(server: list = Provide[Application.server]) -> list:
    return server


@pytest.fixture
def wired_application():
    application = Application()
    application.wire(modules=[__name__])
    yield application
    application.unwire()


def test_a_wired_function_gets_the_open_resource(wired_application):
    """Inside an open scope dependency-injector's @inject gets the resource that the scope opened."""
    with build_resources(wired_application, required_resource_keys=["db"]) as resources:
        assert wired() is resources.db
    with pytest.raises(ResourceNotOpenError):
        wired()


def test_a_wired_function_sees_the_override_of_a_resource(wired_application):
    """Inside a scope dependency-injector's @inject gets the fake of a resource, so nobody is warned."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with override(wired_application, db="fake"), build_resources(wired_application, required_resource_keys=[]):
            assert wired() == "fake"
    assert log == []


def test_a_wired_function_opens_what_is_not_open(wired_application):
    """A resource that is not open yet is opened for dependency-injector's @inject, and closed with the scope."""
    with build_resources(wired_application, required_resource_keys=[]):
        assert wired() == wired() == "db"
        assert log == ["open"]
    assert log == ["open", "close"]
    with build_resources(Gateways()), pytest.raises(ResourceNotOpenError):
        wired()


def test_a_wired_function_in_a_process_scope(wired_application):
    """A process scope alone opens nothing of a run for dependency-injector's @inject."""
    with process_scope(wired_application), pytest.raises(ResourceNotOpenError):
        wired()


class TestIsolated:
    @pytest.fixture
    def dagwire_container(self, wired_application):
        return wired_application

    def test_a_wired_function(self, wired_application, dagwire_test):
        """A test that works on a copy of the container has dependency-injector's @inject get the copy's resource."""
        with build_resources(wired_application, required_resource_keys=["server"]) as opened:
            assert called_by_wiring() is opened.server
        assert log == ["serve", "stop"]


def test_a_wired_function_that_does_not_see_an_override_is_named(wired_application):
    """An override that dependency-injector's @inject cannot see warns once for each function; others warn nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with override(wired_application, number=2):
            pass
    with (
        pytest.warns(OverrideNotSeenWarning, match=r"test_inject\.sent_by does not see the override of 'mailer'"),
        override(wired_application, mailer="fake"),
    ):
        assert sent_by() == ["r", "e", "a", "l"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with override(wired_application, mailer="fake"):
            pass
