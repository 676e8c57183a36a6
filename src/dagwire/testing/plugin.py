"""The pytest plugin: options, marks and the header line. pytest imports it at every start, so it imports little."""

import functools
import os

import pytest

from dagwire.config.environments.environment import SWITCH
from dagwire.definitions.loading.project_setting import named_target, project_folder

pytest_plugins: tuple[str, ...] = ("dagwire.testing.pytest_hooks", "dagwire.testing.fixtures")

MARKS = (
    "override(key=value): replace resources for the test; a class stands for a new object of it",
    "environment(name): read settings as in that environment",
    "settings(VARIABLE=value): set variables that settings and EnvVar read, for the test alone",
    "may_leak: do not fail where the test leaves a resource open, an override or a variable behind",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("dagwire")
    group.addoption("--dagwire-env", metavar="NAME", help=f"the environment to test in; sets {SWITCH}")
    parser.addini("dagwire_leaks", "fail tests that leave something open, overridden or set", "bool", default=True)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and pick the environment."""
    for explanation in MARKS:
        config.addinivalue_line("markers", explanation)
    chosen = config.getoption("dagwire_env")
    if chosen is not None:
        before = os.environ.get(SWITCH)
        os.environ[SWITCH] = chosen
        config.add_cleanup(functools.partial(_set_back, SWITCH, before))


def _set_back(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say which environment and definitions are in use, where the project names any."""
    project = project_folder(config.rootpath)
    target = named_target(project) if project is not None else None
    environment = os.environ.get(SWITCH)
    if target is None and config.getoption("dagwire_env") is None:
        return None
    return f"dagwire: environment {environment or 'as by default'}, definitions {target or 'of the tests'}"
