"""All faults of the resources that a run needs are reported at once, before anything opens."""

from typing import Annotated, Protocol

import pytest
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings

from dagwire import (
    ConfigurableResource,
    EnvVar,
    ResourceDefinition,
    ResourceParam,
    ResourceProvider,
    SettingsProvider,
    asset,
    build_resources,
    materialize,
    resource,
)
from dagwire.errors import (
    ConfigFaultsError,
    FaultsError,
    InvalidConfigError,
    MissingResourceError,
    MissingVariableError,
    ResourceCycleError,
    ResourceSetupError,
    ResourceTypeError,
    SettingsError,
    UnknownNameError,
)


@pytest.fixture
def opened():
    """The names of opened resources: none, if a fault was found before."""
    return []


@pytest.fixture
def logged(opened):
    """A resource that logs its opening."""

    @resource
    def logged():
        opened.append("open")

    return logged


def test_a_missing_key_names_askers_and_the_nearest(opened, logged):
    """Everyone who asks for it is named, resources among them, and what was probably meant."""

    @asset
    def trips(warehose: ResourceParam[str]):
        pass

    on_top = ResourceDefinition(lambda context: 1, required_resource_keys={"warehose"})

    @asset(required_resource_keys={"on_top"})
    def stations(context):
        pass

    with pytest.raises(MissingResourceError, match="Did you mean 'warehouse'") as caught:
        materialize([trips, stations], resources={"warehouse": logged, "on_top": on_top})
    assert set(caught.value.askers) == {"asset 'trips'", "resource 'on_top'"}
    assert opened == []


def test_all_faults_at_once(opened, logged, monkeypatch):
    """Missing keys, wrong types and cycles are one report; so are variables and config, which need those mended."""
    monkeypatch.delenv("NOT_SET", raising=False)

    class Api(ConfigurableResource):
        token: str
        size: int = 0

    @asset(required_resource_keys={"missing", "cycle"})
    def trips(context, warehouse: ResourceParam[ConfigurableResource]):
        pass

    cycle = ResourceDefinition(lambda context: 1, required_resource_keys={"cycle"})
    with pytest.raises(FaultsError) as caught:
        materialize([trips], resources={"cycle": cycle, "warehouse": "text", "logged": logged})
    assert {type(fault) for fault in caught.value.faults} == {
        MissingResourceError,
        ResourceCycleError,
        ResourceTypeError,
    }
    resources = {"a": Api(token=EnvVar("NOT_SET")), "b": Api(token=EnvVar("PATH"), size=EnvVar("PATH")), "c": logged}
    with pytest.raises(ConfigFaultsError) as caught, build_resources(resources):
        pass
    assert {type(fault) for fault in caught.value.faults} == {MissingVariableError, InvalidConfigError}
    assert opened == []


def test_a_cycle_is_drawn():
    """Each provider of the cycle is named once, in order of dependency."""
    container = containers.DynamicContainer()
    container.a = providers.Dependency()
    container.b = ResourceProvider(lambda a: a, container.a)
    container.c = providers.Factory(list, container.b)
    container.a.override(container.c)
    with pytest.raises(ResourceCycleError, match=r"a -> c -> b -> a"), build_resources(container):
        pass


def test_a_cycle_of_keys_is_drawn():
    """Resource definitions that require one another by key are a cycle, too."""
    resources = {
        "a": ResourceDefinition(lambda context: 1, required_resource_keys={"b"}),
        "b": ResourceDefinition(lambda context: 1, required_resource_keys={"a"}),
    }
    with pytest.raises(ResourceCycleError, match=r"a -> b -> a"), build_resources(resources):
        pass


def test_settings_name_their_variables(monkeypatch, opened, logged):
    """Settings that cannot be read are reported by variable, before anything opens."""

    class AppSettings(BaseSettings, env_prefix="FAULTS_TEST_"):
        url: str

    container = containers.DynamicContainer()
    container.settings = SettingsProvider(AppSettings)
    container.first = ResourceProvider(logged)
    container.second = ResourceProvider(lambda url: url, container.settings.provided.url)
    with pytest.raises(SettingsError, match="FAULTS_TEST_URL"), build_resources(container):
        pass
    assert opened == []


