"""Step 5: tests work on the definitions as they are, with fakes in the place of the outside.

dagwire's pytest plugin finds the definitions by the fixture below; in a project, `[tool.dagwire]` in pyproject.toml
names them. Whatever a test replaces, sets or opens is the test's own.
"""

from collections.abc import Callable

import pytest

from dagwire import Definitions
from dagwire.testing import Override, Recorder, Run, fake

from examples.step_1_a_resource import Ledger
from examples.step_2_a_container import Till
from examples.step_4_an_application import defs


@pytest.fixture
def dagwire_definitions() -> Definitions:
    """The definitions that these tests work on."""
    return defs


def test_the_report(run: Run) -> None:
    """Everything is real, and in memory."""
    assert run("day_end").asset_value("report") == "10.20 euros"


def test_a_fake_till(run: Run, override: Override, assert_never_opened: Callable[..., None]) -> None:
    """A fake takes the arguments that the real class takes, and no others; nothing below it is opened."""
    override(till=fake(Till, sell=5))
    assert run("day_end").asset_value("report") == "0.05 euros"
    assert_never_opened("ledger")


@pytest.mark.settings(SHOP_PRICES='{"bread": 1, "milk": 2}')
def test_other_prices(run: Run) -> None:
    """A setting of one test reaches no other."""
    assert run("sales").asset_value("sales") == 4


class UnsteadyLedger(Ledger):
    """A ledger that fails once, in the middle of a step."""

    _notes: list[str] = []

    def add(self, product: str, cents: int) -> None:
        """Fail at the second note."""
        self._notes.append(product)
        if len(self._notes) == 2:
            msg = "the ink has dried"
            raise OSError(msg)
        super().add(product, cents)


def test_a_failed_attempt_is_taken_back(run: Run, override: Override, record: Callable[[str], Recorder]) -> None:
    """The step is tried again in a transaction of its own; the ledger stays open for the whole run."""
    override(ledger=UnsteadyLedger())
    ledger = record("ledger")
    assert run("sales").asset_value("sales") == 1020
    assert (ledger.opens, ledger.closes) == (1, 1)
