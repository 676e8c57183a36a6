"""No command ever prints a secret, whether it succeeds or fails."""

from pathlib import Path

import pytest

from dagwire.cli.lazy_commands import HELP_BY_COMMAND

from tests.cli.conftest import Run

CANARY = "canary-7f3a"
VAULT = """
from dagwire import *
from dependency_injector import containers
from pydantic import SecretStr
from pydantic_settings import BaseSettings


class Db(ConfigurableResource):
    url: str = "db.example"
    password: SecretStr
    token: str
    port: int = 1

    def check_health(self):
        if self.port == 2:
            raise OSError("sick")

    def setup_for_execution(self, context):
        if self.port == 3:
            raise OSError("no route")


class Settings(BaseSettings):
    model_config = {"env_prefix": "VAULT_", "env_nested_delimiter": "__"}
    db: Db


class Vault(containers.DeclarativeContainer):
    settings = SettingsProvider(Settings)
    db = ResourceProvider(settings.provided.db)


@asset
def gold(context, db: Db):
    context.log.info("opened with %s and %r", db.password, db)
    if db.port == 4:
        raise ValueError(f"cannot reach {db}")


every = define_asset_job("every", "*")


@schedule(job=every, cron_schedule="@daily")
def daily(db: Db):
    return RunRequest(run_config={"resources": {"db": {"config": {"url": "other"}}}})


@sensor(job=every)
def knocks(context, db: Db):
    return RunRequest(run_key="a")


defs = Definitions(assets=[gold], jobs=[every], schedules=[daily], sensors=[knocks], resources=Vault())
"""
COMMANDS = [
    "check",
    "check --open",
    "check --health",
    "resources",
    "resources show db",
    "resources show settings",
    "config explain",
    "config explain db",
    "config explain db.pasword",
    "config diff local production",
    "config schema",
    "config template",
    "graph",
    "graph --format dot",
    "graph --format svg",
    "assets",
    "jobs",
    "schedules",
    "sensors",
    "materialize",
    "materialize --traceback",
    f"materialize --set db.password={CANARY}",
    f"materialize --set db.port={CANARY}",
    f"materialize --set db.pasword={CANARY}",
    f"materialize --set dbb.password={CANARY}",
    f"materialize --set db.password:={CANARY}",
    "job run every",
    "job run evry",
    "tick daily",
    "tick knocks",
    "tick knocks --dry-run",
    "runs",
    "runs show",
    "retry",
    "retry --dry-run",
    "dagster",
    "init .",
]
WITH_JSON = (
    "check",
    "config explain",
    "config diff",
    "resources",
    "assets",
    "jobs",
    "schedules",
    "sensors",
    "materialize",
    "job",
    "tick",
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose only secret comes from the environment."""
    (tmp_path / "vault.py").write_text(VAULT)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "vault:defs"\n')
    for name in ("PASSWORD", "TOKEN"):
        monkeypatch.setenv(f"VAULT_DB__{name}", CANARY)
    return tmp_path


def test_every_command_is_tried() -> None:
    """A new command joins the list above."""
    assert {command.split()[0] for command in COMMANDS} == set(HELP_BY_COMMAND)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "1"),
        ("PORT", "2"),
        ("PORT", "3"),
        ("PORT", "4"),
        ("PORT", "many"),
        ("UNKNOWN", CANARY),
        ("URL", f"postgres://ann:{CANARY}@db.example"),
    ],
    ids=["fine", "sick", "closed", "failing", "wrong", "unknown", "url"],
)
def test_no_command_prints_the_secret(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Neither on standard output nor on standard error, for people and for programs."""
    monkeypatch.setenv(f"VAULT_DB__{variable}", value)
    for command in COMMANDS:
        for arguments in (command.split(), [*command.split(), "--json"]):
            if "--json" in arguments and not command.startswith(WITH_JSON):
                continue
            done = run(*arguments)
            assert CANARY not in done.stdout, arguments
            assert CANARY not in done.stderr, arguments
    kept = [file.read_text() for file in (project / ".dagwire").glob("*.json")]
    assert CANARY not in "".join(kept)


def test_settings_that_are_read_at_import_are_told_without_values(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pydantic's own error would print the whole input."""
    (project / "vault.py").write_text(f"{VAULT}\nSettings()\n")
    monkeypatch.setenv("VAULT_DB__PORT", CANARY)
    done = run("check")
    assert done.returncode == 1
    assert "Importing 'vault' makes a Settings that is not valid:\n  - db.port: " in done.stderr
    assert CANARY not in done.stderr
