"""`inject` gives functions what the current scope has open, with its overrides."""

import asyncio
import warnings
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
)
from dagwire.containers.unseen_overrides import OverrideNotSeenWarning
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, ResourceNotOpenError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def connected():
    log.append("open")
    yield "db"
    log.append("close")


class Gateways(containers.DeclarativeContainer):
    s3 = providers.Object("s3")


class Application(containers.DeclarativeContainer):
    gateways = providers.Container(Gateways)
    db = ResourceProvider(connected)
    mailer = providers.Factory(list, providers.Object("real"))
    number = providers.Object(1)


@inject
def used(word: str, db: ResourceParam[str], store: Annotated[str, Provide["gateways.s3"]]) -> tuple[str, str, str]:
    return word, db, store


def test_from_the_current_scope():
    """A parameter is given the value under its name, or under the key that `Provide` names."""
    with build_resources(Application()):
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


def test_what_cannot_be_injected():
    """A function that asks for nothing, and a provider without a key, are refused where they are written."""
    with pytest.raises(InvalidDefinitionError, match=r"No parameter of .*nothing asks for a resource"):

        @inject
        def nothing(word: str): ...

    with pytest.raises(InvalidDefinitionError, match="by a Provide without a key"):

        @inject
        def unnamed(db: Annotated[str, Provide[providers.Object(1)]]): ...


# -- dependency-injector's own -----------------------------------------------------------------------------------------


@inject_by_wiring
def wired(db: str = Provide[Application.db]) -> str:
    return db


@inject_by_wiring
def sent_by(mailer: list = Provide[Application.mailer]) -> list:
    return mailer


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
