"""Processes that a test starts, and ends together with all that they have started in turn."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import psutil  # type: ignore[import-untyped]  # it has no types of its own

MARK = "DAGWIRE_TESTS_STARTED"
"""The variable by which descendants are found: some have sessions of their own, and some outlive their parent."""
PATIENCE_S = 15


def run(
    command: Sequence[str | Path], variables: Mapping[str, str], folder: Path, timeout_s: float = 250
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; its output is both of its streams."""
    with tempfile.TemporaryDirectory() as kept:
        output = Path(kept) / "output"
        with started(command, variables, folder, output) as process:
            process.wait(timeout_s)
        return subprocess.CompletedProcess(process.args, process.returncode, output.read_text(errors="replace"))


@contextmanager
def started(
    command: Sequence[str | Path], variables: Mapping[str, str], folder: Path, output: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command as long as the block; nothing that it has started is left after it.

    Args:
        command: The program and its arguments.
        variables: Its environment.
        folder: The folder in which it is run.
        output: The file for both of its streams.
    """
    mark = str(uuid4())
    with output.open("wb") as sink:
        process = subprocess.Popen(
            list(map(str, command)),
            cwd=folder,
            env={**variables, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE_S)
            _kill_all(mark)
            process.wait(PATIENCE_S)


def _kill_all(mark: str) -> None:
    """Kill the processes with this mark until none is left: one that is killed may just have started another."""
    deadline = time.monotonic() + PATIENCE_S
    while (left := [one for one in psutil.process_iter() if _has(one, mark)]) and time.monotonic() < deadline:
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(left, timeout=1)


def _has(process: psutil.Process, mark: str) -> bool:
    with suppress(psutil.Error):
        return bool(process.environ().get(MARK) == mark)
    return False
