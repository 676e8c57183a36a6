"""Waiting for something to be so, with a limit, in place of sleeping."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], bool], limit_s: float = 30, pause_s: float = 0.01) -> None:
    """Return as soon as `condition` holds, which is asked every `pause_s` seconds.

    Raises:
        TimeoutError: It does not hold after `limit_s` seconds.
    """
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            msg = f"it was not so after {limit_s} s"
            raise TimeoutError(msg)
        time.sleep(pause_s)
