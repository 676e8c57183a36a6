"""How a command ends: 0 where all is fine, 1 where faults were found or something failed, 2 where it was misused."""

from collections.abc import Generator
from contextlib import contextmanager

import typer

from dagwire.cli.signals import Interrupts, noticing_interrupts
from dagwire.errors import DagwireError

FAILED = 1


@contextmanager
def told(*, traceback: bool = False) -> Generator[Interrupts]:
    """End the command with one message and an exit code where something is raised; with `traceback`, let it through."""
    with noticing_interrupts() as interrupts:
        try:
            yield interrupts
        except (KeyboardInterrupt, BaseExceptionGroup):
            if not interrupts.received:
                raise
            typer.echo("Interrupted; everything that was open is closed.", err=True)
            raise typer.Exit(interrupts.exit_code) from None
        except DagwireError as error:
            if traceback:
                raise
            typer.echo(f"{type(error).__name__}: {error}", err=True)
            raise typer.Exit(FAILED) from None
