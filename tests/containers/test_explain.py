"""The values of resources in a container, and where each of them comes from."""

import pytest
from dependency_injector import containers, providers
from pydantic import BaseModel
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import (
    ConfigurableResource,
    Definitions,
    EnvVar,
    ResourceProvider,
    SettingsProvider,
    build_resources,
    explain,
)
from dagwire import override as overriding
from dagwire.errors import InvalidInvocationError

CANARY = "c4n4ry-do-not-show"


class Retries(BaseModel):
    attempts: int = 3


class Api(ConfigurableResource):
    url: str = "http://127.0.0.1"
    token: str = "none"
    retries: Retries = Retries()


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    api: Api = Api()
    region: str = "eu"


def connect(dsn, pool_size=1):
    """A user's function that makes a resource."""
    yield f"{dsn}{pool_size}"


class Shop(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    api = ResourceProvider(settings.provided.api, url="http://api")
    other = ResourceProvider(Api, url=settings.provided.region, token=EnvVar("SHOP_TOKEN"))
    third = ResourceProvider(Api(url="http://third"))
    name = providers.Callable(str, "made")
    fourth = ResourceProvider(Api, url=name)
    db = ResourceProvider(connect, settings.provided.region, pool_size=5)


def by_path(target, **options):
    """`{path: explained value}`."""
    return {one.path: one for one in explain(target, **options)}


def told(one):
    """The texts of a value's source and of the sources that it shadows."""
    return [str(one.source), *(str(found.source) for found in one.shadowed)]


def test_values_from_settings_are_told_by_the_sources_of_the_settings(monkeypatch):
    """The source is the variable, file or default that the setting comes from, and the setting is named."""
    monkeypatch.setenv("SHOP_API__RETRIES__ATTEMPTS", "7")
    found = by_path(Shop())
    one = found["api.retries.attempts"]
    assert (one.value, *told(one)) == (7, "environment variable SHOP_API__RETRIES__ATTEMPTS")
    assert one.source.setting == "settings.api.retries.attempts"
    assert found["settings.api.retries.attempts"].source.setting == ""


def test_what_the_container_writes_shadows_what_the_settings_say(monkeypatch):
    """A field given beside the settings wins; the setting is listed as shadowed."""
    monkeypatch.setenv("SHOP_API__URL", "http://elsewhere")
    one = by_path(Shop())["api.url"]
    assert one.value == "http://api"
    assert told(one) == ["container api", "environment variable SHOP_API__URL"]


def test_fields_of_every_kind(monkeypatch):
    """A setting, an EnvVar, a literal, a provider and a default, each by its own name."""
    monkeypatch.setenv("SHOP_TOKEN", CANARY)
    found = by_path(Shop())
    assert found["other.url"].source.setting == "settings.region"
    assert told(found["other.token"])[0] == "EnvVar SHOP_TOKEN"
    assert told(found["third.url"]) == ["container third"]
    assert told(found["third.retries.attempts"]) == ["default"]
    assert told(found["fourth.url"])[0] == "provider name"
    assert found["fourth.url"].value is None
    assert CANARY not in repr(found)


def test_arguments_of_functions(monkeypatch):
    """A function's arguments are explained under its parameters' names."""
    found = by_path(Shop())
    assert found["db.dsn"].source.setting == "settings.region"
    assert (found["db.pool_size"].value, *told(found["db.pool_size"])) == (5, "container db")


def test_overrides_are_told_and_what_they_shadow():
    """A replaced resource is explained by its replacement."""
    shop = Shop()
    with overriding(shop, third=Api(url="http://fake")):
        found = by_path(shop)
    assert told(found["third.url"]) == ["override", "container third"]
    assert found["third.url"].value == "http://fake"
    assert by_path(shop)["third.url"].value == "http://third"


def test_an_override_whose_values_are_not_known():
    """A fake of the user's own is explained as an override."""
    shop = Shop()
    with overriding(shop, api="fake"):
        found = by_path(shop)
    assert told(found["api"]) == ["override"]
    assert not [path for path in found if path.startswith("api.")]


def test_overrides_made_by_dependency_injector_are_told():
    """Overrides by dependency-injector count as well, so they are explained."""
    shop = Shop()
    with shop.third.override(ResourceProvider(Api(url="http://fake"))):
        assert told(by_path(shop)["third.url"]) == ["override", "container third"]


def test_run_config_comes_over_all():
    """Late config is explained, with the sources that it shadows."""
    found = by_path(Shop(), run_config={"resources": {"third": {"config": {"url": "http://late", "token": CANARY}}}})
    assert told(found["third.url"]) == ["run config", "container third"]
    assert found["third.url"].value == "http://late"
    assert CANARY not in repr(found)


def test_definitions_and_dicts_of_resources():
    """Definitions are explained by their container; a dict of resources is a container."""
    assert "api.url" in by_path(Definitions(resources=Shop()))
    assert told(by_path(Definitions(resources={"api": Api(url="x")}))["api.url"]) == ["container api"]


def test_settings_that_are_broken_do_not_hide_the_rest(monkeypatch):
    """The resources are explained as far as the settings go."""
    monkeypatch.setenv("SHOP_API__RETRIES__ATTEMPTS", "many")
    found = by_path(Shop())
    assert told(found["api.retries.attempts"]) == ["environment variable SHOP_API__RETRIES__ATTEMPTS"]
    assert told(found["third.url"]) == ["container third"]


def test_nothing_is_opened_or_called():
    """Explaining calls no provider but the settings'."""
    shop = Shop()
    shop.name.override(providers.Callable(lambda: 1 / 0))
    shop.db.override(providers.Callable(lambda: 1 / 0))
    assert by_path(shop)


def test_lifetimes_are_explained():
    """The lifetime that holds is shown for a resource that is declared to live for another time than a run."""
    shop = Shop()
    shop.pool = ResourceProvider(connect, shop.name).set_lifetime("process")
    shop.session = ResourceProvider(lambda pool: pool, shop.pool).set_lifetime("step")
    shop.gate = providers.Delegate(ResourceProvider(connect, "anonymous").set_lifetime("step"))
    found = by_path(shop)
    shown = {path: one.value for path, one in found.items() if path.endswith(".lifetime")}
    assert shown == {"pool.lifetime": "process", "session.lifetime": "step"}
    with overriding(shop, name="other"):
        assert by_path(shop)["pool.lifetime"].value == "run"


@pytest.mark.parametrize("key", ["api", "other", "third", "db"])
def test_the_values_explained_are_those_in_use(key, monkeypatch):
    """Opened resources have the values that were explained."""
    monkeypatch.setenv("SHOP_TOKEN", "t")
    monkeypatch.setenv("SHOP_API__RETRIES__ATTEMPTS", "7")
    shop = Shop()
    found = by_path(shop)
    with build_resources(shop, required_resource_keys={key}) as resources:
        opened = getattr(resources, key)
        if key == "db":
            assert opened == f"{found['db.dsn'].value}{found['db.pool_size'].value}"
        else:
            assert opened.url == found[f"{key}.url"].value
            assert opened.retries.attempts == found[f"{key}.retries.attempts"].value


def test_what_cannot_be_explained():
    """Anything else is refused, with what can be given."""
    with pytest.raises(InvalidInvocationError, match="takes settings, a SettingsProvider, a container or definitions"):
        explain(5)
