"""nanio, a small S3 server that is independent of moto; it checks every signature, also of links."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.systems.moto import Key
from tools.systems.started import HOST, free_port, is_listening, started


class Nanio(NamedTuple):
    """How to reach the server."""

    url: str
    owner: Key
    buckets: Path
    """Its folder, in which each folder is a bucket."""


@contextmanager
def nanio(buckets: Path) -> Generator[Nanio]:
    """A server of the folder `buckets` for the block."""
    port = free_port()
    key = Key("id", "key")
    with started(
        [Path(sys.executable).with_name("nanio"), "serve", "--host", HOST, "--port", str(port), "--data-dir", buckets],
        lambda: is_listening(port),
        variables={"NANIO_ACCESS_KEY": key.access_key_id, "NANIO_SECRET_KEY": key.secret_access_key},
    ):
        yield Nanio(f"http://{HOST}:{port}", key, buckets)
