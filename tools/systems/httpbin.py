"""httpbin: an HTTP server that answers as it is asked to."""

from collections.abc import Generator
from contextlib import contextmanager

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started


@contextmanager
def httpbin() -> Generator[str]:
    """The server for the block; its address."""
    port = free_port()
    gunicorn = environment_of("httpbin") / "bin" / "gunicorn"
    with started(
        [gunicorn, "--threads", "4", "--keep-alive", "30", "--bind", f"{HOST}:{port}", "httpbin:app"],
        lambda: is_listening(port),
    ):
        yield f"http://{HOST}:{port}"
