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
from dagwire.cli.explained_rows import explained_rows
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

    @property
    def kind(self):
        return "files"

    def shown(self):
        return "shown"


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


def test_a_selector_s_choice_is_shown_in_tables():
    """A table shows the branch that a provider chose, and nothing for a value that only a call would give."""
    shop = Shop()
    shop.far = providers.Selector(providers.Object("eu"), eu=ResourceProvider(Api))
    found = by_path(shop)
    assert [row.value for row in explained_rows([found["far"], found["fourth.url"]])] == ["eu", ""]


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


class Flags(ConfigurableResource):
    """A service of feature flags."""

    def variant(self):
        return {"on": "new"}


class Variants(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    config = providers.Configuration(default={"store": "files"})
    flags = ResourceProvider(Flags)
    files = ResourceProvider(Api, url="file://")
    table = ResourceProvider(Api, url=settings.provided.region)
    by_setting = providers.Selector(settings.of(lambda s: s.region), eu=files, us=table)
    by_option = providers.Selector(config.store, files=files)
    by_property = providers.Selector(settings.of(lambda s: s.kind), files=files)
    by_flag = providers.Selector(flags.provided.variant.call()["on"], new=table, old=files)
    by_function = providers.Selector(lambda: "files", files=files)
    by_method = providers.Selector(settings.provided.shown.call(), shown=files)


def test_the_choice_of_a_selector(monkeypatch):
    """A Selector is shown with its answer and where that comes from, and with the values of the branch."""
    monkeypatch.setenv("SHOP_REGION", "us")
    found = by_path(Variants())
    shown = {path: (one.value, told(one)[0]) for path, one in found.items() if one.type == "Selector"}
    assert shown == {
        "by_setting": ("us", "environment variable SHOP_REGION"),
        "by_option": ("files", "container config.store"),
        "by_property": ("files", "provider settings.kind"),
        "by_flag": ("new", "provider flags.variant()['on']"),
        "by_function": ("files", "provider <lambda>"),
        "by_method": ("shown", "provider settings.shown()"),
    }
    assert (found["by_setting.url"].value, found["by_option.url"].value) == ("us", "file://")


def test_a_selector_that_cannot_choose_now(monkeypatch):
    """An answer that is not there is shown as missing; one that an open resource would give is left open."""
    monkeypatch.setenv("SHOP_API__RETRIES__ATTEMPTS", "many")
    variants = Variants()
    variants.config.from_dict({"store": None})
    variants.flags.override(ResourceProvider(connect, "flags"))
    found = by_path(variants)
    assert told(found["by_option"]) == ["missing config.store"]
    assert (found["by_flag"].value, told(found["by_flag"])) == (None, ["provider flags.variant()['on']"])
    assert told(found["by_setting"]) == ["missing settings.region"]


def test_an_overridden_selector():
    """A Selector in whose place something else is has the values of that."""
    variants = Variants()
    with overriding(variants, by_option=Api(url="http://fake")):
        assert told(by_path(variants)["by_option.url"]) == ["override"]


class Part(containers.DeclarativeContainer):
    gateways = providers.DependenciesContainer()
    name = providers.Dependency(str)
    other = providers.Dependency()
    absent = providers.Dependency()


def test_dependencies_are_explained_by_what_fills_them():
    """A dependency shows the provider that fills it, or the plain value; a container of dependencies nothing."""
    whole = containers.DynamicContainer()
    whole.variants = providers.Container(Variants)
    whole.other = providers.Factory(dict)
    whole.part = providers.Container(Part, gateways=whole.variants, name="Ann", other=whole.other)
    found = {path: one for path, one in by_path(whole).items() if path.startswith("part.")}
    assert told(found["part.other"]) == ["provider other"]
    assert told(found["part.gateways.flags"]) == ["provider variants.flags"]
    assert (found["part.name"].value, told(found["part.name"])) == ("Ann", ["container part.name"])
    assert "part.gateways" not in found
    assert "part.absent" not in found


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
