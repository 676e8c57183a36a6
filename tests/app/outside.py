"""The outside world as these tests need it: small, hostile, or watched."""

import os
import resource
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from dagwire import ConfigurableResource, build_resources

from resources.flights_server import HOST

R = TypeVar("R", bound=ConfigurableResource)
NOBODY = 65534


@contextmanager
def opened(recipe: R) -> Iterator[R]:
    """A resource, open for the block."""
    with build_resources({"it": recipe}) as resources:
        yield resources.it


@contextmanager
def files_no_larger_than(size_bytes: int) -> Iterator[None]:
    """As on a full disk: a file of this process that would grow beyond this size cannot be written."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def read_only_folder() -> Iterator[Path]:
    """A folder into which this process may not write, even where the tests are run by root."""
    folder = Path(tempfile.mkdtemp())  # pytest's own folders are closed to others
    folder.chmod(0o555)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def until(condition: Callable[[], bool], patience_s: float = 20) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def is_listening(port: int) -> bool:
    """Whether any process has this loopback port."""
    with socket.socket() as caller:
        return caller.connect_ex((HOST, port)) == 0
