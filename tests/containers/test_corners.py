"""Containers of unusual shapes: odd keys, nested containers, options, Selectors, containers that are passed on."""

import asyncio
from typing import Annotated

import pytest
from dependency_injector import containers, providers
from pydantic import BaseModel

from dagwire import (
    ConfigurableResource,
    Definitions,
    ResourceParam,
    ResourceProvider,
    abuild_resources,
    asset,
    build_init_resource_context,
    build_resources,
    explain,
    materialize,
    override,
    process_scope,
    resource,
)
from dagwire.containers.listed_lifetimes import lifetimes_of
from dagwire.errors import DagwireError, InvalidInvocationError, ResourceSetupError, ResourceTypeError


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
    assert told(container, "db") == ("missing config.where", None)
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


# -- lifetimes and lookups ---------------------------------------------------------------------------------------------


def test_lifetimes_of_every_kind():
    """A Factory lives for a call; what passes on another provider has no lifetime of its own."""

    class Shop(containers.DeclarativeContainer):
        config = providers.Configuration()
        db = ResourceProvider(Db())
        made = providers.Factory(dict)
        chosen = providers.Selector(config.where, db=db)

    assert lifetimes_of(Shop())["made"] == "a call"
    assert lifetimes_of(Shop())["chosen"] == ""


def test_definitions_by_key_of_a_context():
    """`context.all_resource_defs` has each definition under its key, and raises KeyError for any other."""
    seen = {}

    @resource
    def looking(context):
        seen.update(has=set(context.all_resource_defs), absent="nobody" in context.all_resource_defs)

    with build_resources({"looking": looking, "db": Db()}):
        assert seen == {"has": {"looking", "db"}, "absent": False}


def test_a_function_that_waits_and_manages_nothing():
    """A function of dependency-injector's Resource that is awaited and returns a plain value opens to the value."""

    async def plain():
        await asyncio.sleep(0)
        return "plain"

    class Shop(containers.DeclarativeContainer):
        it = providers.Resource(plain)

    async def main():
        async with abuild_resources(Shop()) as resources:
            return resources.it

    assert asyncio.run(main()) == "plain"


def test_an_argument_of_a_call_replaces_an_injection():
    """A factory that is passed on takes an argument by name in place of the provider that it declares."""

    class Shop(containers.DeclarativeContainer):
        db = ResourceProvider(Db())
        made = providers.Factory(dict, db=db)
        maker = providers.Object(made.provider)
        it = providers.Factory(lambda make: make(db="mine"), made.provider)

    with build_resources(Shop(), required_resource_keys=["it"]) as resources:
        assert resources.it == {"db": "mine"}


def test_a_context_that_was_not_entered_closes_nothing():
    """Leaving a context's block that was never entered is harmless."""
    context = build_init_resource_context(resources={"db": Db()})
    assert context.__exit__(None, None, None) is None


def test_a_dependency_on_anything():
    """A Dependency that declares no class of its own takes any replacement."""

    class Shop(containers.DeclarativeContainer):
        it = providers.Dependency(instance_of=object)

    with override(Shop, it=3), build_resources(Shop()) as resources:
        assert resources.it == 3


def test_a_declared_type_with_metadata():
    """An annotated type takes what the type inside takes."""

    @asset
    def asks(count: ResourceParam[Annotated[int, "a count"]]):
        return count

    assert materialize([asks], resources={"count": 3}).output_for_node("asks") == 3
    with pytest.raises(ResourceTypeError, match="takes"):
        materialize([asks], resources={"count": "three"})


def test_a_circle_among_declarations_is_a_fault():
    """Definitions whose resources need one another in a circle are checked without opening any."""

    class Shop(containers.DeclarativeContainer):
        first = providers.Factory(dict)
        second = providers.Factory(dict, first=first)
        first.add_kwargs(second=second)

    @asset
    def asks(first: ResourceParam[dict]):
        return first

    with pytest.raises(DagwireError, match="first"):
        Definitions.validate_loadable(Definitions(assets=[asks], resources=Shop()))
