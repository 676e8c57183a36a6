"""Files of a profile that have sections for different kinds of one discriminated union."""

from typing import Annotated, ClassVar, Literal

import pytest
from pydantic import BaseModel, Field
from pydantic_settings import SettingsConfigDict

from dagwire import ConfigurableResource, Profiles, ProfileSettings, SettingsProvider, explain
from dagwire.errors import SettingsError


class Local(ConfigurableResource):
    kind: Literal["local"] = "local"
    path: str = "data"
    name: str = "here"


class Remote(ConfigurableResource):
    kind: Literal["remote"] = "remote"
    host: str = "localhost"
    name: str = "remote"


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings of a folder whose base is for one kind, and whose environment's file is for another."""
    monkeypatch.delenv("DAGWIRE_ENV", raising=False)
    (tmp_path / "base.toml").write_text(
        "title = 'base'\n[store]\nkind = 'remote'\nhost = 'base'\nname = 'base'\n"
        "[sink.store]\nkind = 'remote'\nhost = 'b'\n"
    )
    (tmp_path / "local.toml").write_text(
        "[store]\nkind = 'local'\npath = 'files'\nname = 'file'\n[sink.store]\nkind = 'local'\npath = 'files'\n"
    )

    class Inner(BaseModel):
        store: Annotated[Local | Remote, Field(discriminator="kind")] = Local()

    class Settings(ProfileSettings):
        model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__")
        profiles: ClassVar = Profiles(tmp_path, default="local")

        title: str = ""
        store: Annotated[Local | Remote, Field(discriminator="kind")] = Local()
        sink: Inner = Inner()

    return Settings


def test_the_environment_s_kind_goes_over_the_base_s(settings):
    """The base's section for another kind is left out as a whole; its other sections count."""
    read = settings()
    assert read.store == Local(path="files", name="file")
    assert read.sink.store == Local(path="files")
    assert read.title == "base"


def test_a_variable_chooses_the_kind(settings, monkeypatch):
    """The environment's section is left out then, and the base's counts if it is for the kind that was chosen."""
    monkeypatch.setenv("SHOP_STORE__KIND", "remote")
    monkeypatch.setenv("SHOP_STORE__HOST", "variable")
    read = settings()
    assert read.store == Remote(host="variable", name="base")
    assert read.sink.store == Local(path="files")


def test_only_the_files_that_count_are_named(settings, monkeypatch, tmp_path):
    """`explain` shows no value of a section that was left out, also if the other kind has a field of that name."""
    monkeypatch.setenv("SHOP_STORE__KIND", "remote")
    name = next(found for found in explain(SettingsProvider(settings)) if found.path == "store.name")
    assert (name.value, name.source.name) == ("base", str(tmp_path / "base.toml"))
    assert name.shadowed == ()


def test_variables_of_another_kind_are_refused(settings, monkeypatch):
    """A variable is not a section: one that the chosen kind does not have is a fault."""
    monkeypatch.setenv("SHOP_STORE__KIND", "remote")
    monkeypatch.setenv("SHOP_STORE__PATH", "files")
    with pytest.raises(SettingsError, match="SHOP_STORE__PATH"):
        SettingsProvider(settings)()


def test_a_section_without_a_kind_is_for_any(settings, monkeypatch, tmp_path):
    """A file that does not name a kind adds its fields to the kind that others choose."""
    (tmp_path / "local.toml").write_text("[store]\nname = 'file'\n")
    assert settings().store == Remote(host="base", name="file")
