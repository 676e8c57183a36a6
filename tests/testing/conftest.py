"""A small project with a container, and pytest run on tests in it."""

import importlib
import pkgutil
import textwrap

import pytest

import dagwire.testing

pytest_plugins = ["pytester"]

# Loaded before, as pytester has a run forget each module that was first loaded in it.
for module in pkgutil.iter_modules(dagwire.testing.__path__):
    importlib.import_module(f"dagwire.testing.{module.name}")

APP = '''
import threading

import dagwire as dg
from dependency_injector import containers, providers
from pydantic_settings import BaseSettings, SettingsConfigDict


class Db(dg.ConfigurableResource):
    path: str
    token: str = "none"

    def setup_for_execution(self, context):
        self._rows = [self.path]

    def teardown_after_execution(self, context):
        pass

    def rows(self):
        return list(self._rows)


class FakeDb:
    def rows(self):
        return ["fake"]


class AsyncDb(dg.ConfigurableResource):
    async def setup_for_execution(self, context):
        self._is_open = True

    async def teardown_after_execution(self, context):
        self._is_open = False

    async def rows(self):
        return ["waited for"]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="APP_")
    path: str = "real.db"
    password: str = "canary-51f0"


class Application(containers.DeclarativeContainer):
    settings = dg.SettingsProvider(Settings)
    db = dg.ResourceProvider(Db, path=settings.provided.path)
    slow_db = dg.ResourceProvider(AsyncDb)
    sent = providers.Singleton(list)
    api = dg.ResourceProvider(Db(path="api", token=dg.EnvVar("API_TOKEN")))


@dg.asset
def trips(db: dg.ResourceParam[Db], sent: dg.ResourceParam[list]):
    sent.append("trips")
    return db.rows()


@dg.asset
async def slow_trips(slow_db: dg.ResourceParam[AsyncDb]):
    return await slow_db.rows()


@dg.op
def count(db: dg.ResourceParam[Db]):
    return len(db.rows())


@dg.graph
def counting():
    count()


defs = dg.Definitions(
    assets=[trips, slow_trips],
    jobs=[dg.define_asset_job("all_trips", selection=[trips]), counting.to_job(name="counted")],
    resources=Application(),
)


def rows_of_the_process():
    """What a part of the application gets that knows nothing of tests."""
    return defs.resolve_job_def("all_trips").execute_in_process().asset_value("trips")
'''

PYPROJECT = """
[tool.dagwire]
definitions = "app:defs"

[tool.pytest]
strict = true
filterwarnings = ["error"]
"""

HEADER = "import os, threading\n\nimport pytest\n\nimport app\nimport dagwire as dg\nfrom app import FakeDb\n\n"


@pytest.fixture
def project(pytester):
    """The folder of the project."""
    pytester.makepyprojecttoml(PYPROJECT)
    pytester.makepyfile(app=APP)
    return pytester


@pytest.fixture
def run_tests(project, monkeypatch):
    """Run the source of some tests in this process, in their order; return pytest's result."""
    for name in ("APP_PATH", "APP_PASSWORD", "API_TOKEN", "DAGWIRE_ENV"):
        monkeypatch.delenv(name, raising=False)

    def run(source, *arguments, plugins=()):
        project.makepyfile(test_it=HEADER + textwrap.dedent(source))
        left_out = {"randomly", "asyncio", "run-parallel"} - set(plugins)
        if "asyncio" in plugins:
            arguments = ("-o", "asyncio_default_fixture_loop_scope=function", *arguments)
        return project.runpytest_inprocess(*(f"-pno:{name}" for name in left_out), *arguments)

    return run
