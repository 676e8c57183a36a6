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

import psutil

from benchmarks.measuring import Side

REQUESTS = 50_000
CONNECTIONS = 8
TURNS = 10
SIDES = (Side.DAGWIRE, Side.BARE, Side.DISHKA, Side.WIREUP)


class Service(NamedTuple):
    """A service that runs in a process of its own."""

    port: int
    process: psutil.Process

    def cpu_s(self) -> float:
        """The time that its processor has worked: what else the machine does adds nothing to it."""
        times = self.process.cpu_times()
        return times.user + times.system


class Load(NamedTuple):
    """The result of one turn of one side."""

    duration_s: float
    crossed: int


class Turn(NamedTuple):
    """The cost of one request, in one turn of one side."""

    duration_s: float
    cpu_s: float
    crossed: int


class Connection:
    """A connection to a service that is kept alive; lives as long as one turn."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """The two ends of an open connection."""
        self._reader = reader
        self.writer = writer

    async def get(self, path: str, tenant: str, status: int = 200) -> bytes:
        """The body of the answer to one request.

        Raises:
            ConnectionError: The answer has another status.
        """
        self.writer.write(f"GET {path} HTTP/1.1\r\nhost: loopback\r\nx-tenant: {tenant}\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        if not head.startswith(f"HTTP/1.1 {status} ".encode()):
            raise ConnectionError(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return await self._reader.readexactly(length)


@contextmanager
def started(side: Side) -> Iterator[Service]:
    """Start the service of one side in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.web_server", side]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Service(int(process.stdout.readline()), psutil.Process(process.pid))
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
    turns, left_by_side = measured(options.requests, options.connections)
    quickest = min(median(turn.cpu_s for turn in of_side) for of_side in turns.values())
    for side, of_side in turns.items():
        cpu_s = median(turn.cpu_s for turn in of_side)
        print(
            f"{'Depends alone' if side is Side.BARE else side:14}"
            f"{median(turn.duration_s for turn in of_side) * 1e6:5.0f} µs a request, "
            f"{cpu_s * 1e6:4.0f} µs of the server's processor, x{cpu_s / quickest:.2f} of the quickest; "
            f"{sum(turn.crossed for turn in of_side)} of {options.requests:,} crossed, {left_by_side[side]} left open"
        )


def measured(requests: int, connections: int) -> tuple[dict[Side, list[Turn]], dict[Side, int]]:
    """The turns of each side, and the number of sessions that it has left open."""
    per_turn = requests // TURNS
    with ExitStack() as stack:
        services = {side: stack.enter_context(started(side)) for side in SIDES}
        for service in services.values():  # what is loaded at the first use
            asyncio.run(load(service.port, 50 * connections, connections))
        turns: dict[Side, list[Turn]] = {side: [] for side in SIDES}
        for _ in range(TURNS):
            for side, service in services.items():
                turns[side].append(turn_of(service, per_turn, connections))
        left = {side: asyncio.run(counts(service.port))["sessions"] for side, service in services.items()}
    return turns, left


def turn_of(service: Service, requests: int, connections: int) -> Turn:
    """Load a service for one turn."""
    before = service.cpu_s()
    done = asyncio.run(load(service.port, requests, connections))
    return Turn(done.duration_s / requests, (service.cpu_s() - before) / requests, done.crossed)


if __name__ == "__main__":
    main()
