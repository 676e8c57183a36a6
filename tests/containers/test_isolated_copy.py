"""A copy of a container shares nothing that changes, and leaves the container as it was."""

import threading

import pytest
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings

from dagwire import ConfigurableResource, ResourceProvider, SettingsProvider, build_resources, override
from dagwire.containers.isolated_copy import another_of, isolated_copy
from dagwire.errors import ResourceCycleError


class Settings(BaseSettings):
    region: str = "eu"


class Db(ConfigurableResource):
    region: str


class Gateways(containers.DeclarativeContainer):
    region = providers.Dependency(instance_of=str)
    kept = providers.Singleton(list)
    described = providers.Factory(str, region)


class Application(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    lock = providers.Object(threading.Lock())
    db = ResourceProvider(Db, region=settings.provided.region)
    pool = providers.Singleton(dict, lock=lock, region=settings.provided.region)
    gateways = providers.Container(Gateways, region=settings.provided.region)


@pytest.fixture(params=["instance", "class"])
def application(request):
    """A container, as an instance and as the class itself."""
    return Application() if request.param == "instance" else Application


def test_what_keeps_is_copied(application):
    """Singletons, settings and what depends on them; all else is the very same provider."""
    copied = isolated_copy(application)
    same = {key for key, provider in copied.providers.items() if provider is application.providers[key]}
    assert same == {"lock"}
    assert copied.pool is copied.providers["pool"]


def test_values(application):
    """Its singletons are kept in it, and are not those of the container; plain arguments are not copied."""
    copied = isolated_copy(application)
    with build_resources(copied) as resources, build_resources(application) as others:
        assert resources.pool is copied.pool()
        assert resources.pool is not others.pool
        assert resources.pool["lock"] is others.pool["lock"]
        assert resources.settings is not others.settings
        assert resources.db.region == "eu"


def test_nested_containers(application):
    """Are copied with what they keep; the container's own go on referring to their own."""
    copied = isolated_copy(application)
    assert copied.gateways.kept() is copied.gateways.kept()
    assert copied.gateways.kept() is not application.gateways.kept()
    assert copied.gateways.described() == application.gateways.described() == "eu"


def test_overrides(application):
    """Overrides of the container do not reach the copy, nor overrides of the copy the container."""
    copied = isolated_copy(application)
    with override(application, db="fake"), build_resources(copied, required_resource_keys=["db"]) as resources:
        assert resources.db == "fake"
    with override(copied, db="fake"), build_resources(application, required_resource_keys=["db"]) as resources:
        assert resources.db == "fake"


def test_an_override_by_dependency_injector():
    """An override in force is copied along; a later one reaches the container alone."""
    application = Application()
    with application.pool.override(providers.Object("before")):
        copied = isolated_copy(application)
    assert copied.pool() == "before"
    with application.db.override(providers.Object("after")):
        assert copied.db.last_overriding is None


def test_another_provider_stays_itself():
    """Another provider of the value under a key is not overridden when the key is."""
    application = Application()
    another = another_of(application, "db")
    with (
        override(application, db=ResourceProvider(lambda db: [db], another)),
        build_resources(application, required_resource_keys=["db"]) as resources,
    ):
        (db,) = resources.db
    assert db.region == "eu"


def test_a_cycle_is_drawn():
    """A copied container draws a cycle when a scope is opened, as the container itself does."""
    application = containers.DynamicContainer()
    application.a = providers.Singleton(list)
    application.b = providers.Singleton(list, application.a)
    application.a.add_args(application.b)
    with (
        pytest.raises(ResourceCycleError, match=r"a -> b -> a|b -> a -> b"),
        build_resources(isolated_copy(application)),
    ):
        raise AssertionError
