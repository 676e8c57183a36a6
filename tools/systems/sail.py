"""Sail, which speaks Spark Connect and knows Delta tables, without a JVM."""

from collections.abc import Generator
from contextlib import contextmanager

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started


@contextmanager
def sail() -> Generator[int]:
    """A new server for the block; its port."""
    port = free_port()
    program = environment_of("sail") / "bin" / "sail"
    with started([program, "spark", "server", "--ip", HOST, "--port", str(port)], lambda: is_listening(port)):
        yield port
