"""fake-gcs-server, which speaks Google Cloud Storage's protocols, but for uploads in the form that obstore sends."""

import json
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from urllib.parse import quote

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started


@contextmanager
def gcs() -> Generator[str]:
    """A new, empty server for the block; its address."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    [program] = environment_of("gcs").glob("lib/python*/site-packages/*/vendor/fake-gcs-server/bin/*-linux-amd64")
    place = ["-scheme", "http", "-host", HOST, "-port", str(port), "-backend", "memory"]
    with started([program, *place, "-external-url", url, "-public-host", f"{HOST}:{port}"], lambda: is_listening(port)):
        yield url


def post(url: str, content: bytes, kind: str) -> None:
    """Send a request as Google's own clients send it."""
    request = urllib.request.Request(url, content, {"Content-Type": kind})  # noqa: S310  # our own server
    with urllib.request.urlopen(request):  # noqa: S310  # the same
        pass


def make_bucket(url: str, name: str) -> None:
    """Make an empty bucket."""
    post(f"{url}/storage/v1/b?project=test", json.dumps({"name": name}).encode(), "application/json")


def upload(url: str, bucket: str, key: str, content: bytes) -> None:
    """Put an object into a bucket."""
    kind = "application/octet-stream"
    post(f"{url}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(key, safe='')}", content, kind)
