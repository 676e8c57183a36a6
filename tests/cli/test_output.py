"""Standard output that takes nothing more ends a command with its exit code, and without a traceback."""

import subprocess
from pathlib import Path

from tests.cli.conftest import COMMAND, Run


def test_a_full_disk_behind_standard_output(project: Path) -> None:
    """The message reports that output was lost; the exit code is not that of success."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "assets"], cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 1
    assert done.stderr == "Standard output cannot be written: No space left on device.\n"


def test_a_reader_that_has_gone(project: Path) -> None:
    """If a pipe has lost its reader, as in `dagwire assets | head -1`, nothing is printed; the exit code is not 0."""
    for command in (["assets"], ["config", "template"], ["assets", "--json"]):
        with subprocess.Popen(
            [*COMMAND, *command], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == (0 if command[0] == "config" else 1)


def test_a_message_that_repeats_long_input_is_cut(run: Run) -> None:
    """The message shows the input as far as some screens hold it, and says that it is cut."""
    done = run("materialize", "--select", "a" * 100_000)
    assert done.returncode == 2
    assert len(done.stderr) < 3_000
    assert done.stderr.endswith("... (cut)\n")
