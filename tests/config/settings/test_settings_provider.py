"""A settings provider reads once, on first use, and reports each fault by the name of its variable."""

from typing import ClassVar

import pytest
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dagwire import ConfigurableResource, Profiles, ProfileSettings, SettingsProvider, environment
from dagwire.errors import SettingsError

SECRET = "canary-51c2"


class Store(ConfigurableResource):
    url: str = "data"
    pages: int = Field(default=1, gt=0)


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")

    region: str
    store: Store = Store()


def test_nothing_is_read_before_first_use(monkeypatch):
    """A provider may be made before the environment is there; the first use reads it."""
    provider = SettingsProvider(Settings)
    monkeypatch.setenv("SHOP_REGION", "eu")
    assert provider().region == "eu"


def test_they_are_read_once_until_reset(monkeypatch):
    """A later change of the environment is seen after `reset()` only."""
    monkeypatch.setenv("SHOP_REGION", "eu")
    provider = SettingsProvider(Settings)
    first = provider()
    monkeypatch.setenv("SHOP_REGION", "us")
    assert provider() is first
    provider.reset()
    assert provider().region == "us"


def test_all_faults_are_told_by_their_variables(monkeypatch):
    """A missing value, a wrong one and an unknown name are in one error, each under the variable that sets it."""
    monkeypatch.setenv("SHOP_STORE__PAGES", "many")
    monkeypatch.setenv("SHOP_STORE__ULR", SECRET)
    with pytest.raises(SettingsError) as caught:
        SettingsProvider(Settings)()
    told = "\n".join(caught.value.problems)
    assert "SHOP_REGION (region): Field required" in told
    assert "SHOP_STORE__PAGES (store.pages of Store): Input should be a valid integer" in told
    assert "SHOP_STORE__ULR (store.ulr of Store): There is no such setting. Did you mean 'SHOP_STORE__URL'?" in told
    assert told.count("Did you mean") == 1
    assert SECRET not in str(caught.value)


def test_the_nearest_variable_that_is_set_is_named(monkeypatch):
    """If a value is missing and a variable with nearly its name is set, the message asks about it."""
    monkeypatch.setenv("SHOP_REGOIN", "eu")
    with pytest.raises(SettingsError, match=r"'SHOP_REGOIN' is set; was it meant\?"):
        SettingsProvider(Settings)()


def test_a_validator_s_own_words_stand_alone():
    """The message of a validator of the whole model is reported verbatim."""

    class Strict(BaseSettings):
        @model_validator(mode="after")
        def _never(self):
            msg = "say where the API is"
            raise ValueError(msg)

    with pytest.raises(SettingsError) as caught:
        SettingsProvider(Strict)()
    assert caught.value.problems == ("say where the API is",)


def test_a_failed_reading_is_tried_again(monkeypatch):
    """A fault is not kept: the next use reads anew."""
    provider = SettingsProvider(Settings)
    with pytest.raises(SettingsError):
        provider()
    monkeypatch.setenv("SHOP_REGION", "eu")
    assert provider().region == "eu"


def test_a_reset_inside_a_block_keeps_the_environment_of_the_block(tmp_path):
    """The provider of one environment reads anew after a reset, for the same environment."""
    (tmp_path / "test.toml").write_text("region = 'us'\n")

    class Profiled(ProfileSettings):
        profiles: ClassVar = Profiles(tmp_path, default="test")
        region: str = "eu"

    with environment("test"):
        provider = SettingsProvider(Profiled).in_force()
        assert provider().region == "us"
        (tmp_path / "test.toml").write_text("region = 'asia'\n")
        provider.reset()
        assert provider().region == "asia"
