"""The local server's own process: `serve_flights.py DATABASE FD`, with a listening socket as file descriptor FD.

It lives until its standard input ends. Whoever started it holds the other end, and the system closes that end however
its holder dies. A script, not a module of the application: it loads nothing until the first request arrives.
"""

import importlib
import os
import select
import sys
import threading


def end_with_parent() -> None:
    """Wait for the end of the standard input, then end this process."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(0)  # nothing to save: the database is read only


def main(database: str, listener: int) -> None:
    """Wait for a caller; then serve, with datasette."""
    called, _, _ = select.select([listener, sys.stdin], [], [])
    if sys.stdin in called:
        return
    threading.Thread(target=end_with_parent, daemon=True).start()

    import uvicorn  # noqa: PLC0415  # this and datasette take a second, which only a caller should pay for

    datasette = importlib.import_module("datasette.app")  # which declares no types
    limits = {"max_returned_rows": 5000, "sql_time_limit_ms": 20_000, "suggest_facets": False}
    server = datasette.Datasette([], immutables=[database], settings=limits)
    uvicorn.run(server.app(), fd=listener, log_level="warning")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
