"""`collector_resting`: loading modules without the garbage collector, which would find nothing among them."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Generator[None]:
    """Have nothing collected in a block that loads modules: a tenth of a command's start goes into looking in vain."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
