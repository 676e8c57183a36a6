"""A wire to a server that can be cut: connections through it end in the middle of what they do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tools.systems.started import HOST


class Wire:
    """A loopback port that leads to another one. `cut` ends all connections, and those to come after `limit` bytes."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._ends: list[socket.socket] = []
        self._is_dead = False
        self._left: int | None = None
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_after(self, sent_bytes: int) -> None:
        """Cut once that many more bytes were sent to the server; connections that come later end at once."""
        self._left = sent_bytes

    def mend(self) -> None:
        """Let everything through again."""
        self._is_dead, self._left = False, None

    def cut(self) -> None:
        """End all connections, and refuse others until `mend`."""
        self._is_dead = True
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def close(self) -> None:
        self.cut()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self.accepted += 1
                if self._is_dead:
                    caller.close()
                    continue
                server = socket.create_connection((HOST, self._target))
                self._ends += [caller, server]
                threading.Thread(target=self._carry, args=(caller, server, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, caller, False), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, is_to_server: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if is_to_server and self._left is not None:
                    self._left -= len(data)
                    if self._left < 0:
                        self.cut()
                        return
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.close()


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    wire = Wire(port)
    try:
        yield wire
    finally:
        wire.close()
