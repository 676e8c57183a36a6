"""`dagwire check`: everything wrong at once, before anything opens."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FAULTY = """
from dagwire import ConfigurableResource, Definitions, ResourceProvider, SettingsProvider, asset, define_asset_job
from dependency_injector import containers
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Db(ConfigurableResource):
    port: int
    password: SecretStr = SecretStr("canary-7f3a")

    def setup_for_execution(self, context):
        open("opened", "w").close()


class Settings(BaseSettings):
    model_config = {"env_prefix": "SHOP_", "env_nested_delimiter": "__"}
    db: Db


class Shop(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    db = ResourceProvider(settings.provided.db)


@asset
def report(db: Db, mail: Db):
    pass


@asset
def ledger(dbs: Db):
    pass


defs = Definitions(assets=[report, ledger], jobs=[define_asset_job("both", "reportt")], resources=Shop())
"""


@pytest.fixture
def faulty(project: Path) -> Path:
    """A project in which several things are wrong."""
    (project / "shop.py").write_text(FAULTY)
    return project


def test_nothing_wrong(run: Run, project: Path) -> None:
    """`check` counts the definitions, opens nothing, and exits with 0."""
    done = run("check")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Nothing is wrong with 10 assets, 4 checks, 6 jobs, 1 schedule, 1 sensor, 3 resources.\n"
    assert json.loads(run("check", "--json").stdout) == {"faults": [], "warnings": [], "resources": []}
    assert not (project / "opened").exists()


def test_everything_wrong_is_found_at_once(run: Run, faulty: Path) -> None:
    """Missing resources, unknown assets and unset variables are listed together; the exit code is 1."""
    done = run("check")
    assert done.returncode == 1
    assert "There is no asset 'reportt'. Did you mean 'report'?" in done.stdout
    assert "Resource 'dbs', asked for by asset 'ledger', is not provided. Did you mean 'db'?" in done.stdout
    assert "Resource 'mail', asked for by asset 'report', is not provided." in done.stdout
    assert "SHOP_DB" in done.stdout
    assert done.stdout.endswith("4 faults found; nothing was opened.\n")
    assert not (faulty / "opened").exists()


def test_faults_as_data(run: Run, faulty: Path) -> None:
    """`check --json` lists each fault with its class, its message and the name of its page."""
    faults = json.loads(run("check", "--json").stdout)["faults"]
    assert {fault["page"] for fault in faults} == {"unknown-name", "missing-resource", "settings"}


def test_opening_is_tried_only_where_nothing_is_wrong(run: Run, faulty: Path) -> None:
    """`--open` with faults opens nothing."""
    assert run("check", "--open").returncode == 1
    assert not (faulty / "opened").exists()


def test_open_opens_each_resource_and_closes_it(run: Run, project: Path) -> None:
    """A line for each resource that has a life cycle."""
    done = run("check", "--open")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1].split()[:2] == ["db", "fine"]
    assert (project / "opened").exists()
    assert (project / "closed").exists()


def test_a_resource_that_does_not_open_is_told_and_the_others_are_tried(run: Run, project: Path) -> None:
    """`check --open` lists the reason of a resource that does not open, tries the others, and exits with 1."""
    broken = (project / "shop.py").read_text().replace('(HERE / "opened").touch()', 'raise OSError("no route")')
    (project / "shop.py").write_text(broken)
    done = run("check", "--open")
    assert done.returncode == 1
    assert "no route" in done.stdout
    assert done.stdout.endswith("1 resource failed.\n")


def test_health_asks_each_resource(run: Run, project: Path) -> None:
    """A resource whose `check_health()` raises fails `check --health`."""
    check = '    def check_health(self):\n        raise OSError("sick")\n\n'
    whole = (project / "shop.py").read_text()
    sick = whole.replace("    def teardown_after_execution", f"{check}    def teardown_after_execution")
    (project / "shop.py").write_text(sick)
    assert run("check", "--open").returncode == 0
    done = run("check", "--health", "--json")
    assert done.returncode == 1
    db, _ = json.loads(done.stdout)["resources"]
    assert (db["resource"], db["state"], db["error"]) == ("db", "failed", "OSError: sick")


def test_what_a_resource_is_given_at_launch_is_not_missed(run: Run, project: Path) -> None:
    """A resource configured at launch, or a definition with a config schema, is not a fault without its config."""
    (project / "late.py").write_text(
        "from dagwire import ConfigurableResource, Definitions, resource\n"
        "class Db(ConfigurableResource):\n    path: str\n"
        "@resource(config_schema={'n': int})\ndef number(context):\n    return 1\n"
        "defs = Definitions(resources={'db': Db.configure_at_launch(), 'number': number})\n"
    )
    assert run("check", "-m", "late").stdout == "Nothing is wrong with 2 resources.\n"


def test_a_misspelt_variable_is_a_warning(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable is not a fault: the exit code is 0, and a warning names the nearest variable."""
    (project / "shop.py").write_text(
        "import dagwire as dg\n"
        "from dependency_injector import containers\n"
        "from pydantic_settings import BaseSettings, SettingsConfigDict\n"
        "class Settings(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='SHOP_')\n"
        "    region: str = 'eu'\n"
        "class Shop(containers.DeclarativeContainer):\n"
        "    settings = dg.SettingsProvider(Settings)\n"
        "defs = dg.Definitions(resources=Shop())\n"
    )
    monkeypatch.setenv("SHOP_REGOIN", "us")
    done = run("check")
    warning = "'SHOP_REGOIN' in the environment is read by no setting. Did you mean 'SHOP_REGION'?"
    assert done.returncode == 0
    assert done.stderr == f"Warning: {warning}\n"
    assert json.loads(run("check", "--json").stdout)["warnings"] == [warning]
