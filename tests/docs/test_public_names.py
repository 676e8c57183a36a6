"""The names that `dagwire` makes public are the ones that docs/api.md describes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import dagwire

from tools import write_api_page

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_the_page_names_what_is_public():
    """Neither a name without a description nor a description of nothing."""
    described = re.findall(r"^\.\. auto\w+:: dagwire\.(\w+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(described) == sorted(dagwire.__all__)


def test_the_page_is_as_it_would_be_written_now():
    """`make api` was run after the last change."""
    assert PAGE.read_text(encoding="utf-8") == write_api_page.page()


def test_public_names_exist_and_are_sorted():
    """`from dagwire import *` works, and a name is easy to find in the list."""
    assert list(dagwire.__all__) == sorted(dagwire.__all__)
    assert all(hasattr(dagwire, name) for name in dagwire.__all__)


LOADS_WHAT_IT_NEEDS = """
import sys
import dagwire
import pytest
import dagwire.errors
assert {name.split(".")[1] for name in sys.modules if name.startswith("dagwire.")} == {
    "credentials", "errors", "suggestions"
}
assert "asset" in dir(dagwire)
from dagwire import EnvVar, build_resources, override, with_resources
assert {name.split(".")[1] for name in sys.modules if name.startswith("dagwire.")} == {
    "credentials", "errors", "suggestions", "config", "resources", "containers", "definitions"
}
assert "dagwire.definitions.automation.sensor" not in sys.modules
from dagwire import *
assert asset is dagwire.asset
assert "dagwire.definitions.automation.sensor" in sys.modules
"""

RUNS_A_JOB = """
import sys
from dagwire import job, op

@op
def one(): return 1

@job
def alone(): one()

assert not any(name.startswith("dagwire.execution.run") for name in sys.modules)
assert alone.execute_in_process().output_for_node("one") == 1
"""

SAME_NAME = """
from dagwire.definitions.assets.asset import asset as by_its_module
import dagwire.definitions
from dagwire import asset, definitions
assert asset is by_its_module
assert callable(definitions) and callable(dagwire.definitions)
"""


@pytest.mark.parametrize("script", [LOADS_WHAT_IT_NEEDS, RUNS_A_JOB, SAME_NAME], ids=["needs", "runs", "same name"])
def test_a_name_is_loaded_with_its_own_module(script: str):
    """Resources alone load no schedules; a job finds its executor; `@definitions` is not a package."""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_name_that_is_not_public_is_refused():
    """As by any module, and the nearest that is one is named in the traceback."""
    assert not hasattr(dagwire, "assett")
    script = "import dagwire; dagwire.assett"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stderr
    assert "AttributeError: module 'dagwire' has no attribute 'assett'. Did you mean: 'asset'?" in told
