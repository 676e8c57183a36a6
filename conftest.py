"""What holds for every test: the documentation's code is run too, in its own order, and Hypothesis has its profiles."""

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

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


@pytest.fixture(scope="session", autouse=True)
def _own_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give tests, examples and the processes that they start a temporary folder, which is deleted after them.

    It lies beside pytest's own, which is closed to other users; one test gives up its rights.
    """
    tmp_path_factory.getbasetemp()
    with tempfile.TemporaryDirectory(prefix="dagwire-tests-") as folder, pytest.MonkeyPatch.context() as patch:
        Path(folder).chmod(0o755)
        patch.setenv("TMPDIR", folder)
        patch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the examples of a page together and in order again after the shuffle: each goes on from the one before it."""
    examples_by_page = defaultdict(list)
    for item in items:
        if isinstance(item, SybilItem):
            examples_by_page[item.path].append(item)
    for examples in examples_by_page.values():
        examples.sort(key=lambda item: item.example.line)
    ordered: list[pytest.Item] = []
    for item in items:
        ordered += examples_by_page.pop(item.path, ()) if isinstance(item, SybilItem) else [item]
    items[:] = ordered
