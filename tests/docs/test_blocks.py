"""The documentation's code is really run: what runs it is tested on pages that are wrong."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = """
from sybil import Sybil
from sybil.parsers.myst import SkipParser
from tests.docs.blocks import ConsoleParser, PythonParser, enter_module, leave_module

pytest_collect_file = Sybil(
    parsers=[SkipParser(), PythonParser(), ConsoleParser()],
    patterns=["*.md"],
    setup=enter_module,
    teardown=leave_module,
).pytest()
"""


@pytest.fixture
def read(pytester, monkeypatch):
    """Run a page as the test run would; returns its outcomes by number."""
    monkeypatch.syspath_prepend(Path(__file__).parents[2])
    pytester.makeconftest(CONFTEST)

    def run(page):
        (pytester.path / "page.md").write_text(page)
        return pytester.runpytest_inprocess("-pno:randomly", "-pno:asyncio", "-pno:run-parallel").parseoutcomes()

    return run


def test_a_page_that_is_right_passes(read):
    """Blocks share one namespace, and what is printed is compared with the text block that follows."""
    assert read("```python\na = 2\n```\n\n```python\nprint(a + 1)\n```\n\n```text\n3\n```\n") == {"passed": 3}


def test_a_block_that_raises_fails(read):
    """A block that raises fails the page."""
    assert read("```python\n1 / 0\n```\n") == {"failed": 1}


def test_output_that_differs_fails(read):
    """A page may not promise another output than what comes."""
    assert read("```python\nprint('three')\n```\n\n```text\n3\n```\n") == {"passed": 1, "failed": 1}


def test_an_error_is_compared_with_the_page(read):
    """If the text begins with an error's name, the block must end in that error, with that message."""
    text = "```text\nTypeError: not so\n```\n"
    assert read(f"```python\nraise TypeError('not so')\n```\n\n{text}") == {"passed": 2}
    assert read(f"```python\nraise TypeError('so')\n```\n\n{text}") == {"passed": 1, "failed": 1}
    assert read(f"```python\nprint('so')\n```\n\n{text}") == {"passed": 1, "failed": 1}
    assert read("```python\nraise TypeError('so')\n```\n\n```text\nso\n```\n") == {"failed": 2}


def test_a_command_may_fail_if_the_page_shows_its_error(read):
    """If the output begins with an error's name, the command may fail; what it prints is compared all the same."""
    assert read("```console\n$ echo OSError: full; exit 1\nOSError: full\n```\n") == {"passed": 1}
    assert read("```console\n$ echo OSError: fine; exit 1\nOSError: full\n```\n") == {"failed": 1}


def test_a_block_that_names_a_file_is_written_there(read):
    """A command finds the file; the block itself is not run."""
    page = "```python\n# shop.py\nprint(1 / 4)\n```\n\n```console\n$ python shop.py\n0.25\n```\n"
    assert read(page) == {"passed": 2}


def test_text_elsewhere_is_not_compared(read):
    """A text block that follows words is an illustration."""
    assert read("```python\nprint('three')\n```\n\nA tree:\n\n```text\nsrc/\n```\n") == {"passed": 1}


def test_annotations_are_looked_up_in_the_page(read):
    """A model that names another in a string finds it, as it would in a module."""
    page = """
```python
from pydantic import BaseModel


class Wing(BaseModel):
    span_m: float


class Plane(BaseModel):
    wings: list["Wing"]


print(Plane(wings=[{"span_m": 3}]).wings[0].span_m, Wing.__module__)
```

```text
3.0 dagwire_page
```
"""
    assert read(page) == {"passed": 2}


def test_a_command_that_fails_fails(read):
    """Every command of a page must end well."""
    assert read("```console\n$ echo fine\nfine\n$ exit 3\n```\n") == {"failed": 1}


def test_a_command_prints_what_the_page_says(read):
    """Three dots in the output match any text; the rest is compared."""
    assert read("```console\n$ echo opened 17 resources\nopened ... resources\n```\n") == {"passed": 1}
    assert read("```console\n$ echo opened 17 resources\nclosed ... resources\n```\n") == {"failed": 1}


def test_a_target_of_make_must_exist(read):
    """`make` commands are not carried out, but the target must be there."""
    assert read("```console\n$ make setup\n```\n") == {"passed": 1}
    assert read("```console\n$ make coffee\n```\n") == {"failed": 1}


def test_a_block_is_skipped_only_when_it_says_so(read):
    """A block is skipped only if the page marks it."""
    assert read("<!-- skip: next -->\n\n```python\n1 / 0\n```\n") == {"passed": 2}


def test_a_language_that_would_not_run_is_refused(read):
    """`bash` and its like would pass unseen."""
    assert read("```bash\nrm -r everything\n```\n") == {"errors": 1}
