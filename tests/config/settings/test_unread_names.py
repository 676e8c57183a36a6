"""Variables and keys of files that look like settings and that nothing reads are found, with the nearest name."""

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict, TomlConfigSettingsSource, YamlConfigSettingsSource

from dagwire import Profiles, ProfileSettings, SettingsProvider
from dagwire.config.settings.unread_names import unread_names


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def unread(*settings):
    """The names that are set and read by none of `settings`, in words."""
    return [str(one) for one in unread_names([SettingsProvider(one) for one in settings])]


class Store(BaseModel):
    url: str = "data"


class Shop(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_file=".env", extra="ignore")
    region: str = "eu"
    store: Store = Store()
    labels: dict[str, str] = {}
    anything: Any = None
    port: int = Field(1, validation_alias=AliasChoices("SHOP_PORT", "PORT"))


class Mailer(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_MAIL_")
    host: str = ""


def test_a_misspelt_variable_is_found(monkeypatch):
    """A variable with the prefix is meant for the settings; without it, it is another program's."""
    monkeypatch.setenv("SHOP_REGOIN", "us")
    monkeypatch.setenv("SHOP_STORE__ULR", "x")
    monkeypatch.setenv("REGOIN", "us")
    assert unread(Shop) == [
        "'SHOP_REGOIN' in the environment is read by no setting. Did you mean 'SHOP_REGION'?",
        "'SHOP_STORE__ULR' in the environment is read by no setting. Did you mean 'SHOP_STORE__URL'?",
    ]


def test_variables_that_are_read_are_not_found(monkeypatch):
    """Any spelling, an alias, a model as JSON, keys of a dict, and variables of other settings are all read."""
    for name in ("shop_region", "SHOP_STORE", "SHOP_STORE__URL", "SHOP_LABELS__A", "SHOP_ANYTHING__DEEP", "SHOP_PORT"):
        monkeypatch.setenv(name, "{}" if name == "SHOP_STORE" else "1")
    monkeypatch.setenv("SHOP_MAIL_HOST", "mail")
    assert unread(Shop, Mailer) == []


def test_a_misspelt_variable_in_a_dotenv_file_has_its_line(monkeypatch):
    """pydantic-settings passes over it if the settings ignore what they do not know."""
    Path(".env").write_text("# here\nSHOP_REGOIN=us\nOTHER=1\n")
    assert unread(Shop) == ["'SHOP_REGOIN' in .env, line 2 is read by no setting. Did you mean 'SHOP_REGION'?"]


class FromFile(BaseSettings):
    model_config = SettingsConfigDict(yaml_file="shop.yaml", extra="ignore")
    region: str = "eu"
    store: Store = Store()
    free: dict[str, str] = {}

    @classmethod
    def settings_customise_sources(cls, settings_cls, **_sources):
        """The file alone."""
        return (YamlConfigSettingsSource(settings_cls),)


def test_a_misspelt_key_of_a_file_has_its_line():
    """Misspelt keys are found at any depth; the keys of a dict are free."""
    Path("shop.yaml").write_text("regoin: us\nstore:\n  url: x\n  ulr: y\nfree:\n  any: z\n")
    assert unread(FromFile) == [
        "'regoin' in shop.yaml, line 1 is read by no setting. Did you mean 'region'?",
        "'store.ulr' in shop.yaml, line 4 is read by no setting. Did you mean 'store.url'?",
    ]


def test_a_misspelt_key_of_a_profile_is_found():
    """In the files of the environment in force."""

    class Profiled(ProfileSettings):
        model_config = SettingsConfigDict(extra="ignore")
        profiles: ClassVar = Profiles("config", default="local")
        region: str = "eu"

    Path("config").mkdir()
    Path("config/base.toml").write_text('region = "us"\n')
    Path("config/local.toml").write_text('\nregoin = "us"\n')
    assert unread(Profiled) == ["'regoin' in config/local.toml, line 2 is read by no setting. Did you mean 'region'?"]


def test_settings_that_cannot_be_read_have_no_warnings():
    """Settings that cannot be read cause a fault instead of warnings."""
    Path("shop.yaml").write_text("{")
    assert unread(FromFile) == []


def test_settings_that_take_every_name_have_no_unread_ones(folder):
    """A key of a file that the settings keep as an extra value is read."""
    (folder / "a.toml").write_text("anything = 1\n")

    class Open(BaseSettings):
        model_config = SettingsConfigDict(toml_file="a.toml", extra="allow")

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), TomlConfigSettingsSource(settings_cls))

    assert not list(unread_names([SettingsProvider(Open)]))


def test_a_file_that_is_out_of_bounds_has_no_unread_names(folder):
    """A file that dagwire refuses to read is left to the check of the settings."""
    (folder / "a.toml").write_text("a." * 150 + "b = 1\n")

    class Deep(BaseSettings):
        model_config = SettingsConfigDict(toml_file="a.toml", extra="ignore")

        @classmethod
        def settings_customise_sources(cls, settings_cls, **known):
            return (*known.values(), TomlConfigSettingsSource(settings_cls))

    assert not list(unread_names([SettingsProvider(Deep)]))
