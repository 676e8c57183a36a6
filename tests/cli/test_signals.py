"""A run that is interrupted closes what it opened, and ends as shells expect."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND
from tests.waiting import wait_for


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_everything(project: Path, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C close what is open; the exit code is 128 and the signal's number."""
    process = subprocess.Popen(
        [*COMMAND, "job", "run", "long"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_for((project / "waiting").exists)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert errors == "Interrupted; everything that was open is closed.\n"
    assert (project / "closed").exists()
