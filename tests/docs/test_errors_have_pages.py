"""Each error has a page with its remedy, and no page is about an error that is gone."""

import inspect
import re
from pathlib import Path

import pytest

from dagwire import errors

PAGES = Path(__file__).parents[2] / "docs" / "errors"
ERRORS = [
    thing
    for name, thing in vars(errors).items()
    if inspect.isclass(thing)
    and issubclass(thing, BaseException)
    and thing.__module__ == errors.__name__
    and not name.startswith("_")
    and name == thing.__name__  # not another name for it, as Dagster's names are
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_an_error_has_its_page(error):
    """The page is found under the error's slug, and its title is the class's name."""
    page = PAGES / f"{error.slug}.md"
    assert page.exists(), f"write docs/errors/{error.slug}.md for {error.__name__}"
    title, _, body = page.read_text(encoding="utf-8").partition("\n")
    assert title == f"# {error.__name__}"
    for section in ("## What happened", "## What to do"):
        assert re.search(rf"^{section}$\n+[^#\s]", body, re.MULTILINE), f"{page.name} needs words under '{section}'"


MESSAGES = [error for error in ERRORS if error not in {errors.DagwireError, errors.UserCodeError}]
"""The errors that are raised: the other two are there to be named in `except` clauses."""


def message_on_the_page(error) -> str:
    """The message in a block of the page, which the documentation's tests compare; empty if there is none."""
    page = (PAGES / f"{error.slug}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:text|console)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    shown = [re.search(rf"^([\w.]+\.)?{error.__name__}: (.*)", block, re.MULTILINE | re.DOTALL) for block in blocks]
    return next((found[2] for found in shown if found), "")


@pytest.mark.parametrize("error", MESSAGES, ids=lambda error: error.__name__)
def test_a_page_shows_its_message(error):
    """A search for the message finds the page."""
    assert message_on_the_page(error)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_the_index_lists_the_symptom(error):
    """Each error has one row, which begins as the message on its page does; dots stand for any text."""
    index = (PAGES / "index.md").read_text(encoding="utf-8")
    (symptom,) = re.findall(rf"^\| (.+) \| \[{error.__name__}\]\({error.slug}\.md\) \|$", index, re.MULTILINE)
    if "…" in symptom or symptom.endswith(":"):
        pattern = ".+".join(map(re.escape, symptom.split("…")))
        assert re.match(pattern, message_on_the_page(error))


def test_two_errors_never_share_a_page():
    """Slugs are made of class names, so a clash would hide a page."""
    slugs = [error.slug for error in ERRORS]
    assert sorted(set(slugs)) == sorted(slugs)


def test_a_page_has_its_error():
    """Pages of errors that were removed or renamed go with them."""
    pages = {page.stem for page in PAGES.glob("*.md")} - {"index"}
    assert pages == {error.slug for error in ERRORS}


def test_an_error_names_the_module_to_import_it_from():
    """A traceback shows `dagwire.errors` for dagwire's errors, and a user's own module for theirs."""

    class StationError(errors.DagwireError):
        """A station is closed."""

    assert errors.MissingResourceError.__module__ == "dagwire.errors"
    assert StationError.__module__ == __name__
    assert StationError.slug == "station"
