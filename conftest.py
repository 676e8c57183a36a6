"""What holds for every test: the documentation's code is run too, in its own order, and Hypothesis has its profiles."""

import os
from collections import defaultdict

import pytest
from hypothesis import settings
from sybil import Sybil
from sybil.document import PythonDocStringDocument
from sybil.integration.pytest import SybilItem
from sybil.parsers.doctest import DocTestParser
from sybil.parsers.myst import SkipParser

from tests.docs.blocks import ConsoleParser, PythonParser, enter_module, leave_module

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

pages = Sybil(
    parsers=[SkipParser(), PythonParser(), ConsoleParser()],
    patterns=["*.md"],
    setup=enter_module,
    teardown=leave_module,
)
docstrings = Sybil(
    parsers=[DocTestParser(), SkipParser()],
    patterns=[
        *("src/dagwire/*.py", "src/dagwire/*/*.py", "src/dagwire/*/*/*.py"),
        *("config/*.py", "containers/*.py", "resources/*.py", "assets/*.py"),
    ],
    document_types={".py": PythonDocStringDocument},
)
pytest_collect_file = (pages + docstrings).pytest()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the examples of a page their order back after the shuffle: each goes on from the one before it."""
    places_by_page = defaultdict(list)
    for place, item in enumerate(items):
        if isinstance(item, SybilItem):
            places_by_page[item.path].append(place)
    for places in places_by_page.values():
        in_order = sorted((items[place] for place in places), key=lambda item: item.example.line)
        for place, item in zip(places, in_order, strict=True):
            items[place] = item
