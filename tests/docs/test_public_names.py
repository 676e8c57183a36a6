"""What `dagwire` makes public is what docs/api.md describes."""

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


def test_a_module_of_dagwire_is_had_without_the_others():
    """What imports one module does not wait for the whole library; the public names are loaded when one is used."""
    script = """
import sys
import dagwire
import pytest
import dagwire.errors
assert sorted(name for name in sys.modules if name.startswith("dagwire")) == ["dagwire", "dagwire.errors"]
assert "asset" in dir(dagwire)
from dagwire import *
assert asset is dagwire.asset is dagwire.public.asset
"""
    subprocess.run([sys.executable, "-c", script], check=True)


def test_a_name_that_is_not_public_is_refused():
    """As by any module."""
    with pytest.raises(AttributeError, match="module 'dagwire' has no attribute 'assett'"):
        _ = dagwire.assett
