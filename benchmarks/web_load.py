"""A load on loopback: `python -m benchmarks.web_load` sends 50,000 requests over 8 connections to each service.

Each request names a tenant of its own, for which dagwire overrides a resource. An answer with another's name is
counted as crossed, and so is what a service has left open. The sides take turns, so that what disturbs the machine
disturbs them alike.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks.measuring import Side

REQUESTS = 50_000
CONNECTIONS = 8
TURNS = 10
SIDES = (Side.DAGWIRE, Side.BARE, Side.DISHKA, Side.WIREUP)


class Load(NamedTuple):
    """The result of one turn of one side."""

    duration_s: float
    crossed: int


class Connection:
    """A connection to a service that is kept alive; lives as long as one turn."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The two ends of an open connection."""
        self._reader = reader
        self.writer = writer

    async def get(self, path: str, tenant: str) -> bytes:
        """The body of the answer to one request.

        Raises:
            ConnectionError: The answer is not 200.
        """
        self.writer.write(f"GET {path} HTTP/1.1\r\nhost: loopback\r\nx-tenant: {tenant}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise ConnectionError(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(length)


@contextmanager
def started(side: Side) -> Iterator[int]:
    """Start the service of one side in a process of its own; yield its port."""
    command = [sys.executable, "-m", "benchmarks.web_server", side]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


async def load(port: int, requests: int, connections: int) -> Load:
    """Send `requests` over `connections`, each of which waits for an answer before it sends the next."""
    numbers = iter(range(requests))
    started_at = perf_counter()
    crossed = await asyncio.gather(*(_over_one_connection(port, numbers) for _ in range(connections)))
    return Load(perf_counter() - started_at, sum(crossed))


async def _over_one_connection(port: int, numbers: Iterator[int]) -> int:
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    crossed = 0
    for number in numbers:
        tenant = f"tenant-{number}"
        crossed += await connection.get("/", tenant) != json.dumps(tenant).encode()
    connection.writer.close()
    await connection.writer.wait_closed()
    return crossed


async def counts(port: int) -> dict[str, int]:
    """The number of things that a service has open, and of those that it has opened."""
    connection = Connection(*await asyncio.open_connection("127.0.0.1", port))
    found: dict[str, int] = json.loads(await connection.get("/counts", "nobody"))
    connection.writer.close()
    await connection.writer.wait_closed()
    return found


def main() -> None:
    """Print a row for each side."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="for each side")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    options = parser.parse_args()
    per_turn = max(1, options.requests // TURNS)
    with ExitStack() as stack:
        port_by_side = {side: stack.enter_context(started(side)) for side in SIDES}
        for port in port_by_side.values():  # what is loaded at the first use
            asyncio.run(load(port, min(500, per_turn), options.connections))
        loads: dict[Side, list[Load]] = {side: [] for side in SIDES}
        for _ in range(TURNS):
            for side, port in port_by_side.items():
                loads[side].append(asyncio.run(load(port, per_turn, options.connections)))
        left_by_side = {side: asyncio.run(counts(port)) for side, port in port_by_side.items()}
    quickest = min(median(one.duration_s for one in turns) for turns in loads.values())
    for side, turns in loads.items():
        taken = median(one.duration_s for one in turns)
        crossed, left = sum(one.crossed for one in turns), left_by_side[side]["sessions"]
        name = "FastAPI's Depends" if side is Side.BARE else side
        print(
            f"{name:20} {taken / per_turn * 1e6:6.0f} µs a request, x{taken / quickest:.2f} of the quickest; "
            f"{crossed} of {per_turn * TURNS:,} crossed, {left} sessions left open"
        )


if __name__ == "__main__":
    main()
