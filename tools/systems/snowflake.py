"""fakesnow, which speaks Snowflake's protocol to Snowflake's own connector. It checks no passwords."""

from collections.abc import Generator
from contextlib import contextmanager

from tools.systems.environments import environment_of
from tools.systems.started import HOST, free_port, is_listening, started


@contextmanager
def snowflake() -> Generator[int]:
    """A new, empty account for the block; its port."""
    port = free_port()
    fakesnow = environment_of("snowflake") / "bin" / "fakesnow"
    with started([fakesnow, "-s", "--host", HOST, "--port", str(port)], lambda: is_listening(port)):
        yield port