def test_fields_from_providers_are_checked_before_anything_opens(opened, logged):
    """A value that a provider only reads is checked beforehand; what code of the user's makes is made in its turn."""

    class Api(ConfigurableResource):
        size: int

    container = containers.DynamicContainer()
    container.a = ResourceProvider(logged)
    container.b = ResourceProvider(Api, size=providers.Object("canary"))
    with pytest.raises(InvalidConfigError, match="size") as caught, build_resources(container):
        pass
    assert opened == []
    assert "canary" not in str(caught.value)
    container.b = ResourceProvider(Api, size=providers.Factory(str, "canary"))
    with pytest.raises(InvalidConfigError, match="size"), build_resources(container):
        pass
    assert opened == ["open"]


def test_an_unset_variable_behind_a_resource_is_found(opened, logged, monkeypatch):
    """Variables are looked for also in recipes that cannot be made before another resource is open."""
    monkeypatch.delenv("NOT_SET", raising=False)

    class Api(ConfigurableResource):
        token: str
        below: object

    container = containers.DynamicContainer()
    container.below = ResourceProvider(logged)
    container.api = ResourceProvider(Api, token=EnvVar("NOT_SET"), below=container.below)
    with pytest.raises(MissingVariableError, match="NOT_SET, read by field 'token' of resource 'api'"):
        build_resources(container).__enter__()
    assert opened == []


def test_a_selector_without_such_a_branch():
    """An unknown choice is reported with the nearest branch."""
    container = containers.DynamicContainer()
    container.store = providers.Selector(lambda: "s33", s3=providers.Object(1), local=providers.Object(2))
    with pytest.raises(UnknownNameError, match="Did you mean 's3'"), build_resources(container):
        pass


def test_a_selector_that_fails():
    """An exception of the choice is reported by the Selector's key."""
    container = containers.DynamicContainer()
    container.store = providers.Selector(lambda: {}["kind"], s3=providers.Object(1))
    with pytest.raises(ResourceSetupError, match="'store'"), build_resources(container):
        pass


# -- types -------------------------------------------------------------------------------------------------------------


class Warehouse:
    """The class that an asset asks for."""


class Duck:
    """A class with the same attributes, unrelated to it."""


class Quacks(Protocol):
    def quack(self): ...


@pytest.mark.parametrize("value", ["text", 1, b"", [], {}, ("a",)])
def test_a_plainly_wrong_type_is_refused(value):
    """A plain value where an object of a class is declared is refused before anything runs."""

    @asset
    def trips(warehouse: ResourceParam[Warehouse]):
        raise AssertionError

    with pytest.raises(ResourceTypeError, match=r"asset 'trips' takes a Warehouse; an? ") as caught:
        materialize([trips], resources={"warehouse": value})
    assert str(value) not in str(caught.value) or value in (1, "")


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (Warehouse, Warehouse()),
        (Warehouse, Duck()),
        (Warehouse, None),
        (Warehouse | None, None),
        (str, "text"),
        (Warehouse | str, "text"),
        (Annotated[str, "unit"], "text"),
        (float, 1),
        (list[int], [1]),
        (object, "text"),
        (Quacks, "text"),
        (dict[str, int], {}),
    ],
)
def test_what_may_be_right_is_let_through(declared, value):
    """A fake of any class is legal, and so is a value that cannot be checked."""

    @asset
    def trips(warehouse: ResourceParam[declared]):
        return [warehouse]

    assert materialize([trips], resources={"warehouse": value}).asset_value("trips") == [value]


def test_a_class_in_place_of_an_instance():
    """The message shows the fix."""

    class Api(ConfigurableResource):
        pass

    with pytest.raises(ResourceTypeError, match=r"give an instance, Api\(\.\.\.\)"), build_resources({"api": Api}):
        pass


def test_a_selector_that_cannot_choose_hides_no_other_fault(monkeypatch):
    """Its fault is one among all: what its branches would need is unknown, and everything else is checked."""
    monkeypatch.delenv("NOT_SET", raising=False)

    class Lamp(ConfigurableResource):
        url: str

    class Chosen(containers.DeclarativeContainer):
        lamp = ResourceProvider(Lamp(url=EnvVar("NOT_SET")))
        built = providers.Singleton(Lamp, urll="x")
        choice = providers.Selector(providers.Object("c"), a=providers.Object(1), b=providers.Object(2))

    with pytest.raises(FaultsError) as caught, build_resources(Chosen()):
        pass
    told = str(caught.value)
    assert "There is no branch 'c' of Selector 'choice'. Known: 'a', 'b'." in told
    assert "Provider 'built': Lamp takes no argument 'urll'. Did you mean 'url'?" in told
    assert "NOT_SET, read by field 'url' of resource 'lamp'" in told
