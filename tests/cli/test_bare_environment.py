"""The command under cron: no terminal, no variables to speak of, a folder that takes no files."""

import json
import os
import subprocess
from pathlib import Path

from tests.cli.conftest import COMMAND

BARE = {"PATH": "/usr/bin:/bin", "LANG": "C", "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}


AS_ANYBODY = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
"""Files may refuse anybody; without this they do not refuse root."""


def in_the_bare(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as cron does, in the root of the file system."""
    program = f"import os; os.chdir({str(project)!r}); from dagwire.cli import main; main(prog_name='dagwire')"
    return subprocess.run(
        [*AS_ANYBODY, COMMAND[0], "-c", program, *arguments],
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
    source = "import dagwire as dg\n@dg.asset\ndef rows(): ...\ndefs = dg.Definitions([rows])\n"
    (project / "quiet.py").write_text(source)
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
