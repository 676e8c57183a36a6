"""Environments: one switch picks files and overrides; two of them may be in force side by side."""

import asyncio
import threading
from contextlib import nullcontext
from typing import ClassVar

import pytest
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import (
    ConfigurableResource,
    Definitions,
    Profiles,
    ProfileSettings,
    ResourceParam,
    ResourceProvider,
    SettingsProvider,
    asset,
    build_resources,
    diff_environments,
    environment,
    explain,
    materialize,
)
from dagwire.errors import (
    ConfigFileError,
    InvalidDefinitionError,
    SettingsError,
    UnknownEnvironmentError,
    UnknownNameError,
)

CANARY = "c4n4ry-do-not-show"


class Store(ConfigurableResource):
    url: str = "data"
    pages: int = 1


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """A folder with a file for each environment; the working folder is another."""
    monkeypatch.delenv("DAGWIRE_ENV", raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "base.toml").write_text("[store]\npages = 2\nurl = 'base'\n")
    (folder / "local.toml").write_text("")
    (folder / "test.yaml").write_text("store:\n  url: test\n")
    (folder / "production.json").write_text('{"store": {"url": "s3://real"}}')
    (folder / "README.md").write_text("no settings")
    return folder


@pytest.fixture
def shop(folder):
    """A container whose settings have profiles, and one override in the test environment."""

    class Settings(ProfileSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env")
        profiles: ClassVar = Profiles(folder, default="local", overrides={"test": {"mailer": "nobody"}})

        store: Store = Store()
        password: str = "none"

    class Shop(containers.DeclarativeContainer):
        settings = SettingsProvider(Settings)
        store = ResourceProvider(settings.provided.store)
        mailer = providers.Object("everybody")
        engine = providers.Singleton(lambda url: [url], settings.provided.store.url)

    return Shop()


def test_the_default_environment_is_used_where_none_is_picked(shop):
    """Its file, which may be empty, lies over the base."""
    assert shop.settings().store == Store(url="base", pages=2)


@pytest.mark.parametrize(("name", "url"), [("local", "base"), ("test", "test"), ("production", "s3://real")])
def test_one_variable_picks_the_environment(shop, monkeypatch, name, url):
    """Its file is merged over the base, field by field, in TOML, YAML and JSON."""
    monkeypatch.setenv("DAGWIRE_ENV", name)
    assert shop.settings().store == Store(url=url, pages=2)


def test_variables_and_dotenv_go_over_the_files(shop, monkeypatch, tmp_path):
    """The profile is the weakest source."""
    (tmp_path / ".env").write_text("SHOP_STORE__PAGES=3\nSHOP_STORE__URL=dotenv\n")
    monkeypatch.setenv("SHOP_STORE__URL", "variable")
    assert shop.settings().store == Store(url="variable", pages=3)


def test_a_profile_overrides_providers_of_the_container(shop):
    """In its environment alone."""
    with environment("test"), build_resources(shop) as resources:
        assert resources.mailer == "nobody"
    with build_resources(shop) as resources:
        assert resources.mailer == "everybody"


def test_overrides_of_the_process_s_environment(shop, monkeypatch):
    """The switch brings the overrides too."""
    monkeypatch.setenv("DAGWIRE_ENV", "test")
    with build_resources(shop) as resources:
        assert resources.mailer == "nobody"


def test_stronger_overrides_win_over_a_profile(shop):
    """Overrides of a test or a call win over the environment's overrides."""
    defs = Definitions(resources=shop)
    with environment("test"), defs.override(mailer="fake"), build_resources(shop) as resources:
        assert resources.mailer == "fake"

    @asset
    def letter(mailer: ResourceParam[str]):
        return mailer

    with environment("test"):
        assert materialize([letter], resources={"mailer": "given"}).asset_value("letter") == "given"


def test_the_process_keeps_its_environment(shop, monkeypatch):
    """Once settings were read, a change of the variable changes nothing, until they are reset."""
    shop.settings()
    monkeypatch.setenv("DAGWIRE_ENV", "test")
    assert shop.settings().store.url == "base"
    with build_resources(shop) as resources:
        assert resources.mailer == "everybody"
    shop.settings.reset()
    assert shop.settings().store.url == "test"


def test_each_environment_is_read_once(shop):
    """Settings are read once for each environment, and each environment has its own object."""
    with environment("test"):
        first = shop.settings()
    local = shop.settings()
    with environment("test"):
        assert shop.settings() is first
    assert shop.settings() is local


def test_what_is_shared_is_not_shared_between_environments(shop):
    """A Singleton made of the settings belongs to the process's environment; another environment makes its own."""
    with build_resources(shop) as resources:
        shared = resources.engine
    with environment("test"), build_resources(shop) as resources:
        assert resources.engine == ["test"]
    with build_resources(shop) as resources:
        assert resources.engine is shared


def test_two_threads_in_two_environments(shop):
    """Two threads use two environments at the same time."""
    both_inside = threading.Barrier(2, timeout=20)
    seen = {}

    def work(name):
        with environment(name), build_resources(shop) as resources:
            both_inside.wait()
            seen[name] = (resources.store.url, resources.mailer)
            both_inside.wait()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("test", "production")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == {"test": ("test", "nobody"), "production": ("s3://real", "everybody")}


def test_two_tasks_in_two_environments(shop):
    """Tasks of one loop see their own environment, at once."""

    async def work(name):
        with environment(name):
            await asyncio.sleep(0)
            return shop.settings().store.url

    async def both():
        return await asyncio.gather(work("test"), work("production"))

    assert asyncio.run(both()) == ["test", "s3://real"]


def test_blocks_nest(shop):
    """The innermost counts; leaving it restores the one around it."""
    with environment("test"):
        with environment("production"):
            assert shop.settings().store.url == "s3://real"
        assert shop.settings().store.url == "test"


@pytest.mark.parametrize("how", ["variable", "block"])
def test_an_unknown_environment_is_refused_with_the_known_ones(shop, monkeypatch, how):
    """The message reports who picked the name, the nearest one and all known ones; nothing is opened."""
    if how == "variable":
        monkeypatch.setenv("DAGWIRE_ENV", "prodcution")
    block = environment("prodcution") if how == "block" else nullcontext()
    told = r"Did you mean 'production'\? Known: 'local', 'production', 'test'"
    with block, pytest.raises(UnknownEnvironmentError, match=told) as caught, build_resources(shop):
        pass
    assert ("DAGWIRE_ENV" in str(caught.value)) is (how == "variable")


def test_an_environment_that_nothing_reads_is_refused(monkeypatch):
    """A block around settings without profiles is refused; a container without settings reads no environment."""
    container = containers.DynamicContainer()
    container.mailer = providers.Object("everybody")
    monkeypatch.setenv("DAGWIRE_ENV", "test")
    with environment("test"), build_resources(container) as resources, build_resources({"mailer": 1}):
        assert resources.mailer == "everybody"
    container.settings = SettingsProvider(BaseSettings)
    with build_resources(container):
        pass
    problem = "The environment is 'test', and no settings have profiles"
    with environment("test"), pytest.raises(UnknownEnvironmentError, match=problem), build_resources(container):
        pass


def test_without_a_default_one_must_be_picked(folder):
    """No environment is taken for granted."""
    with pytest.raises(UnknownEnvironmentError, match="DAGWIRE_ENV picks none, and there is no default"):
        Profiles(folder).in_force()


def test_a_profile_that_overrides_what_is_not_there(folder):
    """A misspelt key is refused, with the nearest."""

    class Settings(ProfileSettings):
        profiles: ClassVar = Profiles(folder, default="local", overrides={"local": {"mialer": 1}})

    container = containers.DynamicContainer()
    container.settings = SettingsProvider(Settings)
    container.mailer = providers.Object("everybody")
    with pytest.raises(UnknownNameError, match=r"Did you mean 'mailer'\?"), build_resources(container):
        pass


def test_an_environment_may_have_overrides_and_no_file(folder):
    """An environment may consist of overrides alone, without a file."""
    profiles = Profiles(folder, overrides={"demo": {"mailer": 1}})
    assert profiles.names == ("demo", "local", "production", "test")
    assert [path.name for path in profiles["demo"].files] == ["base.toml"]


def test_two_files_of_one_environment_are_refused(folder):
    """Two files of one environment are refused, because chance would pick one."""
    (folder / "test.toml").write_text("")
    with pytest.raises(InvalidDefinitionError, match="both the file of 'test'"):
        Profiles(folder, default="local").in_force()


def test_a_container_within_a_container(shop):
    """Profiles of an inner container's settings override the inner container's keys."""
    outer = containers.DynamicContainer()
    outer.inner = providers.Container(type(shop), container=shop)
    with (
        environment("test"),
        build_resources(outer, required_resource_keys={"inner.mailer", "inner.store"}) as resources,
    ):
        assert getattr(resources, "inner.mailer") == "nobody"
        assert getattr(resources, "inner.store").url == "test"


def test_settings_with_sources_of_their_own(folder):
    """`Profiles.source` goes into any `settings_customise_sources`, at the place one wants."""
    profiles = Profiles(folder, default="test")

    class Settings(BaseSettings):
        store: Store = Store()

        @classmethod
        def settings_customise_sources(cls, settings_cls, env_settings, **others):
            return profiles.source(settings_cls), env_settings

    assert Settings().store == Store(url="test", pages=2)


def test_explained_values_name_the_files(shop, monkeypatch):
    """The environment's file, and the base that it shadows, with lines."""
    with environment("test"):
        one = {value.path: value for value in explain(shop.settings)}["store.url"]
    assert [str(one.source), *(str(found.source) for found in one.shadowed)] == [
        "config/test.yaml, line 2",
        "config/base.toml, line 3",
    ]


def test_overrides_of_an_environment_are_explained(shop):
    """A value that the environment overrides is explained as the environment's."""
    with environment("test"):
        one = {value.path: value for value in explain(shop)}["mailer"]
    assert str(one.source) == "override of the environment"


def test_environments_are_compared(shop, monkeypatch):
    """Values that differ are listed with their sources; a secret is listed as different without its value."""
    (shop.settings.settings.profiles.folder / "production.json").write_text(
        f'{{"store": {{"url": "s3://real"}}, "password": "{CANARY}"}}'
    )
    found = {one.path: one for one in diff_environments(shop, "local", "production")}
    assert list(found) == ["settings.store.url", "settings.password"]
    assert str(found["settings.store.url"].right.source) == "config/production.json, line 1"
    assert CANARY not in repr(found)


def test_an_environment_that_is_not_complete_is_compared_as_far_as_it_goes(folder):
    """Production's secrets are not here; what is wrong does not hide what differs."""

    class Settings(ProfileSettings):
        profiles: ClassVar = Profiles(folder, default="local")
        store: Store = Store()
        password: str

    assert [one.path for one in diff_environments(Settings, "local", "production")] == ["store.url"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("test.yaml", b"store:\n  url: [\n", "test.yaml, line 3: it is not valid YAML"),
        ("base.toml", b"[store]\nurl = 'a\n", "base.toml, line 2: it is not valid TOML"),
        ("base.toml", b"[store]\nurl = '\xff'\n", "base.toml, line 2: it is not encoded in UTF-8"),
        ("test.yaml", b"- a\n", "test.yaml: it does not hold names with values at its top"),
    ],
)
def test_broken_files_are_told_with_their_lines(shop, folder, name, text, told):
    """A broken file is a fault of the settings, reported with file and line, without its text."""
    (folder / name).write_bytes(text)
    with environment("test"), pytest.raises(SettingsError, match=told), build_resources(shop):
        pass
    with environment("test"), pytest.raises(ConfigFileError, match=told):
        shop.settings.settings()


