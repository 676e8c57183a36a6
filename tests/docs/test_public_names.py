"""What `dagwire` makes public is what docs/api.md describes."""

import re
from pathlib import Path

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
