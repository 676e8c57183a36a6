"""`Session`: what a command that runs something remembers, with a history or without one."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

from dagwire.containers.keys import Container
from dagwire.errors import InvalidInvocationError, StateFileError
from dagwire.history.reading import state_folder
from dagwire.history.redaction import Redactor
from dagwire.history.state_folder import State, check_writable, opened_state, retention_of_project
from dagwire.resources.instance import DagsterInstance

HistoryMode = Literal["on", "off", "required"]


@dataclass(frozen=True, slots=True)
class Session:
    """The memory of one command; lives as long as it."""

    instance: DagsterInstance
    mode: HistoryMode
    state: State | None = None
    """None if the state folder cannot be used, and the command goes on without it."""

    @property
    def records(self) -> bool:
        """Whether runs are recorded."""
        return self.state is not None and self.mode != "off"

    def needed_state(self, command: str) -> State:
        """The open state folder, which `command` cannot do without.

        Raises:
            InvalidInvocationError: The command goes on without it.
        """
        if self.state is None:
            raise InvalidInvocationError(command, "has no history to read.")
        return self.state

    def flush(self) -> None:
        """Wait until everything is written.

        Raises:
            StateFileError: Something could not be written, and history is required. If it is not, a line reports it.
        """
        if self.state is not None:
            with self._tolerating():
                self.state.writer.flush()

    @contextmanager
    def _tolerating(self) -> Generator[None]:
        try:
            yield
        except StateFileError as error:
            if self.mode == "required":
                raise
            typer.echo(f"The history lacks this run. {error}", err=True)


@contextmanager
def opened_session(
    folder: Path | None, container: Container, mode: HistoryMode, *, is_needed: bool = False
) -> Generator[Session]:
    """Open the state folder for a block; go on without it if the history is damaged or newer, unless it is required.

    Args:
        folder: The state folder; the project's own by default.
        container: Its secrets are not written.
        mode: Whether runs are recorded.
        is_needed: Whether the command means nothing without it, as a tick would request again what has run.

    Raises:
        StateFileError: Nothing can be written to the folder; or the history cannot be used, and is required.
    """
    place = state_folder(folder)
    check_writable(place)
    with ExitStack() as stack:
        try:
            state = stack.enter_context(opened_state(place, Redactor(container), retention_of_project()))
        except StateFileError as error:
            if mode == "required" or is_needed:
                raise
            typer.echo(f"Without a history, and without what earlier runs left: {error}", err=True)
            session = Session(DagsterInstance(), mode)
        else:
            session = Session(state.instance, mode, state)
        yield session
