"""A server that runs for a block of code, on a free loopback port."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

HOST = "127.0.0.1"
GUARD = Path(__file__).with_name("guard.py")
NOBODY = 65534


class NotStartedError(Exception):
    """A server did not start; the message ends with the last lines that it printed."""


@contextmanager
def started(
    command: Sequence[str | Path],
    is_up: Callable[[], bool],
    *,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
    as_nobody: bool = False,
    stop_by: str = "SIGTERM",
    patience_s: float = 60,
) -> Generator[None]:
    """Run `command` for the block, from the moment in which `is_up` is true.

    Args:
        command: The program and its arguments.
        is_up: Whether it answers.
        variables: Environment variables besides those of this process.
        folder: Its working folder.
        as_nobody: Whether it refuses to run as root, and so runs as nobody if this process is root's.
        stop_by: The signal that ends it.
        patience_s: How long it may take to start.

    Raises:
        NotStartedError: It ended, or did not answer in time.
    """
    user = ["--user", str(NOBODY)] if as_nobody and os.geteuid() == 0 else []
    with TemporaryDirectory(prefix="dagwire-server-") as own_folder:
        log = Path(own_folder) / "log"
        with log.open("wb") as lines:
            guard = subprocess.Popen(
                [sys.executable, "-S", str(GUARD), *user, "--stop-by", stop_by, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=lines,
                stderr=subprocess.STDOUT,
                cwd=folder or own_folder,
                env={**os.environ, **(variables or {})},
                start_new_session=True,  # Ctrl-C is ours; the server goes when we close its input
            )
        with guard:
            try:
                wait_until(is_up, guard, log, patience_s)
                yield
            finally:
                assert guard.stdin
                guard.stdin.close()
                guard.wait()


def wait_until(is_up: Callable[[], bool], server: subprocess.Popen[bytes], log: Path, patience_s: float) -> None:
    """Wait for a server that is starting.

    Raises:
        NotStartedError: It ended, or took too long.
    """
    deadline = time.monotonic() + patience_s
    while not is_up():
        if server.poll() is not None or time.monotonic() > deadline:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-20:])
            how = (
                f"did not answer in {patience_s:.0f} s" if server.poll() is None else f"ended with {server.returncode}"
            )
            msg = f"{server.args!r} {how}:\n{last}"
            raise NotStartedError(msg)
        time.sleep(0.02)


def free_port() -> int:
    """A loopback port that nobody listens on, below those that the system gives to others meanwhile."""
    while True:
        port = secrets.randbelow(12_000) + 20_000
        with suppress(OSError), socket.create_server((HOST, port)):
            return port


def is_listening(port: int) -> bool:
    """Whether any process listens on this loopback port."""
    with socket.socket() as caller:
        return caller.connect_ex((HOST, port)) == 0
