"""An open state folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from dependency_injector import containers

from dagwire.history.pruning import Retention
from dagwire.history.redaction import Redactor
from dagwire.history.state_folder import State, opened_state

EMPTY = Redactor(containers.DynamicContainer())


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    """The state of an empty folder."""
    with opened_state(tmp_path, EMPTY, Retention()) as opened:
        yield opened
