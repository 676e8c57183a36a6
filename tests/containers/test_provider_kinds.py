"""Every kind of provider is a resource, and a dependency of one."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from contextvars import copy_context

import pytest
from dependency_injector import containers, providers
from dependency_injector import resources as injector_resources
from pydantic_settings import BaseSettings

from dagwire import (
    ConfigurableResource,
    ConfigurableResourceFactory,
    ResourceProvider,
    SettingsProvider,
    abuild_resources,
    build_init_resource_context,
    build_resources,
    override,
)
from dagwire.errors import InvalidDefinitionError, InvalidInvocationError, ResourceNotOpenError


def opened():
    """A resource to depend on: a list that shows whether it is open."""
    state = ["open"]
    yield state
    state.append("closed")


def joined(*args, **kwargs):
    return [*args, *kwargs.values()]


KINDS = {
    "Object": lambda below: providers.Object("value"),
    "Factory": lambda below: providers.Factory(joined, below),
    "Callable": lambda below: providers.Callable(joined, below),
    "Singleton": lambda below: providers.Singleton(joined, below),
    "ThreadSafeSingleton": lambda below: providers.ThreadSafeSingleton(joined, below),
    "ThreadLocalSingleton": lambda below: providers.ThreadLocalSingleton(joined, below),
    "ContextLocalSingleton": lambda below: providers.ContextLocalSingleton(joined, below),
    "List": providers.List,
    "Dict": lambda below: providers.Callable(lambda values: [values["a"]], providers.Dict(a=below)),
    "Selector": lambda below: providers.List(providers.Selector(lambda: "on", on=below, off=providers.Object(0))),
    "Dependency": lambda below: providers.List(providers.Dependency(list, default=below)),
    "provided": lambda below: providers.List(providers.List(below).provided[0]),
    "method": lambda below: providers.List(providers.List(below).provided.pop.call(0)),
    "Resource": lambda below: providers.Resource(joined, below),
    "DelegatedFactory": lambda below: providers.DelegatedFactory(joined, below),
}


@pytest.mark.parametrize("kind", KINDS)
def test_as_a_resource(kind):
    """Its value is what the provider gives, made of this run's resources; the next run's is made of its own."""
    container = containers.DynamicContainer()
    container.below = ResourceProvider(opened)
    container.it = KINDS[kind](container.below)
    for _ in range(2):
        with build_resources(container) as resources:
            if kind != "Object":
                assert resources.it[0] is resources.below
                assert resources.below == ["open"]
        assert resources.below == ["open", "closed"]


@pytest.mark.parametrize("kind", KINDS)
def test_as_a_dependency_of_a_resource(kind):
    """A resource takes it as an argument; as in dependency-injector, a delegated provider is passed on uncalled."""
    container = containers.DynamicContainer()
    container.below = ResourceProvider(opened)
    container.dependency = KINDS[kind](container.below)
    container.it = ResourceProvider(joined, container.dependency)
    with build_resources(container) as resources:
        (given,) = resources.it
        if kind == "DelegatedFactory":
            given = given()
        if kind != "Object":
            assert given[0] is resources.below


def test_a_shared_context_local_singleton():
    """A context-local singleton stays one for each context, as outside a run."""
    container = containers.DynamicContainer()
    container.it = providers.ContextLocalSingleton(list)

    def run():
        with build_resources(container) as resources:
            return resources.it

    assert run() is run()
    assert copy_context().run(run) is run()


def test_an_aggregate():
    """An Aggregate is passed on itself, and asked for a member; its members are the run's own."""
    container = containers.DynamicContainer()
    container.below = ResourceProvider(opened)
    container.aggregate = providers.Aggregate(one=providers.Factory(joined, container.below))
    container.factories = providers.FactoryAggregate(one=providers.Factory(joined, container.below))
    with build_resources(container) as resources:
        assert resources.aggregate("one")[0] is resources.factories("one")[0] is resources.below


def test_a_dict_with_providers_for_keys():
    """dependency-injector takes such keys as they are, and so does a run."""
    container = containers.DynamicContainer()
    container.below = ResourceProvider(opened)
    container.it = providers.Dict({container.below: container.below, 2: container.below})
    with build_resources(container) as resources:
        assert list(resources.it.values()) == [resources.below, resources.below]


def test_a_delegate():
    """A delegated provider gives the run's own objects while the run lasts."""
    container = containers.DynamicContainer()
    container.below = ResourceProvider(opened)
    container.factory = providers.Factory(joined, container.below)
    container.it = providers.Factory(joined, container.factory.provider)
    with build_resources(container) as resources:
        (factory,) = resources.it
        assert factory()[0] is resources.below