def test_settings_that_declare_no_profiles():
    """Settings without profiles are refused as soon as they are read."""

    class Bare(ProfileSettings):
        region: str = ""

    with pytest.raises(InvalidDefinitionError, match="Bare declares no profiles"):
        Bare()


def test_a_beginning_is_enough_to_be_told_which_is_meant(shop):
    """`prod` is not an environment, but the message suggests the only one that begins so."""
    with environment("prod"), pytest.raises(UnknownEnvironmentError, match=r"Did you mean 'production'\?"):
        shop.settings()


def test_the_source_of_a_profile_shows_its_files(folder):
    """The source shows the files, and no value of them."""
    (folder / "base.toml").write_text(f"password = '{CANARY}'\n")
    source = Profiles(folder, default="local").source(BaseSettings)
    assert repr(source) == f"ProfileSource({folder / 'base.toml'}, {folder / 'local.toml'})"


def test_environments_that_cannot_be_explained(folder, monkeypatch):
    """An environment that does not exist is reported by `explain` as by every other use of the settings."""

    class Settings(ProfileSettings):
        profiles: ClassVar = Profiles(folder, default="local")

    monkeypatch.setenv("DAGWIRE_ENV", "prodution")
    with pytest.raises(UnknownEnvironmentError, match="production"):
        explain(SettingsProvider(Settings))
