"""Settings from AWS Secrets Manager and SSM, as moto answers for them."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pydantic import BaseModel, SecretStr
from pydantic_settings import (
    AWSSecretsManagerSettingsSource,
    AWSSystemsManagerSettingsSource,
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from dagwire import SettingsProvider, explain
from dagwire.errors import SettingsError

from tools.systems.moto import REGION, Key, Moto, moto

CANARY = "canary-77aa"


class Warehouse(BaseModel):
    user: str = "nobody"
    password: SecretStr = SecretStr("")


class FromSecretsManager(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    warehouse: Warehouse = Warehouse()
    api_key: SecretStr = SecretStr("")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        manager = AWSSecretsManagerSettingsSource(settings_cls, "flights/production")
        return sources["init_settings"], sources["env_settings"], manager


class FromParameters(BaseSettings):
    warehouse: Warehouse = Warehouse()
    api_key: SecretStr = SecretStr("")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            sources["init_settings"],
            sources["env_settings"],
            AWSSystemsManagerSettingsSource(settings_cls, "/flights/"),
        )


@pytest.fixture(scope="module")
def account() -> Iterator[Moto]:
    with moto() as running:
        secret = {"warehouse--user": "loader", "warehouse--password": CANARY, "api_key": CANARY}
        running.client("secretsmanager").create_secret(Name="flights/production", SecretString=json.dumps(secret))
        for name, value in {"warehouse/user": "loader", "warehouse/password": CANARY, "api_key": CANARY}.items():
            running.client("ssm").put_parameter(Name=f"/flights/{name}", Value=value, Type="SecureString")
        yield running


def log_in(monkeypatch: pytest.MonkeyPatch, account: Moto, key: Key) -> None:
    """As a service on AWS has it: by variables, which boto3 reads once for a process."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for name, value in {
        "AWS_ENDPOINT_URL": account.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
    }.items():
        monkeypatch.setenv(name, value)


SOURCES = pytest.mark.parametrize("settings", [FromSecretsManager, FromParameters])


@SOURCES
def test_values_of_the_manager(settings: Any, account: Moto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nested names and secrets are read; a variable goes over them; `explain` names the source and masks values."""
    log_in(monkeypatch, account, account.owner)
    monkeypatch.setenv("API_KEY", "from the environment")
    provider = SettingsProvider(settings)
    read = provider()
    assert (read.warehouse.user, read.warehouse.password.get_secret_value()) == ("loader", CANARY)
    assert read.api_key.get_secret_value() == "from the environment"
    explained = {one.path: one for one in explain(provider)}
    assert explained["warehouse.user"].source.name.startswith("AWS")
    assert CANARY not in repr(explained)


@SOURCES
def test_a_manager_that_refuses(settings: Any, account: Moto, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not read, or has a wrong key, has one error that says so, before anything opens."""
    for key in (account.reader, Key(account.owner.access_key_id, CANARY)):
        log_in(monkeypatch, account, key)
        with pytest.raises(SettingsError) as caught:
            SettingsProvider(settings)()
        assert settings.__name__ in str(caught.value)
        assert any(code in str(caught.value) for code in ("AccessDenied", "Signature"))
        assert CANARY not in str(caught.value)


def test_a_secret_that_is_not_there(account: Moto, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing secret is named by AWS's own error."""
    log_in(monkeypatch, account, account.owner)

    class Missing(FromSecretsManager):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], **sources: PydanticBaseSettingsSource
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (AWSSecretsManagerSettingsSource(settings_cls, "flights/nowhere"),)

    with pytest.raises(SettingsError, match="ResourceNotFoundException"):
        SettingsProvider(Missing)()
