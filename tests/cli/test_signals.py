"""A run that is interrupted closes what it opened, and ends as shells expect."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND
from tests.waiting import wait_for


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_closes_everything(project: Path, number: signal.Signals) -> None:
    """SIGTERM, SIGHUP and Ctrl-C close what is open; the exit code is 128 and the signal's number."""
    process = subprocess.Popen(
        [*COMMAND, "job", "run", "long"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests may have been started by `nohup`.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # noqa: PLW1509  # it only sets one signal
    )
    wait_for((project / "waiting").exists)
    process.send_signal(number)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert errors.splitlines()[-1] == "Interrupted; everything that was open is closed."
    assert (project / "closed").exists()


def test_nohup_keeps_a_run_alive(project: Path) -> None:
    """A SIGHUP that the process was started to ignore stays ignored."""
    program = "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); from dagwire.cli import main; main()"
    process = subprocess.Popen(
        [COMMAND[0], "-c", program, "job", "run", "long"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_for((project / "waiting").exists)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM


STUCK = """
import time
from pathlib import Path
import dagwire as dg

class Stuck(dg.ConfigurableResource):
    def setup_for_execution(self, context):
        pass

    def teardown_after_execution(self, context):
        Path("closing").touch()
        time.sleep(60)

class Other(dg.ConfigurableResource):
    def setup_for_execution(self, context):
        pass

    def teardown_after_execution(self, context):
        Path("other_closed").touch()

@dg.op
def wait(other: Other, stuck: Stuck):
    Path("waiting").touch()
    time.sleep(60)

@dg.job
def long():
    wait()

defs = dg.Definitions(jobs=[long], resources={"other": Other(), "stuck": Stuck()})
"""


def test_a_second_signal_ends_a_close_that_hangs(project: Path) -> None:
    """The message names the resource that may still be open; the others are closed."""
    (project / "stuck.py").write_text(STUCK)
    process = subprocess.Popen(
        [*COMMAND, "job", "run", "long", "-m", "stuck"],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for file in ("waiting", "closing"):
        wait_for((project / file).exists)
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGINT
    assert errors.endswith("Interrupted.\nResource 'stuck' was interrupted while closing; it may still be open.\n")
    assert (project / "other_closed").exists()
