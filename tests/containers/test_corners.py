"""Containers of unusual shapes: odd keys, nested containers, options, Selectors, containers that are passed on."""

import asyncio

import pytest
from dependency_injector import containers, providers
from pydantic import BaseModel

from dagwire import (
    ConfigurableResource,
    ResourceProvider,
    build_init_resource_context,
    build_resources,
    explain,
    process_scope,
    resource,
)
from dagwire.errors import DagwireError, InvalidInvocationError, ResourceSetupError


@pytest.fixture
def log():
    """The list of events, in order."""
    return []


class Db(ConfigurableResource):
    """A resource with one field."""

    url: str = "memory"


def told(target, path):
    """The source of the value at `path`, and the value."""
    one = next(one for one in explain(target) if one.path == path)
    return str(one.source), one.value


# -- what resources are given as ---------------------------------------------------------------------------------------


def test_a_key_that_is_a_name_of_the_container_s():
    """A resource may have the name of one of the container's own attributes."""
    with build_resources({"providers": 1, "reset_singletons": 2}) as resources:
        assert (resources.providers, resources.reset_singletons) == (1, 2)


def test_what_is_neither_a_dict_nor_a_container():
    """Resources of another type are refused by the type's name."""
    with pytest.raises(TypeError, match="not as list"), build_resources([Db()]):
        pytest.fail("it opened")


def test_a_container_among_the_values():
    """A container as a value is nested: its providers have dotted keys."""

    class Gateways(containers.DeclarativeContainer):
        db = ResourceProvider(Db(url="nested"))

    with build_resources({"gateways": Gateways()}, required_resource_keys=["gateways.db"]) as resources:
        assert resources["gateways.db"].url == "nested"


def test_config_of_a_context_is_a_dict():
    """`build_init_resource_context` refuses config that is not a mapping."""
    with pytest.raises(InvalidInvocationError, match="config as a dict"):
        build_init_resource_context(config=3)


# -- containers that are passed on -------------------------------------------------------------------------------------


def test_a_container_that_is_passed_on_can_be_changed():
    """What an object does to the container that it is given stays in the scope."""

    def changed(container):
        assert "db" in container.providers
        assert 3 not in container.providers
        container.providers["extra"] = providers.Object("extra")
        assert container.extra() == "extra"
        del container.providers["extra"]
        assert "extra" not in container.providers
        with pytest.raises(KeyError):
            del container.providers["extra"]
        return container.db().url

    class Shop(containers.DeclarativeContainer):
        __self__ = providers.Self()
        db = ResourceProvider(Db())
        it = providers.Factory(changed, __self__)

    shop = Shop()
    with build_resources(shop, required_resource_keys=["db", "it"]) as resources:
        assert resources.it == "memory"
    assert not hasattr(shop, "extra")


# -- explained ---------------------------------------------------------------------------------------------------------


class Options(containers.DeclarativeContainer):
    """A Configuration, a Selector over it, and a resource of an option."""

    config = providers.Configuration(strict=True)
    local = ResourceProvider(Db(url="local"))
    remote = ResourceProvider(Db(url="remote"))
    db = providers.Selector(config.where, local=local, remote=remote)
    by_function = providers.Selector(lambda: "local", local=local)
    other = ResourceProvider(Db, url=config.url)


def test_options_and_choices_are_explained():
    """A Configuration shows its values, a Selector its choice, and a field the option that it is made of."""
    container = Options()
    container.config.from_dict({"where": "remote", "url": "from an option"})
    assert told(container, "config.url")[1] == "from an option"
    assert told(container, "db")[1] == "remote"
    assert told(container, "by_function")[1] == "local"
    assert told(container, "other.url")[1] == "from an option"


def test_a_choice_that_cannot_be_made_is_missing():
    """A Selector whose branch does not exist, and a strict option that is not set, are explained as missing."""
    container = Options()
    container.config.from_dict({"where": "nowhere"})
    assert told(container, "db") == ("missing ConfigurationOption", None)
    assert told(container, "other.url")[1] is None


# -- checked -----------------------------------------------------------------------------------------------------------


def test_a_factory_without_a_class():
    """A provider that was given nothing to call is refused before anything opens."""

    class Shop(containers.DeclarativeContainer):
        nothing = providers.Factory()

    with pytest.raises(DagwireError, match="it provides nothing"), build_resources(Shop()):
        pytest.fail("it opened")


def test_a_model_that_takes_any_argument():
    """An argument that a permissive model does not declare is no fault."""

    class Open(BaseModel):
        model_config = {"extra": "allow"}

    class Shop(containers.DeclarativeContainer):
        it = providers.Factory(Open, anything=1)

    with build_resources(Shop()) as resources:
        assert resources.it.anything == 1


def test_an_eager_process_scope_that_fails_to_open(log):
    """A process scope that opens everything at once closes what it opened if one fails, in a loop too."""

    @resource
    def pool():
        log.append("opened")
        try:
            yield "pool"
        finally:
            log.append("closed")

    def refusing(first):
        raise ConnectionError
        yield

    class Shop(containers.DeclarativeContainer):
        first = ResourceProvider(pool).set_lifetime("process")
        second = ResourceProvider(refusing, first).set_lifetime("process")

    async def main():
        async with process_scope(Shop(), eager=True):
            pytest.fail("it opened")

    with pytest.raises(ResourceSetupError), process_scope(Shop(), eager=True):
        pytest.fail("it opened")
    with pytest.raises(ResourceSetupError):
        asyncio.run(main())
    assert log == ["opened", "closed", "opened", "closed"]
