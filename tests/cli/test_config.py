"""`dagwire config explain`, `diff`, `schema` and `template`."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SHOP = '''
from pathlib import Path
from typing import Annotated, ClassVar

from dagwire import (
    ConfigurableResource, Definitions, Profiles, ProfileSettings, ResourceProvider, SecretField, SettingsProvider,
)
from dependency_injector import containers
from pydantic import Field, SecretStr


class Db(ConfigurableResource):
    path: str
    """Where it is."""
    password: SecretStr = SecretStr("canary-7f3a")
    pin: Annotated[str, SecretField()] = "canary-7f3a"
    hosts: list[str] = ["one", "two"]
    is_new: bool = False
    note: str = 'a "quoted" note'
    owner: str | None = None


class Settings(ProfileSettings):
    model_config = {"env_prefix": "SHOP_", "env_nested_delimiter": "__", "env_file": ".env",
        "nested_model_default_partial_update": True, "use_attribute_docstrings": True}
    profiles: ClassVar = Profiles(Path(__file__).parent / "config", default="local")
    db: Db
    region: str = Field("eu", description="Where the\\nshop is.")


class Shop(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    db = ResourceProvider(settings.provided.db)


defs = Definitions(resources=Shop())
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A shop with two environments."""
    (tmp_path / "shop.py").write_text(SHOP)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "shop:defs"\n')
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "local.toml").write_text('[db]\npath = "here.db"\n')
    (tmp_path / "config" / "production.toml").write_text('[db]\npath = "/srv/shop.db"\npassword = "canary-7f3a-2"\n')
    return tmp_path


def test_each_value_is_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value is listed with its source and the sources that it overrides; secrets are masked."""
    monkeypatch.setenv("SHOP_DB__PATH", "there.db")
    done = run("config", "explain")
    lines = {line.split()[0]: " ".join(line.split()[1:]) for line in done.stdout.splitlines()}
    assert lines["settings.db.path"].startswith(
        "there.db environment variable SHOP_DB__PATH here.db (config/local.toml"
    )
    assert lines["settings.db.password"] == "********** default"
    assert lines["settings.region"] == "eu default"


def test_one_value_is_explained(run: Run) -> None:
    """A path below a key of the container, for programs."""
    (value,) = json.loads(run("config", "explain", "db.path", "--json").stdout)
    assert value["value"] == "here.db"
    assert value["source"] == "config/local.toml, line 2"
    assert value["setting"] == "settings.db.path"
    assert value["variables"] == ["SHOP_DB__PATH"]


def test_an_unknown_path_names_the_nearest(run: Run) -> None:
    """A path that leads nowhere ends with exit code 2."""
    done = run("config", "explain", "settings.regoin")
    assert done.returncode == 2
    assert "There is no setting 'settings.regoin'. Did you mean 'settings.region'?" in done.stderr


def test_the_environment_is_chosen_before_or_after_the_command(run: Run) -> None:
    """`--env`, in both places."""
    for arguments in (["--env", "production", "config", "explain"], ["config", "explain", "--env", "production"]):
        assert "/srv/shop.db" in run(*arguments).stdout


def test_an_unknown_environment_names_those_there_are(run: Run) -> None:
    """Whatever the command."""
    for command in (["check"], ["config", "explain"], ["resources", "show", "db"]):
        done = run("--env", "prod", *command)
        assert done.returncode == 2
        assert "'local', 'production'" in done.stdout + done.stderr


def test_two_environments_are_compared(run: Run) -> None:
    """Only what differs; of a secret that it differs, and no more."""
    done = run("config", "diff", "local", "production")
    assert done.returncode == 0, done.stderr
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["path", "local", "production"],
        ["settings.db.path", "here.db", "/srv/shop.db"],
        ["settings.db.password", "**********", "**********"],
    ]
    difference = json.loads(run("config", "diff", "local", "production", "--json").stdout)[0]
    assert difference["production"]["source"] == "config/production.toml, line 2"
    assert run("config", "diff", "local", "local").stdout == "Nothing differs between local and local.\n"


def test_settings_without_environments_cannot_be_compared(run: Run, project: Path) -> None:
    """Two names would mean the same, whatever they are."""
    (project / "plain.py").write_text("from dagwire import Definitions\ndefs = Definitions(resources={'a': 1})\n")
    done = run("config", "diff", "local", "production", "-m", "plain")
    assert done.returncode == 2
    assert "no settings have profiles" in done.stderr


def test_the_schema_has_no_secret_in_it(run: Run) -> None:
    """Fields, types and descriptions, as editors and other languages read them."""
    done = run("config", "schema")
    schema = json.loads(done.stdout)
    assert schema["properties"]["region"]["default"] == "eu"
    assert schema["$defs"]["Db"]["properties"]["pin"] == {"title": "Pin", "type": "string", "writeOnly": True}
    assert "canary" not in done.stdout


def test_a_template_has_every_variable(run: Run) -> None:
    """With type, description and default; secrets are empty."""
    done = run("config", "template")
    assert "# region: str\n# Where the shop is.\n# SHOP_REGION=eu\n" in done.stdout
    assert "SHOP_DB__PASSWORD=\n" in done.stdout
    assert "canary" not in done.stdout


def test_a_variable_that_must_be_set_stands_ready(run: Run) -> None:
    """The template does not comment out a variable that must be set."""
    assert "\nSHOP_DB__PATH=\n" in run("config", "template").stdout


def test_a_template_filled_in_gives_the_same_settings(run: Run, project: Path) -> None:
    """Whatever is not secret reads as it is written: lists, booleans, text with quotes, nothing at all."""
    before = json.loads(run("config", "explain", "settings", "--json").stdout)
    lines = run("config", "template").stdout.splitlines()
    given = [line.removeprefix("# ") for line in lines if "SHOP_" in line and not line.endswith("=")]
    (project / ".env").write_text("\n".join(given))
    after = json.loads(run("config", "explain", "settings", "--json").stdout)
    assert {one["path"]: one["value"] for one in after} == {one["path"]: one["value"] for one in before}
    set_there = {one["path"] for one in after if one["source"].startswith(".env")}
    assert set_there == {f"settings.{name}" for name in ("region", "db.hosts", "db.is_new", "db.note")}


def test_several_settings_have_their_schemas_under_their_keys(run: Run, project: Path) -> None:
    """A container may have more than one."""
    (project / "two.py").write_text(
        f"{SHOP}\nclass Two(Shop):\n    others = SettingsProvider(Settings)\ndefs = Definitions(resources=Two())\n"
    )
    assert set(json.loads(run("config", "schema", "-m", "two").stdout)) == {"settings", "others"}


def test_a_resource_is_shown_with_where_its_config_comes_from(run: Run) -> None:
    """`resources show KEY` ends with the output of `config explain KEY`."""
    done = run("resources", "show", "db")
    assert "db.path" in done.stdout
    assert "config/local.toml, line 2" in done.stdout
    shown = json.loads(run("resources", "show", "db", "--json").stdout)
    assert shown["config"] == json.loads(run("config", "explain", "db", "--json").stdout)
