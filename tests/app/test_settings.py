import os
from pathlib import Path

import pytest

from dagwire import build_resources
from dagwire.errors import SettingsError, UnknownEnvironmentError

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


def test_the_local_environment_needs_nothing() -> None:
    """With no variable set, everything lies under data/, and the API is a server of our own."""
    settings = Settings()
    assert settings.api_location == "local"
    assert settings.store.url == "data/raw"
    assert settings.warehouse.path == Path("data/flights.duckdb")


def test_later_sources_change_single_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """base.toml, the environment's file, .env and variables, each over the one before, field by field."""
    (tmp_path / ".env").write_text("APP_API__READ_TIMEOUT_S=11\nAPP_API__PAGE_SIZE=12\nUNRELATED=1\n")
    monkeypatch.setenv("DAGWIRE_ENV", "test")
    monkeypatch.setenv("APP_API__PAGE_SIZE", "13")
    api = Settings().api
    assert api.connect_timeout_s == 5  # base.toml
    assert api.attempts == 2  # test.toml
    assert api.read_timeout_s == 11  # .env
    assert api.page_size == 13  # the variable


@pytest.mark.parametrize("name", Settings.profiles.names)
def test_every_environment_can_be_read(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file of the folder, with the API's address given, makes valid settings."""
    monkeypatch.setenv("DAGWIRE_ENV", name)
    monkeypatch.setenv("APP_API__BASE_URL", "https://api.example.org/flights")
    assert Settings().api_location == "remote"


def test_an_unknown_environment_is_refused_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing error in DAGWIRE_ENV is one message that lists what there is."""
    monkeypatch.setenv("DAGWIRE_ENV", "prod")
    with pytest.raises(UnknownEnvironmentError) as caught, build_resources(Application()):
        pass
    assert "'prod'" in str(caught.value)
    assert "Known ones: local, production, test." in str(caught.value)


def test_production_must_be_told_where_the_api_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server of our own in production: without an address, one message names the variable."""
    monkeypatch.setenv("DAGWIRE_ENV", "production")
    with (
        pytest.raises(SettingsError, match="APP_API__BASE_URL must say where the API is"),
        build_resources(Application()),
    ):
        pass


def test_all_wrong_values_are_named_and_none_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several faults are one message; it names each variable and what was expected, and shows no value."""
    monkeypatch.setenv("APP_API__PAGE_SIZE", f"{CANARY}-many")
    monkeypatch.setenv("APP_WAREHOUSE__KIND", CANARY)
    monkeypatch.setenv("APP_SERVER__PORT", "70000")
    monkeypatch.setenv("APP_API__KEY", CANARY)
    with pytest.raises(SettingsError) as caught, build_resources(Application()):
        pass
    message = str(caught.value)
    assert all(name in message for name in ("APP_API__PAGE_SIZE", "APP_WAREHOUSE__KIND", "APP_SERVER__PORT"))
    assert "APP_API__KEY" not in message
    assert CANARY not in message


def test_a_misspelt_setting_in_env_file_is_refused(tmp_path: Path) -> None:
    """A key of ours that no field reads is an error, not a value that silently counts for nothing."""
    (tmp_path / ".env").write_text("APP_API__PAGE_SISE=10\n")
    with pytest.raises(SettingsError, match=r"(?i)api\.page_sise"), build_resources(Application()):
        pass


def test_a_base_url_switches_to_a_server_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One variable points the client to another server, and ours is neither built nor started."""
    monkeypatch.setenv("APP_API__BASE_URL", "https://api.example.org/flights")
    with build_resources(Application(), required_resource_keys={"api"}) as resources:
        assert str(resources.api.base_url) == "https://api.example.org/flights"
    assert list(tmp_path.iterdir()) == []


def test_without_one_the_client_is_led_to_our_own_server(monkeypatch: pytest.MonkeyPatch, small_database: Path) -> None:
    """The container starts the local server, gives its address to the client, and both end with the run."""
    monkeypatch.setenv("APP_SERVER__DATABASE", str(small_database))
    with build_resources(Application(), required_resource_keys={"api"}) as resources:
        assert resources.api.months()[0] == "2013-01"


def test_an_address_may_hold_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses are shown in messages: one with a password is refused, and the password is not shown."""
    monkeypatch.setenv("APP_API__BASE_URL", f"https://user:{CANARY}@api.example.org")
    with pytest.raises(SettingsError, match="APP_API__BASE_URL") as caught, build_resources(Application()):
        pass
    assert CANARY not in str(caught.value)


def test_importing_the_container_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings are read on first use: a wrong one does not stop an import."""
    monkeypatch.setenv("APP_API__PAGE_SIZE", "many")
    assert Application().providers