def test_a_coroutine():
    """A Coroutine provider is awaited, as a resource and as a dependency."""

    async def fetched():
        await asyncio.sleep(0)
        return "token"

    container = containers.DynamicContainer()
    container.token = providers.Coroutine(fetched)
    container.api = ResourceProvider(joined, container.token)
    container.plain = providers.Factory(joined, container.token)

    async def main():
        async with abuild_resources(container) as resources:
            return resources._asdict()

    assert asyncio.run(main()) == {"token": "token", "api": ["token"], "plain": ["token"]}
    with build_resources(container, required_resource_keys=["token", "api"]) as resources:
        assert (resources.token, resources.api) == ("token", ["token"])


# -- nested containers -------------------------------------------------------------------------------------------------


class Gateways(containers.DeclarativeContainer):
    settings = providers.DependenciesContainer()
    prefix = providers.Dependency(str)
    s3 = ResourceProvider(joined, prefix, settings.region)


class Settings(containers.DeclarativeContainer):
    region = providers.Object("eu")


class Application(containers.DeclarativeContainer):
    settings = providers.Container(Settings)
    gateways = providers.Container(Gateways, settings=settings, prefix="s3://")
    service = providers.Factory(joined, gateways.s3)


def test_a_key_is_a_path():
    """A resource of a nested container goes by its path."""
    keys = ["gateways.s3", "service"]
    with build_resources(Application(), required_resource_keys=keys) as resources:
        assert resources._asdict() == {"gateways.s3": ["s3://", "eu"], "service": [["s3://", "eu"]]}


def test_an_override_by_path():
    """A path may be overridden; what depends on it in the outer container sees it."""
    application = Application()
    with override(application, {"gateways.s3": "fake"}), build_resources(application) as resources:
        assert resources.service == ["fake"]


def test_an_override_deep_below():
    """An outside dependency of a nested container may be overridden there."""
    application = Application()
    keys = ["service"]
    overridden = override(application, {"settings.region": "us"})
    with overridden, build_resources(application, required_resource_keys=keys) as resources:
        assert resources.service == [["s3://", "us"]]
    with build_resources(application, required_resource_keys=keys) as resources:
        assert resources.service == [["s3://", "eu"]]


def test_a_nested_container_itself():
    """As an argument it is the run's own copy of the container; the container's providers keep their places."""
    application = Application()
    parents = application.gateways.prefix.parent, application.gateways.settings.parent
    with build_resources(application, required_resource_keys=["gateways", "gateways.s3"]) as resources:
        copied = resources.original_resource_dict["gateways"]
        assert copied.s3() is getattr(resources, "gateways.s3") is resources.gateways.s3
    assert (application.gateways.prefix.parent, application.gateways.settings.parent) == parents


def test_a_container_as_an_override_of_a_container():
    """A nested container is overridden by another, key by key."""
    application = Application()
    fake = containers.DynamicContainer()
    fake.s3 = providers.Object("fake")
    with override(application, gateways=fake), build_resources(application, required_resource_keys=["service"]) as it:
        assert it.service == ["fake"]


# -- configuration and settings ----------------------------------------------------------------------------------------


def test_configuration():
    """Options of a Configuration are read for the run; an override of it holds for its options."""
    container = containers.DynamicContainer()
    container.config = providers.Configuration()
    container.config.from_dict({"db": {"url": "real", "size": "3"}})
    container.it = ResourceProvider(joined, container.config.db.url, container.config.db.size.as_int())
    with build_resources(container) as resources:
        assert resources.it == ["real", 3]
    fake = {"db": {"url": "fake", "size": "4"}}
    with override(container, config=fake), build_resources(container) as resources:
        assert resources.it == ["fake", 4]
        assert resources.config == fake
    with build_resources(container) as resources:
        assert resources.it == ["real", 3]


def test_an_override_of_settings():
    """Settings may be overridden by other settings; what is read from them follows."""

    class ApiSettings(BaseSettings):
        region: str = "eu"

    class Api(ConfigurableResource):
        region: str

    container = containers.DynamicContainer()
    container.settings = SettingsProvider(ApiSettings)
    container.api = ResourceProvider(Api, region=container.settings.provided.region)
    with override(container, settings=ApiSettings(region="us")), build_resources(container) as resources:
        assert resources.api.region == "us"
    with build_resources(container) as resources:
        assert resources.api.region == "eu"


# -- dependency-injector's own Resource --------------------------------------------------------------------------------


def _resource_forms(log):
    """Every form in which dependency-injector takes a resource."""

    class Classic(injector_resources.Resource):
        def init(self, value):
            log.append("open")
            return value

        def shutdown(self, value):
            log.append("close")

    def generator(value):
        log.append("open")
        yield value
        log.append("close")

    @contextmanager
    def manager(value):
        yield from generator(value)

    class Entered:
        def __init__(self, value):
            self.value = value

        def __enter__(self):
            log.append("open")
            return self.value

        def __exit__(self, *details):
            log.append("close")

    return {"class": Classic, "generator": generator, "manager": manager, "entered": Entered}


