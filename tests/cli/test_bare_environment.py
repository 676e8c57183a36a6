"""The command under cron: no terminal, no variables to speak of, a folder that takes no files."""

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.conftest import COMMAND

QUIET = "import dagwire as dg\n@dg.asset\ndef rows(): ...\ndefs = dg.Definitions([rows])\n"
BARE = {"PATH": "/usr/bin:/bin", "LANG": "C", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}


IS_ROOT = os.geteuid() == 0
AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override"] if IS_ROOT else []
"""Files may refuse anybody; without this they do not refuse root."""

_READ = "-all,+dac_read_search"  # an interpreter in the folder of root is still read
_NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"]
_RIGHTS = [f"--inh-caps={_READ}", f"--ambient-caps={_READ}", f"--bounding-set={_READ}"]
AS_ANOTHER = ["setpriv", *_NOBODY, *_RIGHTS] if IS_ROOT else []
"""Who is not root has no other user; for the files that nobody may write, it is another one all the same."""


def in_the_bare(project: Path, *arguments: str, user: list[str] = AS_ANYBODY) -> "subprocess.CompletedProcess[str]":
    """Run the command as cron does, in the root of the file system."""
    program = f"import os; os.chdir({str(project)!r}); from dagwire.cli import main; main(prog_name='dagwire')"
    return subprocess.run(
        [*user, COMMAND[0], "-c", program, *arguments],
        cwd="/",
        env=BARE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_run_needs_no_terminal_and_no_locale(project: Path) -> None:
    """Text beyond ASCII is logged and stored, and the JSON on standard output is whole."""
    body = 'def size(context): context.log.info("für 10 €")'
    source = f"import dagwire as dg\n@dg.asset\n{body}\ndefs = dg.Definitions([size])\n"
    (project / "sizes.py").write_text(source, encoding="utf-8")
    done = in_the_bare(project, "materialize", "-m", "sizes", "--json", "--log-file", "run.log")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["success"]
    assert "für 10 €" in (project / "run.log").read_text(encoding="utf-8")
    assert "\x1b" not in done.stderr


def test_a_folder_that_takes_no_files_needs_a_place_for_state(project: Path, tmp_path_factory) -> None:
    """Without one the command is refused before work starts; with one it runs."""
    volume = tmp_path_factory.mktemp("volume")
    (project / "quiet.py").write_text(QUIET)
    project.chmod(0o555)
    try:
        refused = in_the_bare(project, "materialize", "-m", "quiet")
        done = in_the_bare(project, "materialize", "-m", "quiet", "--state", str(volume))
    finally:
        project.chmod(0o755)
    assert refused.returncode == 1, refused.stderr
    assert "cannot be made (Permission denied). Name another folder by --state." in refused.stderr
    assert "running" not in refused.stderr
    assert done.returncode == 0, done.stderr
    assert (volume / "history.sqlite").exists()


@pytest.fixture
def of_one_user(project: Path) -> Iterator[Path]:
    """A state folder with a run, whose process is gone; only its owner may write there."""
    (project / "quiet.py").write_text(QUIET)
    place = TemporaryDirectory()  # pytest's own folder lets nobody else in
    Path(place.name).chmod(0o755)
    state = Path(place.name) / "state"
    assert in_the_bare(project, "materialize", "-m", "quiet", "--state", str(state)).returncode == 0
    with closing(sqlite3.connect(state / "history.sqlite")) as connection:
        connection.execute("UPDATE runs SET status = 'STARTED'")
        connection.commit()
    closed = (state, state / "running", state / "history.sqlite")
    for path in closed:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with place:
        yield state
        for path in closed:
            path.chmod(0o755)


def test_another_user_reads_the_history(project: Path, of_one_user: Path) -> None:
    """Reading needs no right to write; that a run was killed is recorded by whoever may write."""
    listed = in_the_bare(project, "runs", "--state", str(of_one_user), user=AS_ANOTHER)
    assert listed.returncode == 0, listed.stderr
    assert "running" in listed.stdout
    of_one_user.chmod(0o777)  # a file of the first user's is enough
    assert in_the_bare(project, "runs", "--state", str(of_one_user), user=AS_ANOTHER).stdout == listed.stdout


def test_another_user_reads_while_the_first_one_writes(project: Path, of_one_user: Path) -> None:
    """A change that is in the log beside the file, and not yet in the file itself, is read as well."""
    with closing(sqlite3.connect(of_one_user / "history.sqlite", isolation_level=None)) as connection:
        (of_one_user / "history.sqlite").chmod(0o644)
        of_one_user.chmod(0o755)
        connection.execute("UPDATE runs SET job = 'written-now'")
        of_one_user.chmod(0o555)
        listed = in_the_bare(project, "runs", "--state", str(of_one_user), user=AS_ANOTHER)
    assert "written-now" in listed.stdout, listed.stderr


@pytest.mark.parametrize("name", [".", "running", "history.sqlite"])
def test_files_of_another_user_are_found_before_work_starts(project: Path, of_one_user: Path, name: str) -> None:
    """One message names what cannot be written, whichever part of the state folder it is."""
    for path in (of_one_user, of_one_user / "running", of_one_user / "history.sqlite"):
        if path != of_one_user / name:
            path.chmod(0o777)
    done = in_the_bare(project, "materialize", "-m", "quiet", "--state", str(of_one_user), user=AS_ANOTHER)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"StateFileError: {of_one_user / name} cannot be written")
    assert line.endswith("Name another folder by --state.")
