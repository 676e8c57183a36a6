"""The resources of nested containers, read by their paths from what a scope has open."""

import asyncio

import pytest
from dependency_injector import containers, providers

from dagwire import (
    ResourceProvider,
    abuild_resources,
    asset,
    build_init_resource_context,
    build_resources,
    materialize,
    override,
)
from dagwire.errors import InvalidInvocationError, ResourceNotOpenError, UnknownResourceError

log: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_log():
    log.clear()


def opened(name):
    log.append(f"open {name}")
    yield name
    log.append(f"close {name}")


async def awaited(name):
    await asyncio.sleep(0)
    yield name


class Buckets(containers.DeclarativeContainer):
    raw = ResourceProvider(opened, "raw")


class Gateways(containers.DeclarativeContainer):
    s3 = ResourceProvider(opened, "s3")
    name = providers.Object("gateways")
    buckets = providers.Container(Buckets)
    queue = ResourceProvider(awaited, "queue")


class Application(containers.DeclarativeContainer):
    gateways = providers.Container(Gateways)
    db = ResourceProvider(opened, "db")


def test_both_spellings():
    """`resources.gateways.s3` and `resources["gateways.s3"]` are one open resource, opened when it is first read."""
    with build_resources(Application()) as resources:
        assert log == ["open db"]
        assert resources.gateways.s3 == resources["gateways.s3"] == "s3"
        assert resources.gateways.buckets.raw == resources["gateways.buckets.raw"] == "raw"
        assert resources["gateways"]["name"] == "gateways"
    assert log == ["open db", "open s3", "open raw", "close raw", "close s3", "close db"]


def test_an_override_of_a_path():
    """A replacement holds for a nested resource; one of the whole container is shown as it is."""
    application = Application()
    with override(application, {"gateways.s3": "fake"}), build_resources(application) as resources:
        assert resources.gateways.s3 == "fake"
    with build_resources(application, replacements={"gateways.buckets": "a fake"}) as resources:
        assert resources.gateways.buckets == "a fake"
    with build_resources(application, replacements={"gateways": "a fake"}) as resources:
        assert resources.gateways == "a fake"


def test_what_is_not_there():
    """A name that the nested container lacks is refused with the ones it has, and so is what was not read in time."""
    with build_resources(Application()) as resources:
        gateways = resources.gateways
        with pytest.raises(UnknownResourceError, match=r"gateways\.s4.*gateways\.s3"):
            _ = gateways.s4
        assert repr(gateways) == "Resources(gateways.s3, gateways.name, gateways.buckets, gateways.queue)"
    with pytest.raises(ResourceNotOpenError):
        _ = gateways.s3


def test_in_an_event_loop():
    """In an event loop a nested resource that waits is asked for by its key."""

    async def main():
        async with abuild_resources(Application()) as resources:
            with pytest.raises(InvalidInvocationError, match="Ask for it by `await`"):
                _ = resources.gateways.queue
            assert resources.gateways.s3 == "s3"
        async with abuild_resources(Application(), required_resource_keys=["gateways.queue"]) as resources:
            assert resources.gateways.queue == "queue"

    asyncio.run(main())


def test_in_an_asset_and_a_context():
    """A run's context shows a nested container as `build_resources` does, and one made by hand does, too."""

    @asset(required_resource_keys={"gateways"})
    def read(context):
        return context.resources.gateways.s3

    assert materialize([read], resources=Application()).asset_value("read") == "s3"

    class Names(containers.DeclarativeContainer):
        name = providers.Object("plain")

    class Plain(containers.DeclarativeContainer):
        names = providers.Container(Names)

    assert build_init_resource_context(resources=Plain()).resources.names.name == "plain"


def test_a_path_that_changes():
    """A scope finds a nested key anew once a name on the way to it means something else."""

    class Others(containers.DeclarativeContainer):
        name = providers.Object("others")

    application = containers.DynamicContainer()
    application.gateways = providers.Container(Gateways)

    def name():
        with build_resources(application, required_resource_keys=["gateways.name"]) as resources:
            return resources["gateways.name"]

    assert name() == name() == "gateways"
    with application.gateways.override(Others()):
        assert name() == "others"
    assert name() == "gateways"
    application.gateways.container.name = providers.Object("changed")
    assert name() == "changed"
    application.gateways = providers.Container(Others)
    assert name() == "others"
    application.providers["gateways.name"] = providers.Object("the name itself")
    assert name() == "the name itself"