def _async_resource_forms(log):
    class Classic(injector_resources.AsyncResource):
        async def init(self, value):
            log.append("open")
            return value

        async def shutdown(self, value):
            log.append("close")

    async def generator(value):
        log.append("open")
        yield value
        log.append("close")

    @asynccontextmanager
    async def manager(value):
        log.append("open")
        yield value
        log.append("close")

    async def coroutine(value):
        await asyncio.sleep(0)
        return _resource_forms(log)["entered"](value)

    return {"class": Classic, "generator": generator, "manager": manager, "coroutine": coroutine}


@pytest.mark.parametrize("form", ["class", "generator", "manager", "entered"])
def test_a_resource_of_dependency_injector(form):
    """A plain `providers.Resource` that is not open is the run's own, in whatever form it is written."""
    log = []
    container = containers.DynamicContainer()
    container.it = providers.Resource(_resource_forms(log)[form], "value")
    for _ in range(2):
        with build_resources(container) as resources:
            assert resources.it == "value"
            assert log == ["open"]
        assert log == ["open", "close"]
        log.clear()
    assert not container.it.initialized


@pytest.mark.parametrize("form", ["class", "generator", "manager", "coroutine"])
def test_an_asynchronous_resource_of_dependency_injector(form):
    """Its asynchronous forms are opened as well, in a loop and in synchronous code."""
    log = []
    container = containers.DynamicContainer()
    container.it = providers.Resource(_async_resource_forms(log)[form], "value")

    async def main():
        async with abuild_resources(container) as resources:
            assert resources.it == "value"
            assert log == ["open"]

    asyncio.run(main())
    with build_resources(container) as resources:
        assert resources.it == "value"
    assert log == ["open", "close"] * 2


def test_a_resource_of_dependency_injector_that_is_open():
    """An initialised resource belongs to whoever initialised it: the run shares it and leaves it open."""
    container = containers.DynamicContainer()
    container.it = providers.Resource(opened)
    container.on_top = providers.Singleton(joined, container.it)
    value = container.it.init()
    with build_resources(container) as resources:
        assert resources.it is resources.on_top[0] is value
    assert value == ["open"]
    container.it.shutdown()
    assert value == ["open", "closed"]


# -- ResourceProvider --------------------------------------------------------------------------------------------------


def test_called_outside_a_scope():
    """A provider whose resource has nothing to close may be called as any other; one with a life cycle refuses."""

    class Api(ConfigurableResource):
        url: str

    class Number(ConfigurableResourceFactory):
        value: int

        def create_resource(self, context):
            return self.value

    container = containers.DynamicContainer()
    container.url = providers.Object("http://127.0.0.1")
    container.api = ResourceProvider(Api, url=container.url)
    container.number = ResourceProvider(Number, value=3)
    container.function = ResourceProvider(joined, container.url)
    container.closing = ResourceProvider(opened)
    assert container.api().url == "http://127.0.0.1"
    assert container.number() == 3
    assert container.function() == ["http://127.0.0.1"]
    with pytest.raises(ResourceNotOpenError, match="opened"):
        container.closing()


def test_fields_over_an_instance_or_a_provider():
    """Fields given beside an instance, or beside a provider of one, replace its own."""

    class Api(ConfigurableResource):
        url: str
        size: int = 1

    container = containers.DynamicContainer()
    container.size = providers.Object(3)
    container.of_instance = ResourceProvider(Api(url="a"), size=container.size)
    container.of_provider = ResourceProvider(providers.Object(Api(url="b", size=2)), size=container.size)
    with build_resources(container) as resources:
        assert (resources.of_instance.url, resources.of_instance.size) == ("a", 3)
        assert (resources.of_provider.url, resources.of_provider.size) == ("b", 3)


@pytest.mark.parametrize("source", [3, "text", dict])
def test_what_no_resource_is_made_of(source):
    """Anything else is refused where it is declared, with what to write."""
    with pytest.raises(InvalidDefinitionError, match=r"providers\.Object"):
        ResourceProvider(source)


def test_a_task_that_is_a_resource():
    """A value is passed on as it is, a task too; only the result of a Coroutine provider is awaited."""

    async def main():
        task = asyncio.create_task(asyncio.sleep(0))
        async with abuild_resources({"task": task}) as resources:
            assert resources.task is task

    asyncio.run(main())


def test_a_context_sees_what_must_be_closed_in_nested_containers():
    """A context made by hand names by their paths the resources that need a block, and holds them open in one."""

    class Gateways(containers.DeclarativeContainer):
        mail = ResourceProvider(opened)

    class Application(containers.DeclarativeContainer):
        gateways = providers.Container(Gateways)

    context = build_init_resource_context(resources=Application())
    with pytest.raises(InvalidInvocationError, match=r"gateways\.mail"):
        _ = context.resources
    with context:
        assert context.resources.gateways.mail == ["open"]
