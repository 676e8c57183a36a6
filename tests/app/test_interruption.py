"""A run that is ended from outside, at any moment, costs nothing but time."""

import random
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from resources.flights_server import listen
from tests.app.command import contents, environment, run, start
from tests.app.outside import is_listening, until

MONTHS = "2013-01...2013-03"
LINES = 50  # about as many as an undisturbed run prints

ENDINGS = {
    # Gone through; ended before or after the command's handler was in place; ended by it.
    signal.SIGTERM: {0, -signal.SIGTERM, 128 + signal.SIGTERM},
    signal.SIGKILL: {0, -signal.SIGKILL},
}
"""The exit codes with which a run may end on a signal."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, small_database: Path) -> Path:
    """A folder in which one run went through."""
    folder = tmp_path_factory.mktemp("undisturbed")
    shutil.copy(small_database, folder / "flights.db")
    assert run(environment(folder), MONTHS).returncode == 0
    return folder


def end_after(process: "subprocess.Popen[str]", lines: int, delay_s: float, ending: signal.Signals) -> str:
    """Let the process log so many lines and a little more, then send the signal; return the rest of its log."""
    assert process.stderr
    for _ in range(lines):
        if not process.stderr.readline():
            break
    try:
        process.wait(delay_s)
    except subprocess.TimeoutExpired:
        process.send_signal(ending)
    _, err = process.communicate(timeout=60)
    return err


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL], ids=lambda ending: ending.name)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_may_be_ended_at_any_moment(
    ending: signal.Signals, seed: int, undisturbed: Path, small_database: Path, tmp_path: Path
) -> None:
    """However often it is ended, no server is left, and the run that goes through ends with the same warehouse."""
    chance = random.Random(seed)  # noqa: S311  # moments, not secrets
    shutil.copy(small_database, tmp_path / "flights.db")
    with listen(0) as listener:
        port = listener.getsockname()[1]
    variables = environment(tmp_path, APP_SERVER__PORT=port)
    for _ in range(6):
        process = start(variables, MONTHS)
        err = end_after(process, chance.randrange(LINES), chance.uniform(0, 0.03), ending)
        until(lambda: not is_listening(port))
        assert "dagwire/execution" not in err
        assert process.returncode in ENDINGS[ending]
    assert run(variables, MONTHS).returncode == 0
    assert contents(tmp_path) == contents(undisturbed)
    assert (tmp_path / "dashboard.html").exists()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL], ids=lambda ending: ending.name)
def test_building_the_servers_database_may_be_ended(ending: signal.Signals, tmp_path: Path) -> None:
    """Ended while the file is being built: there is none, and the next run may build it."""
    process = start(environment(tmp_path), MONTHS)
    part = tmp_path / "flights.part"
    until(lambda: part.exists() and part.stat().st_size > 1_000_000)
    process.send_signal(ending)
    process.communicate(timeout=60)
    assert not (tmp_path / "flights.db").exists()
