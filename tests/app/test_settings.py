import os
from collections.abc import Callable
from pathlib import Path

import pytest

from dagwire.errors import SettingsError, UnknownEnvironmentError
from dagwire.testing import OpenResources

from config.settings import Settings
from containers.application import Application

CANARY = "canary-51b2"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables of the application, no `.env`."""
    for name in list(os.environ):
        if name.startswith(("APP_", "DAGWIRE_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_local_environment_needs_nothing(resources: OpenResources) -> None:
    """With no variable set, everything lies under data/, and the API is a server of our own."""
    settings = resources.settings
    assert settings.api_location == "local"
    assert settings.store.url == "data/raw"
    assert settings.warehouse.path == Path("data/flights.duckdb")


@pytest.mark.environment("test")
@pytest.mark.settings(APP_API__PAGE_SIZE="13")
def test_later_sources_change_single_fields(resources: OpenResources, tmp_path: Path) -> None:
    """base.toml, the environment's file, .env and variables, each over the one before, field by field."""
    (tmp_path / ".env").write_text("APP_API__READ_TIMEOUT_S=11\nAPP_API__PAGE_SIZE=12\nUNRELATED=1\n")
    api = resources.settings.api
    assert api.connect_timeout_s == 5  # base.toml
    assert api.attempts == 2  # test.toml
    assert api.read_timeout_s == 11  # .env
    assert api.page_size == 13  # the variable


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.environment(name)) for name in Settings.profiles.names]
)
@pytest.mark.settings(APP_API__BASE_URL="https://api.example.org/flights")
def test_every_environment_can_be_read(name: str, resources: OpenResources) -> None:
    """Every environment's file, with the API's address given, makes valid settings."""
    assert resources.settings.api_location == "remote"


def test_an_unknown_environment_is_refused_with_the_known_ones(
    resources: OpenResources, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A typing error in DAGWIRE_ENV is one message that lists what there is."""
    monkeypatch.setenv("DAGWIRE_ENV", "prod")
    with pytest.raises(UnknownEnvironmentError) as caught:
        _ = resources.settings
    assert "'prod'" in str(caught.value)
    assert "Known: 'local', 'production', 'test'." in str(caught.value)


@pytest.mark.environment("production")
def test_production_must_be_told_where_the_api_is(resources: OpenResources) -> None:
    """No server of our own in production: without an address, one message names the variable."""
    with pytest.raises(SettingsError, match="APP_API__BASE_URL must say where the API is"):
        _ = resources.api


@pytest.mark.settings(
    APP_API__PAGE_SIZE=f"{CANARY}-many", APP_WAREHOUSE__KIND=CANARY, APP_SERVER__PORT=70000, APP_API__KEY=CANARY
)
def test_all_wrong_values_are_named_and_none_shown(resources: OpenResources) -> None:
    """Several faults are one message; it names each variable and what was expected, and shows no value."""
    with pytest.raises(SettingsError) as caught:
        _ = resources.settings
    message = str(caught.value)
    assert all(name in message for name in ("APP_API__PAGE_SIZE", "APP_WAREHOUSE__KIND", "APP_SERVER__PORT"))
    assert "APP_API__KEY" not in message
    assert CANARY not in message


def test_a_misspelt_setting_in_env_file_is_refused(resources: OpenResources, tmp_path: Path) -> None:
    """A key of ours that no field reads is an error, not a value that silently counts for nothing."""
    (tmp_path / ".env").write_text("APP_API__PAGE_SISE=10\n")
    with pytest.raises(SettingsError, match=r"(?i)api\.page_sise"):
        _ = resources.settings


@pytest.mark.settings(APP_API__BASE_URL="https://api.example.org/flights")
def test_a_base_url_switches_to_a_server_elsewhere(
    resources: OpenResources, assert_never_opened: Callable[..., None], tmp_path: Path
) -> None:
    """If `base_url` is set, the client uses that server, and ours is neither built nor started."""
    assert str(resources.api.base_url) == "https://api.example.org/flights"
    assert_never_opened("server")
    assert list(tmp_path.iterdir()) == []


def test_without_one_the_client_is_led_to_our_own_server(
    resources: OpenResources, monkeypatch: pytest.MonkeyPatch, small_database: Path
) -> None:
    """The container starts the local server, gives its address to the client, and both end with the run."""
    monkeypatch.setenv("APP_SERVER__DATABASE", str(small_database))
    assert resources.api.months()[0] == "2013-01"


@pytest.mark.settings(APP_API__BASE_URL=f"https://user:{CANARY}@api.example.org")
def test_an_address_may_hold_no_password(resources: OpenResources) -> None:
    """Addresses are shown in messages: one with a password is refused, and the password is not shown."""
    with pytest.raises(SettingsError, match="APP_API__BASE_URL") as caught:
        _ = resources.settings
    assert CANARY not in str(caught.value)


def test_importing_the_container_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read on first use: a wrong one does not stop an import."""
    monkeypatch.setenv("APP_API__PAGE_SIZE", "many")
    assert Application().providers
