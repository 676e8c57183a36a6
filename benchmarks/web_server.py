"""One side of the web benchmarks in a process of its own: `python -m benchmarks.web_server dagwire`.

It listens on loopback, prints its port, and stops when its standard input is closed: it ends with whoever started it.
"""

import asyncio
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from benchmarks.measuring import Side


@contextmanager
def serving(app: FastAPI) -> Iterator[int]:
    """Serve `app` in a thread on a port of loopback, which is yielded.

    Raises:
        RuntimeError: The application did not start.
    """
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does so for sockets of its own alone
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", loop="asyncio"))
    thread = threading.Thread(target=asyncio.run, args=(server.serve([listening]),), name="web server")
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


def main() -> None:
    """Serve until standard input ends."""
    from benchmarks.web_sides import application_of  # noqa: PLC0415  # the tests serve an application of their own

    with serving(application_of(Side(sys.argv[1]))) as port:
        print(port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
