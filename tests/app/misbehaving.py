"""A real HTTP server that follows a script: good pages, refusals, silence, broken answers."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from resources.flights_server import listen

FLIGHT: dict[str, Any] = {
    "year": 2013,
    "month": 1,
    "day": 1,
    "dep_time": 517,
    "sched_dep_time": 515,
    "dep_delay": 2,
    "arr_time": 830,
    "sched_arr_time": 819,
    "arr_delay": 11,
    "carrier": "UA",
    "flight": 1545,
    "tailnum": "N14228",
    "origin": "EWR",
    "dest": "IAH",
    "air_time": 227,
    "distance": 1400,
    "hour": 5,
    "minute": 15,
    "time_hour": "2013-01-01T10:00:00Z",
}


class Script:
    """The answers of a server, in order, the last one repeated; and the requests that it received."""

    def __init__(self, *replies: "Reply") -> None:
        self.replies = list(replies)
        self.url = ""
        self.asked: list[str] = []
        self.keys: list[str | None] = []
        self.times: list[float] = []
        self.closing = threading.Event()

    def next_reply(self) -> "Reply":
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


Reply = Callable[[BaseHTTPRequestHandler, Script], None]


@contextmanager
def serving(*replies: Reply) -> Iterator[Script]:
    """A server with this script, on a free loopback port, until the block ends."""
    script = Script(*replies)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the standard library's name
            script.asked.append(self.path)
            script.keys.append(self.headers.get("Authorization"))
            script.times.append(time.monotonic())
            script.next_reply()(self, script)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the standard library's name
            """Be quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        script.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield script
        finally:
            script.closing.set()
            server.shutdown()
            thread.join()


def nobody_there() -> str:
    """The address of a server that is down: nobody listens on this port, which was free a moment ago."""
    with listen(0) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def send(status: int, body: bytes, **headers: str) -> Reply:
    """Answer with these bytes."""

    def reply(handler: BaseHTTPRequestHandler, _: Script) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def page(*rows: dict[str, Any], next_url: str | None = None) -> Reply:
    """Answer with a good page of these records."""
    return send(200, json.dumps({"rows": list(rows), "next_url": next_url}).encode())


def cut_json() -> Reply:
    """Answer with a body that ends in the middle, as if that were all."""
    return send(200, json.dumps({"rows": [FLIGHT], "next_url": None}).encode()[:100])


def cut_connection() -> Reply:
    """Promise more than is sent, and hang up."""

    def reply(handler: BaseHTTPRequestHandler, script: Script) -> None:
        send(200, b'{"rows": [', Content_Length="1000")(handler, script)
        handler.close_connection = True

    return reply


def silence() -> Reply:
    """Say nothing until the server closes."""

    def reply(handler: BaseHTTPRequestHandler, script: Script) -> None:
        script.closing.wait()
        handler.close_connection = True

    return reply
