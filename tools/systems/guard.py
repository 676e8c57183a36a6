"""Run a command until standard input closes, then end it and all that it started.

The system closes that pipe when whoever holds its other end goes away, even killed. So no server is left behind.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

PATIENCE_S = 5


def main() -> int:
    """Start the command in a process group of its own; return its exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", type=int, default=None)
    parser.add_argument("--stop-by", default="SIGTERM")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    user: int | None = given.user
    with subprocess.Popen(
        given.command,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    ) as server:
        threading.Thread(target=end_with_input, args=(server, given.stop_by), daemon=True).start()
        return server.wait()


def end_with_input(server: subprocess.Popen[bytes], stop_by: str) -> None:
    """Wait for the end of standard input; then ask the group to end, and kill it if it does not."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.Signals[stop_by])
        with suppress(subprocess.TimeoutExpired):
            server.wait(PATIENCE_S)
        os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
