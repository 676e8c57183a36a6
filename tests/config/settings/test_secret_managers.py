"""Settings from the secret managers of three clouds, by pydantic-settings' own sources and fakes of their clients."""

import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Annotated, ClassVar

import pytest
from dependency_injector import containers, providers
from pydantic import BaseModel, SecretStr
from pydantic_settings import (
    AWSSecretsManagerSettingsSource,
    AWSSystemsManagerSettingsSource,
    AzureKeyVaultSettingsSource,
    BaseSettings,
    GoogleSecretManagerSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.sources.providers import aws

from dagwire import SecretField, SettingsProvider, build_resources, explain
from dagwire.errors import SettingsError

CANARY = "c4n4ry-do-not-show"


class Cloud:
    """The secrets of a cloud, and what its clients are asked; each kind of client knows its own calls."""

    def __init__(self) -> None:
        nested = dict.fromkeys(["db--password", "db/password", "db__password"], CANARY)  # each source by its own mark
        self.secrets = {"api": CANARY, "region": "us", **nested}
        self.fault: Exception | None = None
        self.asked = 0

    def _answer(self):
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.secrets

    # -- Amazon's ------------------------------------------------------------------------------------------------------

    def client(self, service, **_):
        return SimpleNamespace(get_secret_value=self.get_secret_value, get_paginator=lambda _: self)

    def get_secret_value(self, **_):
        return {"SecretString": json.dumps(self._answer())}

    def paginate(self, **asked):
        yield {
            "Parameters": [{"Name": f"{asked['Path']}{name}", "Value": value} for name, value in self._answer().items()]
        }

    # -- Microsoft's ---------------------------------------------------------------------------------------------------

    def list_properties_of_secrets(self):
        return [SimpleNamespace(name=name, enabled=True) for name in self._answer()]

    def get_secret(self, name):
        return SimpleNamespace(value=self.secrets[name])

    # -- Google's ------------------------------------------------------------------------------------------------------

    def common_project_path(self, project):
        return project

    def list_secrets(self, parent):
        return [SimpleNamespace(name=name) for name in self._answer()]

    def parse_secret_path(self, path):
        return {"secret": path}

    def secret_version_path(self, project, name, version):
        return name

    def access_secret_version(self, name):
        return SimpleNamespace(payload=SimpleNamespace(data=self.secrets[name].encode()))


@pytest.fixture
def cloud(monkeypatch):
    """A cloud, behind modules of the names that its clients have."""
    cloud = Cloud()
    modules = {
        "boto3": {"client": cloud.client},
        "azure.core.credentials": {"TokenCredential": object},
        "azure.core.exceptions": {"ResourceNotFoundError": LookupError},
        "azure.keyvault.secrets": {"SecretClient": lambda **_: cloud},
        "google.auth": {"default": None},
        "google.auth.credentials": {"Credentials": object},
        "google.cloud.secretmanager": {"SecretManagerServiceClient": lambda **_: cloud},
    }
    for path, names in modules.items():
        parts = path.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if not isinstance(sys.modules.get(name), ModuleType) or end == len(parts):
                monkeypatch.setitem(sys.modules, name, ModuleType(name))
        vars(sys.modules[path]).update(names)
    return cloud


SOURCES = {
    AWSSecretsManagerSettingsSource: lambda settings: AWSSecretsManagerSettingsSource(settings, "shop"),
    AWSSystemsManagerSettingsSource: lambda settings: AWSSystemsManagerSettingsSource(settings, "/shop/"),
    AzureKeyVaultSettingsSource: lambda settings: AzureKeyVaultSettingsSource(settings, "https://127.0.0.1", object()),
    GoogleSecretManagerSettingsSource: lambda settings: GoogleSecretManagerSettingsSource(settings, object(), "shop"),
}
BY_SOURCE = pytest.mark.parametrize("kind", SOURCES, ids=[kind.__name__ for kind in SOURCES])


class Db(BaseModel):
    password: SecretStr = SecretStr("none")


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")
    source: ClassVar = None
    api: Annotated[str, SecretField()]
    region: str = "eu"
    db: Db = Db()

    @classmethod
    def settings_customise_sources(cls, settings_cls, init_settings, env_settings, *_, **__):
        return init_settings, env_settings, SOURCES[cls.source](settings_cls)


def container_of(kind):
    class Secrets(Settings):
        source: ClassVar = kind

    settings = SettingsProvider(Secrets)
    container = containers.DynamicContainer()
    container.settings = settings
    container.client = providers.Singleton(lambda api: [api], settings.provided.api)
    return container


@BY_SOURCE
def test_a_value_of_a_secret_manager_is_explained(cloud, kind, monkeypatch):
    """It is named by its source's class and masked; a variable goes over it."""
    monkeypatch.setenv("REGION", "ap")
    found = {one.path: one for one in explain(container_of(kind))}
    assert str(found["settings.api"].source) == f"source {kind.__name__}"
    assert str(found["settings.db.password"].source) == f"source {kind.__name__}"
    assert str(found["settings.region"].source) == "environment variable REGION"
    assert [(one.value, str(one.source)) for one in found["settings.region"].shadowed] == [
        ("us", f"source {kind.__name__}")
    ]
    assert CANARY not in repr(found)


@BY_SOURCE
def test_secrets_are_read_anew_after_a_reset(cloud, kind):
    """Scopes read them once; after `settings.reset()` the next has the new ones, and builds anew what keeps them."""
    container = container_of(kind)
    with build_resources(container) as resources:
        assert (resources.client, resources.settings.db.password.get_secret_value()) == ([CANARY], CANARY)
    asked = cloud.asked
    cloud.secrets["api"] = "rotated"
    with build_resources(container) as resources:
        assert (resources.client, cloud.asked) == ([CANARY], asked)
    container.settings.reset()
    with build_resources(container) as resources:
        assert resources.client == ["rotated"]


@BY_SOURCE
def test_a_secret_manager_that_is_away(cloud, kind):
    """Its fault is reported before anything opens, with the name of the source."""
    cloud.fault = ConnectionError("no route to host")
    with pytest.raises(SettingsError, match=f"{kind.__name__}: ConnectionError: no route to host"):
        build_resources(container_of(kind)).__enter__()


def test_a_client_that_is_not_installed(monkeypatch):
    """The message names what to install."""
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.setattr(aws, "boto3_client", None)
    with pytest.raises(SettingsError, match="pip install pydantic-settings"):
        build_resources(container_of(AWSSecretsManagerSettingsSource)).__enter__()
